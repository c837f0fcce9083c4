"""What a page would have said of a run while it trained."""

from __future__ import annotations

from dataclasses import dataclass

from gan_core.diagnosis.rules import diagnose
from gan_core.diagnosis.signals import Signals, gather
from gan_core.diagnosis.verdict import Diagnosis
from gan_core.runs.metrics import MetricReader
from gan_core.runs.store import RunView

NUM_LOOKS = 60


@dataclass(frozen=True)
class Look:
    """What was known at a step, and what was said of it."""

    step: int
    signals: Signals
    found: tuple[Diagnosis, ...]

    @property
    def names(self) -> list[str]:
        """Of the rules that spoke, the diagnosis first."""
        return [one.name for one in self.found]

    @property
    def alarms(self) -> list[str]:
        """Of those, the alarms."""
        return [one.name for one in self.found if one.tone == "alarm"]


def looks(run: RunView) -> list[Look]:
    """A run as it was known at evenly spread steps, and as it is now."""
    reader = MetricReader(run.paths.metrics)
    reader.poll()
    steps = [int(step) for step in reader.columns["step"]]
    chosen = steps[:: max(1, len(steps) // NUM_LOOKS)]
    found = [_look(run, step) for step in chosen if step < run.status.step]
    return [*found, _look(run, None)]


def _look(run: RunView, until: int | None) -> Look:
    status = run.status
    if until is not None:
        status = status.model_copy(update={"state": "running", "step": until})
    signals = gather(run.paths, run.sound_config(), status, until=until)
    return Look(signals.step, signals, diagnose(signals))
