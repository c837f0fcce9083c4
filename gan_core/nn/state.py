"""One `TrainState` owns everything that a resumed run needs. What is not in it is not state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import keras
import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.errors import DamagedError
from gan_core.nn import build
from gan_core.nn.device import dtype_policy
from gan_core.recipes.recipe import Recipe
from gan_core.text import N_

Arrays = dict[str, NDArray[np.generic]]


@dataclass
class TrainState:
    """Both networks, both optimisers, the step and the time spent.

    Random numbers and the order of the data are functions of (seed, step), so the step is all
    that is kept of them; dropout's seeds are variables of the networks.
    """

    generator: keras.Sequential
    discriminator: keras.Sequential
    g_optimizer: keras.optimizers.Optimizer
    d_optimizer: keras.optimizers.Optimizer
    step: int = 0
    elapsed_secs: float = field(default=0.0)

    def variables(self) -> Iterator[tuple[str, keras.Variable]]:
        """Every variable under a name that never changes.

        The learning rates are left out: they are settings, and a fork may change them.
        """
        for net in (self.generator, self.discriminator):
            for name, variable in build.variables(net).items():
                yield f"{net.name}/{name}", variable
        for owner, optimizer in (("g", self.g_optimizer), ("d", self.d_optimizer)):
            for i, variable in enumerate(optimizer.variables):
                if variable is not optimizer.learning_rate:
                    yield f"{owner}_optimizer/{i:03d}_{variable.name}", variable

    def to_arrays(self) -> Arrays:
        """A copy of everything, by name."""
        arrays: Arrays = {name: np.array(v.numpy()) for name, v in self.variables()}
        arrays["step"] = np.array([self.step], np.int64)
        arrays["elapsed_secs"] = np.array([self.elapsed_secs], np.float64)
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Become the state that `to_arrays` copied, to the bit.

        Raises:
            DamagedError: a name is missing or too many, or a shape differs. Nothing was changed.
        """
        expected = dict(self.variables())
        found = {k: v for k, v in arrays.items() if k not in {"step", "elapsed_secs"}}
        wrong = sorted(expected.keys() ^ found.keys()) + [
            name
            for name in expected.keys() & found.keys()
            if tuple(expected[name].shape) != found[name].shape
        ]
        if wrong or not {"step", "elapsed_secs"} <= arrays.keys():
            raise DamagedError(
                N_("The checkpoint does not fit this run's networks: {names}."),
                names=", ".join(wrong[:3]) or "step",
            )
        for name, variable in expected.items():
            variable.assign(found[name])
        self.step = int(arrays["step"][0])
        self.elapsed_secs = float(arrays["elapsed_secs"][0])


def initial_state(recipe: Recipe, config: RunConfig) -> TrainState:
    """The state before the first step; one seed fixes every value of it."""
    settings = config.settings
    policy = dtype_policy(settings.precision)
    nets = [
        build.build(network, seed=config.seed, init_std=settings.init_std, policy=policy)
        for network in recipe.networks(settings, config.dataset.image_shape)
    ]
    optimizers = [
        keras.optimizers.Adam(rate, beta_1=settings.beta_1)
        for rate in (settings.g_lr, settings.d_lr)
    ]
    for net, optimizer in zip(nets, optimizers, strict=True):
        optimizer.build(net.trainable_variables)
    return TrainState(*nets, *optimizers)
