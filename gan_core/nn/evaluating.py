"""The light evaluation at work in a worker: how good a snapshot is, by a thousand images.

It draws from no stream that training draws from, so a run is the same with and without it. When
it is made is a function of the step, never of a clock: equal runs have equal evaluations.
"""

from __future__ import annotations

import functools
import logging
import math
import time

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.data import Dataset
from gan_core.evaluation import Evaluation
from gan_core.latent.pixels import to_bytes
from gan_core.latent.sampling import sample_latents
from gan_core.metrics import evaluate
from gan_core.nn import reals
from gan_core.nn.latent_figures import latent_figures
from gan_core.nn.state import TrainState
from gan_core.portable import feature_nets
from gan_core.portable.feature_nets import Net
from gan_core.recipes.evaluating import NUM_IMAGES, steps_that_pay
from gan_core.recipes.recipe import Recipe, snapshot_steps
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths

logger = logging.getLogger(__name__)

_AT_ONCE = 250


class Evaluator:
    """Evaluates the snapshots that are due, and knows from that when to stop.

    Attributes:
        is_to_stop: whether as many evaluations in a row as the setting `early_stopping` says have
            brought nothing better.
    """

    def __init__(
        self,
        paths: RunPaths,
        recipe: Recipe,
        config: RunConfig,
        state: TrainState,
        dataset: Dataset,
    ) -> None:
        """Nothing is loaded before the first evaluation."""
        self._paths, self._recipe, self._config = paths, recipe, config
        self._state, self._dataset = state, dataset
        self._paying = steps_that_pay(recipe, config)
        every = snapshot_steps(config)
        self._regular = every * math.ceil(self._paying / every)
        self._every = every
        self._generate = tf.function(
            lambda latents: state.shown_generator(latents, training=False), autograph=False
        )
        has_reals = len(dataset.train_images) >= evaluate.FEWEST_IMAGES
        self._is_off = config.settings.lesson == "d_only" or not has_reals
        self.is_to_stop = self._is_out_of_patience()

    def is_due(self, step: int) -> bool:
        """Whether the snapshot of a step is evaluated.

        The first few come at doubling steps: those of them that stand far from their neighbours.
        The last one is, whenever it comes: but for a run so short that it would not pay.
        """
        if self._is_off or step < self._paying:
            return False
        if step == self._config.total_steps or step % self._regular == 0:
            return True
        return 2 * self._paying <= step <= self._every - self._paying

    def after_snapshot(self, step: int) -> None:
        """Evaluate the snapshot of this very step, if it is due and was not before.

        Raises:
            DamagedError: the classifier of the features is.
            DiskFullError, ReadOnlyError: the result cannot be written.
        """
        if not self.is_due(step) or evaluations.has_light(self._paths, step):
            return
        found = self.measured(step)
        evaluations.write(self._paths, found)
        self.is_to_stop = self._is_out_of_patience()
        if found.fid is not None:
            logger.info("step %d: FID %.4g in %.2f s", step, found.fid.value, found.secs)

    def _is_out_of_patience(self) -> bool:
        patience = self._config.settings.early_stopping or 0
        parent = self._config.parent
        since = 0 if parent is None else parent.step
        return 0 < patience <= evaluations.num_without_better(self._paths, since=since)

    def measured(self, step: int) -> Evaluation:
        """The evaluation of the networks as they are."""
        began = time.monotonic()
        net, (real, kind) = self._net, self._real
        about = Evaluation(
            depth="light",
            step=step,
            features=net.card,
            num_images=NUM_IMAGES,
            num_real=len(real),
            real=kind,
            secs=0.0,
        )
        found = evaluate.light(about, real, net(self._images()))
        latent = latent_figures(self._recipe, self._config, self._state, self._real_images)
        secs = round(time.monotonic() - began, 3)
        return found.model_copy(update={"latent": latent, "secs": secs})

    def _images(self) -> NDArray[np.uint8]:
        parts = [
            to_bytes(self._generate(part).numpy(), self._config.settings.pixel_range)
            for part in np.split(self._latents, NUM_IMAGES // _AT_ONCE)
        ]
        return np.concatenate(parts)

    @functools.cached_property
    def _latents(self) -> NDArray[np.float32]:
        return sample_latents(reals.LATENTS_SEED, NUM_IMAGES, self._config.settings.latent_size)

    @functools.cached_property
    def _net(self) -> Net:
        return feature_nets.of_run(self._paths, self._config.dataset)

    @functools.cached_property
    def _real(self) -> tuple[evaluate.Seen, reals.Kind]:
        chosen = reals.pick(self._dataset, NUM_IMAGES)
        return self._net(chosen.images), chosen.kind

    @property
    def _real_images(self) -> NDArray[np.uint8]:
        return reals.pick(self._dataset, NUM_IMAGES).images
