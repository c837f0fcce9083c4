"""One `TrainState` owns everything that a resumed run needs. What is not in it is not state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig, Settings
from gan_core.errors import DamagedError
from gan_core.nn import build
from gan_core.nn.device import dtype_policy
from gan_core.nn.optimizers import make_optimizer
from gan_core.recipes.recipe import Recipe
from gan_core.text import N_

Arrays = dict[str, NDArray[np.generic]]

_COUNTS = {"step", "elapsed_secs", "epoch_sums"}
NUM_EPOCH_SUMS = 4


@dataclass(kw_only=True)
class TrainState:
    """All networks, their optimisers, the step and the time spent.

    Random numbers and the order of the data are functions of (seed, step), so the step is all
    that is kept of them; dropout's seeds are variables of the networks.

    Attributes:
        networks: `generator` first, then `discriminator` or `encoder`.
        optimizers: `g` and `d` of a GAN; `g` of an autoencoder, for both its halves.
        average: the running average of the generator, where the run keeps one.
        step: finished steps.
        elapsed_secs: time spent training.
        epoch_sums: metrics added up since the epoch began, and how many steps they come from.
    """

    networks: dict[str, keras.Sequential]
    optimizers: dict[str, keras.optimizers.Optimizer]
    average: keras.Sequential | None = None
    step: int = 0
    elapsed_secs: float = 0.0
    epoch_sums: NDArray[np.float64]

    @property
    def generator(self) -> keras.Sequential:
        """The network that is trained to make images of latents."""
        return self.networks["generator"]

    @property
    def shown_generator(self) -> keras.Sequential:
        """The one that people see: the running average, where there is one."""
        return self.average or self.generator

    @property
    def discriminator(self) -> keras.Sequential:
        """D of a GAN."""
        return self.networks["discriminator"]

    @property
    def encoder(self) -> keras.Sequential:
        """The encoder of an autoencoder."""
        return self.networks["encoder"]

    @property
    def g_optimizer(self) -> keras.optimizers.Optimizer:
        """G's optimiser, or an autoencoder's only one."""
        return self.optimizers["g"]

    @property
    def d_optimizer(self) -> keras.optimizers.Optimizer:
        """D's optimiser."""
        return self.optimizers["d"]

    def variables(self) -> Iterator[tuple[str, keras.Variable]]:
        """Every variable under a name that never changes.

        The learning rates are left out: they are settings, and a fork may change them.
        """
        nets = dict(self.networks)
        if self.average is not None:
            nets["average"] = self.average
        for role, net in nets.items():
            for name, variable in build.variables(net).items():
                yield f"{role}/{name}", variable
        for owner, optimizer in self.optimizers.items():
            for i, variable in enumerate(optimizer.variables):
                if variable is not optimizer.learning_rate:
                    yield f"{owner}_optimizer/{i:03d}_{variable.name}", variable

    def to_arrays(self) -> Arrays:
        """A copy of everything, by name."""
        arrays: Arrays = {name: np.array(v.numpy()) for name, v in self.variables()}
        arrays["step"] = np.array([self.step], np.int64)
        arrays["elapsed_secs"] = np.array([self.elapsed_secs], np.float64)
        arrays["epoch_sums"] = self.epoch_sums.copy()
        return arrays

    def first_not_finite(self) -> str:
        """The name of a variable that holds an infinity or no number; empty where all are sound."""
        return next((name for name, v in self.variables() if not np.isfinite(v.numpy()).all()), "")

    def restore(self, arrays: Arrays) -> None:
        """Become the state that `to_arrays` copied, to the bit.

        Raises:
            DamagedError: a name is missing or too many, or a shape differs. Nothing was changed.
        """
        expected = dict(self.variables())
        found = {k: v for k, v in arrays.items() if k not in _COUNTS}
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
        sums = arrays.get("epoch_sums", np.zeros(NUM_EPOCH_SUMS))  # older runs kept none
        self.epoch_sums = np.array(sums, np.float64)


def initial_state(recipe: Recipe, config: RunConfig) -> TrainState:
    """The state before the first step; one seed fixes every value of it."""
    settings = config.settings
    policy = dtype_policy(settings.precision)
    networks: dict[str, keras.Sequential] = {
        network.name: build.build(
            network,
            seed=config.seed,
            init_std=settings.init_std or None,
            init_std_on=recipe.init_std_on,
            policy=policy,
            rewritten=_rewritten(config, network.name),
        )
        for network in recipe.networks(settings, config.dataset.image_shape)
    }
    return TrainState(
        networks=networks,
        optimizers=_optimizers(recipe, settings, networks),
        average=_average(recipe, config, networks["generator"]) if settings.ema else None,
        epoch_sums=np.zeros(NUM_EPOCH_SUMS),
    )


def _optimizers(
    recipe: Recipe, settings: Settings, networks: dict[str, keras.Sequential]
) -> dict[str, keras.optimizers.Optimizer]:
    def made(rate: float, *owned: str) -> keras.optimizers.Optimizer:
        optimizer = make_optimizer(
            settings.optimizer,
            rate,
            beta_1=settings.beta_1,
            beta_2=settings.beta_2,
            weight_decay=settings.weight_decay,
            grad_clip=settings.grad_clip,
        )
        optimizer.build([v for name in owned for v in networks[name].trainable_variables])
        return optimizer

    if recipe.family != "gan":
        return {"g": made(settings.g_lr, "encoder", "generator")}
    assert settings.d_lr is not None  # noqa: S101 - every GAN recipe has it
    return {"g": made(settings.g_lr, "generator"), "d": made(settings.d_lr, "discriminator")}


def _average(recipe: Recipe, config: RunConfig, generator: keras.Sequential) -> keras.Sequential:
    network = recipe.networks(config.settings, config.dataset.image_shape)[0]
    rewritten = _rewritten(config, network.name)
    average = build.build(network, seed=config.seed, rewritten=rewritten)
    build.set_weights(average, build.weights(generator))
    return average


def _rewritten(config: RunConfig, network: str) -> set[str]:
    """The layers of one network that the run's record says to compute in their faster way."""
    named = config.kernels.rewritten
    if named == "measure":
        return set()
    return {name.removeprefix(f"{network}/") for name in named if name.startswith(f"{network}/")}
