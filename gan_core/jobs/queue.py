"""Which runs wait, which live, and which may start: one look at a runs folder."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, Frozen, RunConfig
from gan_core.errors import DamagedError
from gan_core.runs import lock
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import State, Status, read_written_status
from gan_core.runs.store import RunStore

STUDIO_NAME = "studio.json"
REST_SECS = 60.0
_ENDED: frozenset[State] = frozenset({"paused", "completed", "stopped", "failed", "interrupted"})


class StudioSettings(Frozen):
    """What holds for a whole runs folder, in `studio.json`.

    Attributes:
        runs_per_device: how many train at a time.
        standby_minutes: how long after somebody's last act on a page a worker waits with
            TensorFlow loaded; 0 for never.
        standby_memory_mb: memory that must be free for that; it goes when half of it is left.
        max_viewers: open pages at a time; who comes later is asked to wait.
    """

    schema_version: int = SCHEMA_VERSION
    runs_per_device: int = Field(default=1, ge=1, le=64)
    standby_minutes: float = Field(default=15.0, ge=0.0, le=1440.0)
    standby_memory_mb: int = Field(default=1500, ge=0)
    max_viewers: int = Field(default=60, ge=1, le=10_000)


@dataclass(frozen=True)
class Waiting:
    """A queued run: who it is, since when it waits, and for which device."""

    id: str
    since: str
    device: str


@dataclass(frozen=True)
class Look:
    """The queue as it was at one moment."""

    waiting: tuple[Waiting, ...]
    alive: tuple[str, ...]
    """The device of each run that a process is busy with."""


def admissible(look: Look, runs_per_device: int) -> list[str]:
    """The runs that may start now, longest wait first; ids settle equal waits."""
    busy = Counter(look.alive)
    admitted: list[str] = []
    for run in sorted(look.waiting, key=lambda waiting: (waiting.since, waiting.id)):
        if busy[run.device] < runs_per_device:
            busy[run.device] += 1
            admitted.append(run.id)
    return admitted


def read_studio(runs_dir: Path) -> StudioSettings:
    """The folder's settings; the defaults where the file is missing or damaged."""
    try:
        return StudioSettings.model_validate(read_json(runs_dir / STUDIO_NAME, max_bytes=100_000))
    except (FileNotFoundError, DamagedError, ValidationError):
        return StudioSettings()


class Watcher:
    """Looks at a runs folder again and again; a status file is read anew only when replaced."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._known: dict[str, tuple[tuple[int, int, int], Status | None]] = {}

    def look(self, busy_ids: Iterable[str] = ()) -> Look:
        """See who waits and who lives.

        A run lives while its lock is held, or while its process (one of `busy_ids`) has not
        ended: the device is free only then. Runs that cannot be read take no part.
        """
        ids = self._store.ids()
        for gone in self._known.keys() - set(ids):
            del self._known[gone]
        waiting: list[Waiting] = []
        alive: list[str] = []
        unended = set(busy_ids)
        for run_id in ids:
            paths = RunPaths(self._store.root / run_id)
            status = self._status(paths)
            at_rest = status is not None and self._is_at_rest(run_id, status)
            if run_id in unended or (not at_rest and _is_busy(paths)):
                alive.append(_device(paths))
            elif status is not None and status.state == "queued":
                waiting.append(Waiting(run_id, status.updated, _device(paths)))
        return Look(tuple(waiting), tuple(alive))

    def _is_at_rest(self, run_id: str, status: Status) -> bool:
        """Whether a run ended long enough ago that its lock need not be asked each time.

        Hundreds of old runs then cost one `stat` each. A worker that takes one up again writes
        its status first of all.
        """
        ended_at_secs = self._known[run_id][0][1] / 1e9
        return status.state in _ENDED and time.time() - ended_at_secs > REST_SECS

    def _status(self, paths: RunPaths) -> Status | None:
        try:
            found = paths.status.stat()
        except OSError:
            return None
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = self._known.get(paths.root.name)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            status = read_written_status(paths)
        except DamagedError:
            status = None
        self._known[paths.root.name] = (stamp, status)
        return status


def _is_busy(paths: RunPaths) -> bool:
    try:
        return lock.is_held(paths.lock)
    except DamagedError:  # another user's run, or one that was made unreadable
        return False


def _device(paths: RunPaths) -> str:
    """The device a run is for; a damaged configuration counts as `cpu` and fails at its start."""
    try:
        return RunConfig.from_json(read_json(paths.config)).kernels.device
    except (FileNotFoundError, DamagedError):
        return "cpu"
