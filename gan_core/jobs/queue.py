"""Which runs wait, which live, and which may start: one look at a runs folder."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from gan_core.access.quotas import Quotas, is_bound
from gan_core.config import SCHEMA_VERSION, Frozen, RunConfig, first_fault
from gan_core.errors import DamagedError
from gan_core.jobs.note import person_of
from gan_core.runs import lock
from gan_core.runs.files import read_json
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import State, Status, read_written_status
from gan_core.runs.store import RunStore

STUDIO_NAME = "studio.json"
_MAX_KEPT = 4
_ENDED: frozenset[State] = frozenset({"paused", "completed", "stopped", "failed", "interrupted"})


class StudioSettings(Frozen):
    """What holds for a whole runs folder, in `studio.json`.

    Attributes:
        runs_per_device: how many train at a time.
        standby_minutes: how long after somebody's last act on a page a worker waits with
            TensorFlow loaded; 0 for never.
        standby_memory_mb: memory that must be free for that; it goes when half of it is left.
        teachers: who may do all, of those that a login lets in: mail addresses or names.
        quotas: how much one person, and all together, may have.
        max_viewers: open pages at a time; who comes later is asked to wait.
    """

    schema_version: int = SCHEMA_VERSION
    runs_per_device: int = Field(default=1, ge=1, le=64)
    standby_minutes: float = Field(default=15.0, ge=0.0, le=1440.0)
    standby_memory_mb: int = Field(default=1500, ge=0)
    teachers: tuple[str, ...] = ()
    quotas: Quotas = Quotas()
    max_viewers: int = Field(default=100, ge=1, le=10_000)


@dataclass(frozen=True)
class Waiting:
    """A queued run: who it is, since when it waits, for which device, and whose it is."""

    id: str
    since: str
    device: str
    person: str


@dataclass(frozen=True)
class Training:
    """A run that a process is busy with: on which device, and whose it is."""

    device: str
    person: str


@dataclass(frozen=True)
class Look:
    """The queue as it was at one moment.

    Attributes:
        waiting, alive: see there.
        ended: ids of runs that lived at an earlier look and have ended since.
    """

    waiting: tuple[Waiting, ...]
    alive: tuple[Training, ...]
    ended: tuple[str, ...] = ()

    def in_line(self) -> list[Waiting]:
        """Those that wait, longest wait first; ids settle equal waits."""
        return sorted(self.waiting, key=lambda run: (run.since, run.id))


def admissible(
    look: Look, runs_per_device: int, quotas: Quotas, served: Mapping[str, int]
) -> list[Waiting]:
    """The runs that may start now, in this order.

    People take turns: first comes whoever has the fewest runs that train, among these whoever
    was served the longest ago, then the longest wait. So a hundred runs of one person do not
    hold up the one of another.

    Args:
        look: the queue.
        runs_per_device: how many a device takes.
        quotas: how many of one person may train.
        served: the number of each person's newest turn, greater being later.
    """
    busy = Counter(run.device for run in look.alive)
    having = Counter(run.person for run in look.alive)
    turns = Counter(served)  # 0 for those who had none
    waiting = look.in_line()
    admitted: list[Waiting] = []
    while True:
        able = [
            run
            for run in waiting
            if busy[run.device] < runs_per_device
            and (having[run.person] < quotas.running_per_person or not is_bound(run.person))
        ]
        if not able:
            return admitted
        run = min(able, key=lambda run: (having[run.person], turns[run.person]))
        waiting.remove(run)
        admitted.append(run)
        busy[run.device] += 1
        having[run.person] += 1
        turns[run.person] = 1 + max(turns.values(), default=0)


def surplus(look: Look, quotas: Quotas) -> dict[str, list[Waiting]]:
    """The waiting runs that are too many, under the name of the bound; those that came last.

    Whoever queues a run is refused beforehand; this holds whatever way it came here.
    """
    beyond: dict[str, list[Waiting]] = {"queued_per_person": [], "queued_in_all": []}
    num_kept: Counter[str] = Counter()
    for run in look.in_line():
        if is_bound(run.person) and num_kept[run.person] >= quotas.queued_per_person:
            beyond["queued_per_person"].append(run)
        elif is_bound(run.person) and num_kept.total() >= quotas.queued_in_all:
            beyond["queued_in_all"].append(run)
        else:
            num_kept[run.person] += 1
    return beyond


@functools.cache
def _kept_settings() -> KeptValues[StudioSettings]:
    return KeptValues(_MAX_KEPT)


def read_studio(runs_dir: Path) -> StudioSettings:
    """The folder's settings; the defaults where the file is missing or damaged."""
    try:
        return _kept_settings().get(runs_dir / STUDIO_NAME, _read_settings)
    except (FileNotFoundError, DamagedError, ValidationError):
        return StudioSettings()


