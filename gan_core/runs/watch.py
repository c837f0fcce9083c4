"""`watch.json`: what the collapse watch saw in a run, and what became of it."""

from __future__ import annotations

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, Frozen, RunConfig
from gan_core.errors import DamagedError
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import Said, Status
from gan_core.runs.store import view
from gan_core.text import N_

_MAX_BYTES = 100_000

STOPPED = Said(template=N_("training has collapsed; the watch stopped it"))
"""What the status of a run says that the watch has stopped. That it was the watch is known by it:
what people stop or pause at the same step says something else."""


class Collapse(Frozen):
    """One collapse.

    Attributes:
        step: when the watch was sure.
        healthy_step: the last step without a sign of it.
        signals: names of what it saw; `metrics.collapse.SIGNAL_WORDS` says them.
        evidence: the figures behind it.
        not_finite_step: when a loss or a weight was no number any more, where that came later.
    """

    step: int
    healthy_step: int
    signals: tuple[str, ...]
    evidence: dict[str, float] = Field(default_factory=dict)
    not_finite_step: int | None = None


class Watched(Frozen):
    """What `watch.json` holds.

    Attributes:
        collapse: what was seen, if anything.
        successor: the run that went back and goes on from a healthy snapshot.
        gave_up: why no run goes on, where it was tried.
        num_rollbacks: how many rollbacks lie behind this run.
    """

    schema_version: int = SCHEMA_VERSION
    collapse: Collapse | None = None
    successor: str = ""
    gave_up: str = ""
    num_rollbacks: int = 0

    def goes_back(self, config: RunConfig) -> bool:
        """Whether the run is to go back by itself from its collapse, and has not yet.

        A stage of the lesson, in which one network stands still, knows no healthy step.
        """
        is_settled = bool(self.successor or self.gave_up)
        settings = config.settings
        asks = settings.on_collapse == "restart" and settings.lesson in (None, "both")
        return self.collapse is not None and not is_settled and asks


def read_watched(paths: RunPaths) -> Watched:
    """What is known; nothing where the file is missing or damaged: a run is shown all the same."""
    try:
        return Watched.model_validate(read_json(paths.watch, max_bytes=_MAX_BYTES))
    except (FileNotFoundError, DamagedError, ValidationError):
        return Watched()


def write_watched(paths: RunPaths, watched: Watched) -> None:
    """Replace what is known.

    Raises:
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    write_json(paths.watch, watched.model_dump(mode="json"), durable=True)


def is_rollback_due(paths: RunPaths) -> bool:
    """Whether its collapse has ended a run that is to go back by itself, and has not yet.

    Of a run in which nothing was ever seen, this asks for one file.
    """
    watched = read_watched(paths)
    if watched.collapse is None:
        return False
    run = view(paths)
    if run.config is None or not watched.goes_back(run.config):
        return False
    return _has_ended(run.status, watched.collapse)


def _has_ended(status: Status, collapse: Collapse) -> bool:
    """Whether a collapse is what ended a run: people and other faults end runs, too."""
    if status.state == "failed":  # a loss that is no number ends a run as its own fault
        return "not_finite" in collapse.signals and status.step <= collapse.step
    return status.state == "stopped" and status.said == STOPPED
