"""Which runs wait, which live, and which may start: one look at a runs folder."""

from __future__ import annotations

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
_ENDED: frozenset[State] = frozenset({"paused", "completed", "stopped", "failed", "interrupted"})


class StudioSettings(Frozen):
    """What holds for a whole runs folder, in `studio.json`.

    Attributes:
        runs_per_device: how many train at a time.
        standby_minutes: how long after somebody's last act on a page a worker waits with
            TensorFlow loaded; 0 for never.
        standby_memory_mb: memory that must be free for that; it goes when half of it is left.
    """

    schema_version: int = SCHEMA_VERSION
    runs_per_device: int = Field(default=1, ge=1, le=64)
    standby_minutes: float = Field(default=15.0, ge=0.0, le=1440.0)
    standby_memory_mb: int = Field(default=1500, ge=0)


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
        self._at_rest: set[str] = set()

    def look(self, busy_ids: Iterable[str] = ()) -> Look:
        """See who waits and who lives.

        A run lives while its lock is held, or while its process (one of `busy_ids`) has not
        ended: the device is free only then. Runs that cannot be read take no part.
        """
        ids = self._store.ids()
        for gone in self._known.keys() - set(ids):
            del self._known[gone]
            self._at_rest.discard(gone)
        waiting: list[Waiting] = []
        alive: list[str] = []
        unended = set(busy_ids)
        for run_id in ids:
            paths = RunPaths(self._store.root / run_id)
            status = self._status(paths)
            if run_id in unended or (run_id not in self._at_rest and _is_busy(paths)):
                alive.append(_device(paths))
            elif status is not None and status.state == "queued":
                waiting.append(Waiting(run_id, status.updated, _device(paths)))
            elif status is not None and status.state in _ENDED:
                # Its lock was free after it had ended, so it need not be asked each time: hundreds
                # of old runs cost one `stat` each. Whoever takes one up again writes its status
                # first of all. No clock is asked, so none can mislead.
                self._at_rest.add(run_id)
        return Look(tuple(waiting), tuple(alive))

    def _status(self, paths: RunPaths) -> Status | None:
        try:
            found = paths.status.stat()
        except OSError:
            return None
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = self._known.get(paths.root.name)
        if known is not None and known[0] == stamp:
            return known[1]
        self._at_rest.discard(paths.root.name)
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
