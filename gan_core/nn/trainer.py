"""The loop: draw, step, log, save; and what happens every so many steps, said beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.data import Dataset
from gan_core.errors import GanCoreError
from gan_core.latent.pixels import to_bytes
from gan_core.metrics.collapse import LOSS_NOT_FINITE, WEIGHT_NOT_FINITE
from gan_core.nn.autoencoder_step import AutoencoderStep
from gan_core.nn.batches import Batches
from gan_core.nn.evaluating import Evaluator
from gan_core.nn.measures import EpochChecker, probabilities
from gan_core.nn.pace import Pace, Rhythm
from gan_core.nn.snapshot import write_snapshot
from gan_core.nn.source import open_source
from gan_core.nn.state import NUM_EPOCH_SUMS, TrainState
from gan_core.nn.step import images_per_step, make_steps, names_of_metrics, plain_step
from gan_core.nn.watching import Watcher
from gan_core.portable.sheet_latents import sheet_latents
from gan_core.recipes.recipe import Recipe, snapshot_steps
from gan_core.recipes.verdicts import verdict_of
from gan_core.runs import checkpoints, evaluations, snapshots
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricLog, RecordWriter
from gan_core.runs.reporter import Request
from gan_core.text import N_

Values = NDArray[np.float32]

_GENTLER = N_("Fork an earlier snapshot with lower learning rates.")


@dataclass(frozen=True)
class Hooks:
    """What the loop asks of the world around it.

    Attributes:
        request: what somebody wants of the run, if anything; asked before each step.
        at_step: told the number of finished steps.
        write_sheet: draws `samples/<step>.png` from images uint8 `[N, H, W, C]` and D's
            probability of each being real, float32 `[N]`, or `None` where there is no such.
        pins: steps of snapshots that are never thinned.
        watcher: told every record and every sheet.
        clock: seconds that never go backwards.
        evaluator: told every snapshot; without one, nothing is measured.
        writers: told every record, besides the metric log.
    """

    request: Callable[[], Request | None]
    at_step: Callable[[int], None]
    write_sheet: Callable[[int, NDArray[np.uint8], Values | None], None]
    pins: Callable[[], tuple[int, ...]]
    clock: Callable[[], float]
    watcher: Watcher
    evaluator: Evaluator | None = None
    writers: tuple[RecordWriter, ...] = ()


class Trainer:
    """Trains one run from its state to its last step."""

    def __init__(
        self,
        paths: RunPaths,
        recipe: Recipe,
        config: RunConfig,
        state: TrainState,
        dataset: Dataset,
        hooks: Hooks,
    ) -> None:
        """Prepare the step; it is compiled at its first call."""
        self.paths, self.recipe, self.config, self.state = paths, recipe, config, state
        self.hooks = hooks
        self._plain = plain_step(recipe, config, state)
        self._steps = make_steps(config, self._plain)
        self._pace = self._make_pace(dataset.train_images)
        self._metric_names = names_of_metrics(recipe)
        num_images = len(dataset.train_images)
        batches = Batches(num_images, images_per_step(config), config.seed, draw=recipe.draw)
        self._source = open_source(dataset.train_images, batches)
        self._held_out = dataset.test_images
        checked = dataset.test_images if len(dataset.test_images) else dataset.train_images
        self._checker = EpochChecker(recipe, config, state, checked)
        self._sheet_latents = sheet_latents(recipe, config)
        self._judged = tf.function(self._generate_and_judge, autograph=False)
        self._are_finite = True
        self._restart_clocks()

    def train(self, log: MetricLog) -> Request | None:
        """Run until the last step, a request, or nothing gets better; return the request.

        Raises:
            DiskFullError: no space for the log, a sheet or a snapshot.
            GanCoreError: a loss or a weight is no longer a finite number.
        """
        state, hooks = self.state, self.hooks
        if state.step == 0:
            self._sheet()
            self._snapshot(log)
        elif hooks.evaluator is not None and state.step in snapshots.list_steps(self.paths):
            hooks.evaluator.after_snapshot(state.step)  # it was killed in between
        self._restart_clocks()
        while state.step < self.config.total_steps and not self.stops_early:
            request = hooks.request()
            if request is not None:
                return request
            metrics = self._take_steps()
            hooks.at_step(state.step)
            self._after_steps(log, metrics)
        return None

    def _take_steps(self) -> Values:
        """Go on to the next event at most; the metrics of each step, `[K, M]`."""
        state, began = self.state, self.hooks.clock()
        num_steps = self._pace.num_steps(state.step)
        images = self._source.batches(state.step, num_steps)
        metrics: Values = self._steps(tf.constant(state.step, tf.int64), images).numpy()
        state.step += num_steps
        self._pace.took(num_steps, self.hooks.clock() - began)
        self._are_finite &= bool(np.isfinite(metrics).all())
        return metrics

    def _after_steps(self, log: MetricLog, metrics: Values) -> None:
        """What happens every so many steps."""
        step, settings = self.state.step, self.config.settings
        if self._is_autoencoder:
            self._add_to_epoch(metrics)
        if step % settings.log_every == 0 or self._ends_epoch_with_news(step):
            self._log(log, metrics[-1])
        if step % self.recipe.sheet_steps(self.config) == 0:
            self._sheet()
        if self._is_snapshot_step(step):
            self._snapshot(log)
        if self._rhythm.is_due(self.hooks.clock()):
            self.checkpoint(log)

    def checkpoint(self, log: MetricLog) -> None:
        """Write a checkpoint of this very step, once the log has safely come as far.

        Raises:
            DiskFullError: no space; the ones before it are untouched.
            GanCoreError: a weight is no longer a finite number; the last good ones stay.
        """
        self._count_time()
        self._check_state()
        began = self.hooks.clock()
        log.sync()
        checkpoints.save(self.paths, self.state.step, self.state.to_arrays())
        self._rhythm.saved(began, self.hooks.clock())

    def finish(self, log: MetricLog) -> None:
        """Draw and keep the last step, whatever the cadences."""
        self._sheet()
        if self.state.step not in snapshots.list_steps(self.paths):
            self._snapshot(log)
        self.checkpoint(log)

    def close(self) -> None:
        """Let go of the images."""
        self._source.close()

    def _check_losses(self) -> None:
        """Refuse to go on once a loss of any step since the last record is not a number.

        Asked where a record is written, so that equal runs end with equal logs.

        Raises:
            GanCoreError: names the step and what to try.
        """
        if not self._are_finite:
            self.hooks.watcher.observe(self.state.step, {"loss": math.nan})
            raise GanCoreError(LOSS_NOT_FINITE, _GENTLER, step=self.state.step)

    def _check_state(self) -> None:
        """Refuse to save what nobody could continue: a loss says it only a step later.

        Raises:
            GanCoreError: names the step and what to try.
        """
        self._check_losses()
        if self.state.first_not_finite():
            self.hooks.watcher.observe(self.state.step, {"loss": math.nan})
            raise GanCoreError(WEIGHT_NOT_FINITE, _GENTLER, step=self.state.step)

    def _make_pace(self, images: NDArray[np.uint8]) -> Pace:
        config = self.config
        cadences = {
            config.settings.log_every,
            self.recipe.sheet_steps(config),
            snapshot_steps(config),
            config.steps_per_epoch,
        }
        bytes_a_step = images_per_step(config) * math.prod(images.shape[1:])
        return Pace(cadences, config.total_steps, bytes_a_step)

    @property
    def stops_early(self) -> bool:
        """Whether the setting `early_stopping` ends the run here."""
        return self.hooks.evaluator is not None and self.hooks.evaluator.is_to_stop

    @property
    def _is_autoencoder(self) -> bool:
        return isinstance(self._plain, AutoencoderStep)

    def _is_snapshot_step(self, step: int) -> bool:
        """Every so many steps; before the first of these at doubling steps.

        A generator changes most at the beginning, and there should soon be something to explore.
        """
        every, sheet = snapshot_steps(self.config), self.recipe.sheet_steps(self.config)
        if step % every == 0:
            return True
        return step < every and step % sheet == 0 and math.log2(step // sheet).is_integer()

    def _restart_clocks(self) -> None:
        now = self.hooks.clock()
        self._counted_at = self._logged_at = now
        self._logged_step = self.state.step
        self._rhythm = Rhythm(self.config.settings.checkpoint_secs, now)

    def _count_time(self) -> None:
        now = self.hooks.clock()
        self.state.elapsed_secs += now - self._counted_at
        self._counted_at = now

    def _log(self, log: MetricLog, metrics: Values) -> None:
        state, now = self.state, self.hooks.clock()
        self._count_time()
        num_images = (state.step - self._logged_step) * self.config.settings.batch_size
        record = {
            "step": state.step,
            "epoch": round(state.step / self.config.steps_per_epoch, 4),
            "elapsed_s": round(state.elapsed_secs, 3),
            "images_per_s": round(num_images / max(now - self._logged_at, 1e-9), 1),
            **dict(zip(self._metric_names, map(float, metrics), strict=True)),
            **self._epoch_news(),
        }
        for writer in (log, *self.hooks.writers):
            writer.append(record)
        self._logged_at, self._logged_step = now, state.step
        values = dict(zip(self._metric_names, map(float, metrics), strict=True))
        self.hooks.watcher.observe(state.step, values)
        self._check_losses()

    def _ends_epoch_with_news(self, step: int) -> bool:
        """Whether an epoch ends here and something is measured at its end."""
        if self._is_autoencoder:
            return step % self.config.steps_per_epoch == 0
        return self._checker.is_due(step)

    def _epoch_news(self) -> dict[str, float]:
        """What the last line of an epoch says besides, or instead of, the step's own values."""
        step = self.state.step
        if not self._ends_epoch_with_news(step):
            return {}
        if not isinstance(self._plain, AutoencoderStep):
            return self._checker.measure(step)
        sums = self.state.epoch_sums
        means = sums[:-1] / max(sums[-1], 1.0)
        news = dict(zip(self._metric_names, map(float, means), strict=False))
        self.state.epoch_sums = np.zeros(NUM_EPOCH_SUMS)
        if len(self._held_out):
            epoch = step // self.config.steps_per_epoch
            news["val_loss"] = self._plain.validation_loss(self._held_out, epoch)
        return news

    def _add_to_epoch(self, metrics: Values) -> None:
        for row in metrics:  # one by one: a sum in another order is another sum
            self.state.epoch_sums[: len(row)] += row
        self.state.epoch_sums[-1] += len(metrics)

    def _generate_and_judge(self, latents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
        images = self.state.shown_generator(latents, training=False)
        if self._is_autoencoder:
            return images, None
        logits = self.state.discriminator(images, training=False)
        return images, probabilities(logits, verdict_of(self.config.settings.loss))

    def _sheet(self) -> None:
        images, p_real = self._judged(tf.constant(self._sheet_latents))
        pixels = to_bytes(images.numpy(), self.config.settings.pixel_range)
        verdicts = None if p_real is None else p_real.numpy()
        self.hooks.write_sheet(self.state.step, pixels, verdicts)
        self.hooks.watcher.observe_sheet(self.state.step, pixels)

    def _snapshot(self, log: MetricLog) -> None:
        self._count_time()
        self._check_state()
        log.sync()
        write_snapshot(self.paths, self.recipe, self.config, self.state)
        if self.hooks.evaluator is not None:
            self.hooks.evaluator.after_snapshot(self.state.step)
        best = evaluations.best_step(self.paths)
        kept = () if best is None else (best,)
        snapshots.thin(self.paths, {*self.hooks.pins(), *self._way_back(), *kept})

    def _way_back(self) -> list[int]:
        """The newest snapshot that the watch still calls healthy."""
        healthy = self.hooks.watcher.healthy_step
        return [s for s in snapshots.list_steps(self.paths) if s <= healthy][-1:]
