"""The collapse watch at work in a worker: it looks, writes down what it sees, and asks to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gan_core.config import RunConfig
from gan_core.errors import DamagedError
from gan_core.evaluation import SheetFigures
from gan_core.metrics.collapse import CollapseWatch, Finding, is_finite
from gan_core.metrics.sheets import NUM_REAL, SheetMeter
from gan_core.recipes.recipe import Recipe
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.sheet import read_about, read_images
from gan_core.runs.watch import Collapse, read_watched, write_watched

logger = logging.getLogger(__name__)


class Watcher:
    """Told what the loop logs and draws.

    What was found in an earlier life of the run stands: a collapse is told once. A loss that is no
    number is told whatever was found before: it ends the run.
    """

    def __init__(
        self,
        paths: RunPaths,
        recipe: Recipe,
        config: RunConfig,
        real_images: NDArray[np.uint8],
        stop: Callable[[], None],
    ) -> None:
        """Nothing is written before something is found.

        Args:
            paths: of the run.
            recipe: says what kind of system it is.
            config: of the run; its setting `on_collapse` says what follows a finding.
            real_images: the training set, uint8 `[N, H, W, C]`; the first few are looked at.
            stop: asks the run to end; called where the setting is `restart`.
        """
        self._paths, self._stop = paths, stop
        self._restarts = config.settings.on_collapse == "restart"
        watched = read_watched(paths)
        known = watched.collapse
        self._goes_back = watched.goes_back(config)
        self._is_off = config.settings.lesson not in (None, "both") or known is not None
        self._known_step = known.healthy_step if known else None
        self._watch = CollapseWatch(
            is_gan=recipe.family == "gan",
            d_loss_scale=recipe.d_loss_scale,
            loss=config.settings.loss,
            real_images=np.asarray(real_images[:NUM_REAL]),
        )
        self._meter = SheetMeter(real_images)

    @property
    def healthy_step(self) -> int:
        """The last step without a sign of a collapse; snapshots around it are worth keeping."""
        return self._watch.healthy_step if self._known_step is None else self._known_step

    def observe(self, step: int, record: Mapping[str, float]) -> None:
        """Look at the metrics of a step."""
        if not self._is_off:
            self._act(self._watch.observe(step, record))
        elif not is_finite(record):
            self._add_not_finite(step)

    def observe_sheet(self, step: int, images: NDArray[np.uint8]) -> None:
        """Look at a sheet's images, uint8 `[N, H, W, C]`."""
        if not self._is_off:
            self._act(self._watch.observe_sheet(step, images))

    def recall(self, step: int) -> None:
        """Go on where the run stood at `step`: sheets are compared with those before them.

        A run that was to go back from a collapse and was paused or killed before it could, is
        asked to stop at once: trained on it would stay collapsed, with nobody looking.
        """
        if self._goes_back:
            self._stop()
        earlier = [drawn for drawn in sheet_steps(self._paths) if drawn <= step]
        if not earlier:
            return
        path = self._paths.sample(earlier[-1])
        try:
            told = read_about(path).get("figures")
            figures = None if told is None else SheetFigures.model_validate(told)
            self._meter.recall(earlier[-1], read_images(path), figures)
        except (FileNotFoundError, DamagedError, ValidationError) as error:
            logger.warning("the sheet of step %d cannot be read: %s", earlier[-1], error)

    def measure(self, step: int, images: NDArray[np.uint8]) -> SheetFigures:
        """What a sheet's images show, uint8 `[N, H, W, C]`, beside the real ones."""
        return self._meter.measure(step, images)

    def _add_not_finite(self, step: int) -> None:
        """Note it beside what was found before, if anything was."""
        watched = read_watched(self._paths)
        known = watched.collapse or Collapse(step=step, healthy_step=self.healthy_step, signals=())
        if "not_finite" in known.signals:
            return
        logger.warning("collapse at step %d: not_finite", step)
        signals = (*known.signals, "not_finite")
        collapse = known.model_copy(update={"signals": signals, "not_finite_step": step})
        write_watched(self._paths, watched.model_copy(update={"collapse": collapse}))

    def _act(self, finding: Finding | None) -> None:
        if finding is None:
            return
        logger.warning("collapse at step %d: %s", finding.step, ", ".join(finding.signals))
        collapse = Collapse(
            step=finding.step,
            healthy_step=finding.healthy_step,
            signals=finding.signals,
            evidence=finding.evidence,
        )
        watched = read_watched(self._paths)
        write_watched(self._paths, watched.model_copy(update={"collapse": collapse}))
        self._is_off = True
        if self._restarts:
            self._stop()
