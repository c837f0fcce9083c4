"""What became of a sweep: for each run its values, and the best that it was measured to be."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gan_core.config import SettingValue
from gan_core.errors import NotFoundError
from gan_core.evaluation import Evaluation, Figure
from gan_core.runs import evaluations
from gan_core.runs.newest import Newest, newest_values
from gan_core.runs.store import RunStore, RunView
from gan_core.text import N_

_LAST_LOSSES = ("val_loss", "loss", "g_loss")
"""What is shown where nobody evaluated: the first of these that the runs log. `loss` is the mean of
an epoch, or of the last records; see `runs.newest`."""
_TELLING = {"val_loss", "loss"}
"""Of these a lower one is better; a GAN's losses do not say how good its images are."""
_WEIGHT_IN_LOSS = "beta"
"""A variational autoencoder's loss is its reconstruction and this times its divergence."""


@dataclass(frozen=True)
class Measure:
    """By which figure the runs of a sweep are compared.

    Attributes:
        name: `fid`, or a loss as the metric log calls it.
        features: whose, for `fid`; by name, and by the checksum of their network.
        num_images: how many were generated for it, for `fid`.
        is_telling: whether a lower value is a better run.
    """

    name: str
    features: str = ""
    features_sha256: str = ""
    num_images: int = 0
    is_telling: bool = True


@dataclass(frozen=True)
class Outcome:
    """One run of a sweep.

    Attributes:
        run: the run.
        values: of the sweep's settings.
        figure: its measure; `None` where it has none, or none yet.
        step: at which it was measured.
    """

    run: RunView
    values: tuple[SettingValue, ...]
    figure: Figure | None
    step: int


@dataclass(frozen=True)
class Result:
    """A sweep as it stands.

    Attributes:
        names: the settings that differ.
        measure: `None` where nothing was logged yet.
        outcomes: the best first, where the measure is telling, and runs without figure last;
            else by their values.
    """

    names: tuple[str, ...]
    measure: Measure | None
    outcomes: tuple[Outcome, ...]

    @property
    def best(self) -> Outcome | None:
        """The best of at least two that were measured, by a measure that says so."""
        measured = [one for one in self.outcomes if one.figure is not None]
        is_telling = self.measure is not None and self.measure.is_telling
        return measured[0] if is_telling and len(measured) > 1 else None


def members(store: RunStore, sweep_id: str) -> list[RunView]:
    """The sound runs of a sweep, by their ids.

    Raises:
        NotFoundError: there are none.
    """
    found = [
        run
        for run in store.list()
        if run.config is not None and run.config.sweep and run.config.sweep.id == sweep_id
    ]
    if not found:
        raise NotFoundError(
            N_("there are no runs of the sweep {given}."), field="sweep", given=repr(sweep_id[:40])
        )
    return sorted(found, key=lambda run: run.id)


def result(runs: Sequence[RunView]) -> Result:
    """What became of the runs of a sweep, at least one."""
    sweep = runs[0].sound_config().sweep
    names = sweep.names if sweep else ()
    best = {run.id: _best(run) for run in runs}
    measure = _by_evaluations([made for made in best.values() if made])
    logged: dict[str, Mapping[str, Newest]] = {}
    if measure is None:
        logged = {run.id: _logged(run) for run in runs}
        measure = _by_losses(logged.values(), names)
    outcomes = [
        _outcome(run, names, measure, best[run.id], logged.get(run.id, {})) for run in runs
    ]
    outcomes.sort(key=_by_values)
    if measure is not None and measure.is_telling:
        outcomes.sort(key=lambda one: math.inf if one.figure is None else one.figure.value)
    return Result(names, measure, tuple(outcomes))


def _by_values(one: Outcome) -> list[tuple[float, str]]:
    """Numbers by their size, words by the alphabet after them."""
    return [
        (float(value), "") if isinstance(value, (int, float)) else (math.inf, str(value))
        for value in one.values
    ]


def _best(run: RunView) -> Evaluation | None:
    step = evaluations.best_step(run.paths)
    return next((made for made in evaluations.light(run.paths) if made.step == step), None)


def _by_evaluations(made: Sequence[Evaluation]) -> Measure | None:
    """The distance in the features that most runs were measured with."""
    often = Counter(one.features.sha256 for one in made)
    if not often:
        return None
    features = often.most_common(1)[0][0]
    one = next(e for e in made if e.features.sha256 == features)
    return Measure("fid", one.features.name, features, one.num_images)


def _logged(run: RunView) -> Mapping[str, Newest]:
    """Of an epoch: what is measured after some epochs only is none of `_LAST_LOSSES`."""
    return newest_values(run.paths.metrics, run.sound_config().steps_per_epoch)


def _by_losses(logged: Iterable[Mapping[str, Newest]], names: Sequence[str]) -> Measure | None:
    """A loss that is weighted otherwise in each run is another figure in each."""
    there = {name for values in logged for name in values}
    for name in _LAST_LOSSES:
        if name in there:
            return Measure(name, is_telling=name in _TELLING and _WEIGHT_IN_LOSS not in names)
    return None


def _outcome(
    run: RunView,
    names: Sequence[str],
    measure: Measure | None,
    best: Evaluation | None,
    logged: Mapping[str, Newest],
) -> Outcome:
    settings = run.sound_config().settings
    values = tuple(getattr(settings, name, None) for name in names)
    if measure is None:
        return Outcome(run, values, None, run.status.step)
    if measure.name == "fid":
        fits = best is not None and best.features.sha256 == measure.features_sha256
        return Outcome(run, values, best.fid if best and fits else None, best.step if best else 0)
    found = logged.get(measure.name)
    if found is None:
        return Outcome(run, values, None, run.status.step)
    figure = Figure(value=found.value, low=found.value, high=found.value)
    return Outcome(run, values, figure, found.step)
