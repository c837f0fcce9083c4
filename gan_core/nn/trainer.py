"""The loop: draw, step, log, save; and what happens every so many steps, said beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.errors import GanCoreError
from gan_core.latent.pixels import to_bytes
from gan_core.latent.sampling import sample_latents
from gan_core.nn.batches import Batches
from gan_core.nn.snapshot import write_snapshot
from gan_core.nn.state import TrainState
from gan_core.nn.step import METRIC_NAMES, make_step
from gan_core.recipes.recipe import Recipe
from gan_core.runs import checkpoints, snapshots
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricLog
from gan_core.runs.reporter import Request
from gan_core.text import N_


@dataclass(frozen=True)
class Hooks:
    """What the loop asks of the world around it.

    Attributes:
        request: what somebody wants of the run, if anything; asked before each step.
        at_step: told the number of finished steps.
        write_sheet: draws `samples/<step>.png` from images uint8 `[N, H, W, C]` and D's
            probability of each being real, float32 `[N]`.
        pins: steps of snapshots that are never thinned.
        clock: seconds that never go backwards.
    """

    request: Callable[[], Request | None]
    at_step: Callable[[int], None]
    write_sheet: Callable[[int, NDArray[np.uint8], NDArray[np.float32]], None]
    pins: Callable[[], tuple[int, ...]]
    clock: Callable[[], float]


class Trainer:
    """Trains one run from its state to its last step."""

    def __init__(
        self,
        paths: RunPaths,
        recipe: Recipe,
        config: RunConfig,
        state: TrainState,
        images: NDArray[np.uint8],
        hooks: Hooks,
    ) -> None:
        """Prepare the step; it is compiled at its first call."""
        settings = config.settings
        self.paths, self.recipe, self.config, self.state = paths, recipe, config, state
        self.hooks = hooks
        self._step = make_step(recipe, config, state, tf.constant(images))
        self._batches = Batches(
            len(images),
            settings.batch_size,
            config.seed,
            replace=recipe.draw == "with_replacement",
        )
        self._sheet_latents = sample_latents(
            config.seed, recipe.sheet_columns**2, settings.latent_size
        )
        self._judged = tf.function(self._generate_and_judge, autograph=False)
        self._restart_clocks()

    def train(self, log: MetricLog) -> Request | None:
        """Run until the last step or a request; return the request.

        Raises:
            DiskFullError: no space for the log, a sheet or a snapshot.
            GanCoreError: a loss is no longer a finite number.
        """
        state, settings, hooks = self.state, self.config.settings, self.hooks
        if state.step == 0:
            self._sheet()
            self._snapshot()
        self._restart_clocks()
        while state.step < self.config.total_steps:
            request = hooks.request()
            if request is not None:
                return request
            metrics = self._step(
                tf.constant(state.step, tf.int64), tf.constant(self._batches.indices(state.step))
            )
            state.step += 1
            hooks.at_step(state.step)
            if state.step % settings.log_every == 0:
                self._log(log, metrics.numpy())
            if state.step % self.recipe.sheet_every == 0:
                self._sheet()
            if self._is_snapshot_step(state.step):
                self._snapshot()
            if hooks.clock() - self._saved_at >= settings.checkpoint_secs:
                self.check_finite(metrics.numpy())
                self.checkpoint()
        return None

    def checkpoint(self) -> None:
        """Write a checkpoint of this very step.

        Raises:
            DiskFullError: no space; the ones before it are untouched.
        """
        self._count_time()
        checkpoints.save(self.paths, self.state.step, self.state.to_arrays())
        self._saved_at = self.hooks.clock()

    def finish(self) -> None:
        """Draw and keep the last step, whatever the cadences."""
        self._sheet()
        if self.state.step not in snapshots.list_steps(self.paths):
            self._snapshot()
        self.checkpoint()

    def check_finite(self, metrics: NDArray[np.float32]) -> None:
        """Refuse to go on, and to save, once a loss is not a number.

        Raises:
            GanCoreError: names the step and what to try.
        """
        if not np.isfinite(metrics).all():
            raise GanCoreError(
                N_("At step {step} a loss was no longer a finite number."),
                N_("Fork an earlier snapshot with lower learning rates."),
                step=self.state.step,
            )

    def _is_snapshot_step(self, step: int) -> bool:
        """Every `snapshot_every` steps; before the first of these at doubling steps.

        A generator changes most at the beginning, and there should soon be something to explore.
        """
        every, sheet = self.config.settings.snapshot_every, self.recipe.sheet_every
        if step % every == 0:
            return True
        return step < every and step % sheet == 0 and math.log2(step // sheet).is_integer()

    def _restart_clocks(self) -> None:
        now = self.hooks.clock()
        self._saved_at = self._counted_at = self._logged_at = now
        self._logged_step = self.state.step

    def _count_time(self) -> None:
        now = self.hooks.clock()
        self.state.elapsed_secs += now - self._counted_at
        self._counted_at = now

    def _log(self, log: MetricLog, metrics: NDArray[np.float32]) -> None:
        state, now = self.state, self.hooks.clock()
        self._count_time()
        num_images = (state.step - self._logged_step) * self.config.settings.batch_size
        log.append(
            {
                "step": state.step,
                "epoch": round(state.step / self.config.steps_per_epoch, 4),
                "elapsed_s": round(state.elapsed_secs, 3),
                "images_per_s": round(num_images / max(now - self._logged_at, 1e-9), 1),
                **{name: float(v) for name, v in zip(METRIC_NAMES, metrics, strict=True)},
            }
        )
        self._logged_at, self._logged_step = now, state.step
        self.check_finite(metrics)

    def _generate_and_judge(self, latents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images = self.state.generator(latents, training=False)
        logits = self.state.discriminator(images, training=False)
        return images, tf.sigmoid(logits[:, 0])

    def _sheet(self) -> None:
        images, p_real = self._judged(tf.constant(self._sheet_latents))
        pixels = to_bytes(images.numpy(), self.config.settings.pixel_range)
        self.hooks.write_sheet(self.state.step, pixels, p_real.numpy())

    def _snapshot(self) -> None:
        self._count_time()
        write_snapshot(self.paths, self.recipe, self.config, self.state)
        snapshots.thin(self.paths, self.hooks.pins())
