"""What a diagnosis looks at, read from a run directory; cheap enough for every tick of a page."""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import Field, ValidationError

from gan_core.config import Frozen, RunConfig, Settings
from gan_core.diagnosis.curves import Curve, Curves, read_curves
from gan_core.errors import DamagedError
from gan_core.evaluation import Evaluation, SheetFigures
from gan_core.metrics.collapse import MIN_SHEETS, WINDOW_STEPS
from gan_core.recipes import registry
from gan_core.recipes.recipe import Recipe
from gan_core.runs import evaluations, snapshots
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.sheet import read_about
from gan_core.runs.status import ALIVE, Status
from gan_core.runs.watch import Watched, read_watched

MAX_SHEETS = 24
MAX_EARLIER_SHEETS = 32
MAX_FULL = 100
_MAX_KEPT_SHEETS = 4096
_MAX_KEPT_FOLDERS = 64


class Sheet(Frozen):
    """A sample sheet and what was measured of it when it was drawn."""

    step: int
    figures: SheetFigures


class Signals(Frozen):
    """All that the rules know of a run.

    Attributes:
        status: its state and step.
        config: its recipe, data set and settings.
        watched: what the collapse watch found.
        curves: the columns of its metric log, by key.
        sheets: the newest sheets of which something was measured, ascending.
        earlier_sheets: of those before, some that are evenly spread.
        newest_sheet: the step of the newest sheet, measured or not.
        light, full: its evaluations, ascending by step; of the latter the newest ones.
        snapshots: the steps that have a snapshot, ascending.
        best_step: the snapshot that the program calls best, where one was measured; see
            `runs.evaluations.best_step`.
    """

    status: Status
    config: RunConfig
    watched: Watched = Watched()
    curves: dict[str, Curve] = Field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()
    earlier_sheets: tuple[Sheet, ...] = ()
    newest_sheet: int | None = None
    light: tuple[Evaluation, ...] = ()
    full: tuple[Evaluation, ...] = ()
    snapshots: tuple[int, ...] = ()
    best_step: int | None = None

    @property
    def recipe(self) -> Recipe:
        """The system."""
        return registry.get(self.config.recipe)

    @property
    def settings(self) -> Settings:
        """The run's settings."""
        return self.config.settings

    @property
    def step(self) -> int:
        """Where it stands: as the status says, or the log where that is further."""
        newest = [curve.steps[-1] for curve in self.curves.values() if curve.steps]
        return max([self.status.step, *newest])

    @property
    def begins(self) -> int:
        """The step at which this run, or the fork that it is, began."""
        return self.config.parent.step if self.config.parent else 0

    @property
    def is_alive(self) -> bool:
        """Whether a worker trains it, or is about to."""
        return self.status.state in ALIVE

    def curve(self, key: str) -> Curve:
        """A column of the metric log; an empty one where it is not there."""
        return self.curves.get(key, _NO_CURVE)

    @property
    def recent_sheets(self) -> tuple[Sheet, ...]:
        """The newest sheets, as far back as a sign must last; none where there are too few."""
        if len(self.sheets) < MIN_SHEETS:
            return ()
        since = min(self.sheets[-1].step - WINDOW_STEPS, self.sheets[-MIN_SHEETS].step)
        found = tuple(sheet for sheet in self.sheets if sheet.step >= since)
        return found if found[-1].step - found[0].step >= WINDOW_STEPS else ()

    @property
    def newest(self) -> Evaluation | None:
        """The newest evaluation, a full one where both are of one step."""
        found = [*self.light, *self.full]
        return max(found, key=lambda e: (e.step, e.depth == "full"), default=None)


_NO_CURVE = Curve()


def gather(
    paths: RunPaths,
    config: RunConfig,
    status: Status,
    curves: Curves | None = None,
    *,
    until: int | None = None,
) -> Signals:
    """What is known of a run.

    Args:
        paths: of the run.
        config, status: of the run, as its view has them.
        curves: its metric log as far as it was read; read here where left out.
        until: as it was known at that step; of a run that is there, everything.
    """
    known = read_curves(paths, until) if curves is None else curves
    last = float("inf") if until is None else until
    steps = [step for step in _sheet_steps(paths) if step <= last]
    light = [e for e in evaluations.light(paths) if e.step <= last]
    full = [e for e in evaluations.full(paths) if e.step <= last]
    return Signals(
        status=status,
        config=config,
        watched=_known_at(read_watched(paths), last),
        curves=known.get(),
        sheets=_sheets(paths, steps[-MAX_SHEETS:]),
        earlier_sheets=_sheets(paths, _spread(steps[:-MAX_SHEETS])),
        newest_sheet=steps[-1] if steps else None,
        light=tuple(light),
        full=tuple(full[-MAX_FULL:]),
        snapshots=tuple(step for step in snapshots.list_steps(paths) if step <= last),
        best_step=evaluations.best_step(paths, until=until),
    )


def _known_at(watched: Watched, last: float) -> Watched:
    """What the collapse watch had found at a step."""
    collapse = watched.collapse
    if collapse is None or max(collapse.step, collapse.not_finite_step or 0) <= last:
        return watched
    kept = None
    if collapse.step <= last:
        signs = tuple(sign for sign in collapse.signals if sign != "not_finite")
        kept = collapse.model_copy(update={"signals": signs, "not_finite_step": None})
    return watched.model_copy(update={"collapse": kept})


def _sheets(paths: RunPaths, steps: list[int]) -> tuple[Sheet, ...]:
    found = [(step, _figures(paths.sample(step))) for step in steps]
    return tuple(Sheet(step=step, figures=figures) for step, figures in found if figures)


def _spread(steps: list[int]) -> list[int]:
    """At most `MAX_EARLIER_SHEETS` of them; as a run grows, nearly the same ones again."""
    stride = 1
    while len(steps) > stride * MAX_EARLIER_SHEETS:
        stride *= 2
    return steps[::stride]


@functools.cache
def _kept_steps() -> KeptValues[list[int]]:
    return KeptValues(_MAX_KEPT_FOLDERS)


def _sheet_steps(paths: RunPaths) -> list[int]:
    return _kept_steps().get(paths.samples, lambda _folder: sheet_steps(paths))


@functools.cache
def _kept_figures() -> KeptValues[SheetFigures | None]:
    return KeptValues(_MAX_KEPT_SHEETS)


def _figures(path: Path) -> SheetFigures | None:
    return _kept_figures().get(path, _read_figures)


def _read_figures(path: Path) -> SheetFigures | None:
    """What the worker measured; nothing where an older one drew the sheet."""
    try:
        return SheetFigures.model_validate(read_about(path).get("figures"))
    except (FileNotFoundError, DamagedError, ValidationError):
        return None
