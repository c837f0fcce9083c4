"""`watch.json`: what the collapse watch saw in a run, and what became of it."""

from __future__ import annotations

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.errors import DamagedError
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths

_MAX_BYTES = 100_000


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
    write_json(paths.watch, watched.model_dump(mode="json"))