def studio_fault(runs_dir: Path) -> str:
    """Why the folder's settings count as missing; empty where they do not, or there are none."""
    try:
        _read_settings(runs_dir / STUDIO_NAME)
    except FileNotFoundError:
        return ""
    except DamagedError as error:
        reason = error.message
    except ValidationError as error:
        where, what = first_fault(error)
        reason = f"{where or STUDIO_NAME}: {what}."
    else:
        return ""
    return f"{STUDIO_NAME} is not understood, so the defaults hold for all. {reason}"


def _read_settings(path: Path) -> StudioSettings:
    return StudioSettings.model_validate(read_json(path, max_bytes=100_000))


@dataclass(frozen=True)
class _Seen:
    """A run as a look left it."""

    stamp: tuple[int, int, int]
    status: Status | None
    device: str
    person: str


class Watcher:
    """Looks at a runs folder again and again; a run is read anew only when its status is."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._known: dict[str, _Seen] = {}
        self._at_rest: set[str] = set()
        self._lived: set[str] = set()

    def look(self, busy_ids: Iterable[str] = ()) -> Look:
        """See who waits and who lives.

        A run lives while its lock is held, or while its process (one of `busy_ids`) has not
        ended: the device is free only then. Runs that cannot be read take no part.
        """
        ids = self._store.ids()
        for gone in self._known.keys() - set(ids):
            del self._known[gone]
            self._at_rest.discard(gone)
        self._lived &= set(ids)
        waiting: list[Waiting] = []
        alive: list[Training] = []
        ended: list[str] = []
        unended = set(busy_ids)
        for run_id in ids:
            paths = RunPaths(self._store.root / run_id)
            seen = self._seen(paths)
            if run_id in unended or (run_id not in self._at_rest and _is_busy(paths)):
                alive.append(Training(seen.device, seen.person) if seen else _ANYBODY)
                self._lived.add(run_id)
            elif seen is not None and seen.status is not None:
                if seen.status.state == "queued":
                    waiting.append(Waiting(run_id, seen.status.updated, seen.device, seen.person))
                elif seen.status.state in _ENDED:
                    # Its lock was free after it had ended, so it need not be asked each time:
                    # hundreds of old runs cost one `stat` each. Whoever takes one up again writes
                    # its status first of all. No clock is asked, so none can mislead.
                    self._at_rest.add(run_id)
                    if run_id in self._lived:
                        self._lived.remove(run_id)
                        ended.append(run_id)
        return Look(tuple(waiting), tuple(alive), tuple(ended))

    def _seen(self, paths: RunPaths) -> _Seen | None:
        """What is known of a run: with a hundred that wait, a look must not read them all.

        Whoever queues a run writes its status last, so the other files are as old or older.
        """
        try:
            found = paths.status.stat()
        except OSError:
            return None
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = self._known.get(paths.root.name)
        if known is not None and known.stamp == stamp:
            return known
        self._at_rest.discard(paths.root.name)
        try:
            status = read_written_status(paths)
        except DamagedError:
            status = None
        seen = _Seen(stamp, status, _device(paths), person_of(paths))
        self._known[paths.root.name] = seen
        return seen


_ANYBODY = Training("cpu", "")


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
