"""Searches for the latent of a picture: started, waited for in a line, looked at, stopped.

Few run at once; the others wait their turn, and whoever looks at the line moves it on. A search
whose viewer looks no more loses its place.
"""

from __future__ import annotations

import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.access.people import Person
from gan_core.access.quotas import QuotaError, is_bound
from gan_core.errors import ConflictError, JobFailedError
from gan_core.jobs import slots
from gan_core.jobs.detached import spawn
from gan_core.jobs.process import last_line, signal_holder
from gan_core.jobs.queue import read_studio
from gan_core.runs import inversions
from gan_core.runs.files import disk_faults
from gan_core.runs.lock import FileLock, is_held
from gan_core.text import N_

State = Literal["waiting", "running", "done", "stopped", "failed"]

AT_ONCE = 2
MAX_WAITING = 30
_OLD_SECS = 3600.0
_FORSAKEN_SECS = 15.0
_LINE = "line.lock"


@dataclass(frozen=True)
class Standing:
    """How a search stands.

    Attributes:
        state: `stopped` keeps the best that was found by then.
        found: how far it is; `None` while nothing was found.
        reason: why it failed, in the process's own last words.
    """

    state: State
    found: inversions.Found | None = None
    reason: str = ""


def start(
    runs_dir: Path, wanted: inversions.Wanted, target: NDArray[np.uint8], *, by: Person
) -> str:
    """Begin a search, or get in line for one; return its id.

    Args:
        runs_dir: the runs folder.
        wanted: in which run and snapshot.
        target: the picture, uint8 `[H, W, C]`, pixels as trained.
        by: who searches.

    Raises:
        NotAllowedError: their role does not explore.
        QuotaError: as many of theirs wait or run as are allowed.
        ConflictError: too many wait already.
        JobFailedError: the process does not start.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    by.require("explore")
    home = inversions.home(runs_dir)
    with disk_faults(home):
        home.mkdir(parents=True, exist_ok=True)
        _sweep(runs_dir)
        _check_own(runs_dir, by)
        if sum(_is_waiting(folder) for folder in inversions.folders(runs_dir)) >= MAX_WAITING:
            raise ConflictError(
                N_("{num} searches wait already."),
                N_("Try again in a few minutes."),
                field="picture",
                num=MAX_WAITING,
            )
        id_ = inversions.new_id()
        noted = wanted.model_copy(update={"person": by.id})
        inversions.write_request(home / id_, noted, target)
    _move_line(runs_dir)
    return id_


def standing(runs_dir: Path, id_: str) -> Standing:
    """Look, and move the line on; costs a few small files.

    Raises:
        NotFoundError: no such search.
        JobFailedError: its turn has come and its process does not start.
    """
    folder = inversions.folder_of(runs_dir, id_)
    inversions.touch(folder)
    if _is_waiting(folder):
        _move_line(runs_dir)
    return _standing(folder)


def stop(runs_dir: Path, id_: str, *, by: Person) -> None:
    """End a search at once; what it found by then stays.

    Raises:
        NotAllowedError: the role of `by` does not explore.
        NotFoundError: no such search.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    by.require("explore")
    folder = inversions.folder_of(runs_dir, id_)
    with disk_faults(folder):
        (folder / inversions.STOP).touch()
    if not is_held(folder / inversions.LOCK):
        return
    try:
        process = int((folder / inversions.PROCESS).read_text())
    except (OSError, ValueError):
        return  # it has not got so far, and will see the mark
    # TensorFlow takes seconds to load, and only a signal ends it meanwhile.
    signal_holder(process, folder / inversions.LOCK, signal.SIGTERM)


def _check_own(runs_dir: Path, by: Person) -> None:
    limit = read_studio(runs_dir).quotas.jobs_per_person
    own = [one for one in inversions.folders(runs_dir) if inversions.person_of(one) == by.id]
    given = sum(_standing(folder).state in ("waiting", "running") for folder in own)
    if is_bound(by.id) and given >= limit:
        raise QuotaError(
            N_("{given} searches of yours wait or run; allowed are {limit} at a time."),
            N_("Try again when one of them is done, or stop one."),
            field="jobs_per_person",
            given=given,
            limit=limit,
        )


def _standing(folder: Path) -> Standing:
    # In this order: a process that ends between two looks has told its last by then.
    is_running = is_held(folder / inversions.LOCK)
    found = inversions.read_found(folder)
    if found is not None and found.is_over:
        return Standing("done", found)
    if is_running:
        return Standing("running", found)
    if (folder / inversions.STOP).exists():
        return Standing("stopped", found)
    if _is_waiting(folder):
        return Standing("waiting")
    return Standing("failed", found, last_line(folder / inversions.LOG))


def _is_waiting(folder: Path) -> bool:
    """Nobody has begun it and nobody has given it up."""
    return not (folder / inversions.LOG).exists() and not (folder / inversions.STOP).exists()


def _move_line(runs_dir: Path) -> None:
    """Start those whose turn it is."""
    with disk_faults(inversions.home(runs_dir)):
        line = FileLock.acquire(inversions.home(runs_dir) / _LINE, patience_secs=2.0)
    if line is None:
        return  # somebody else moves it
    with line:
        folders = inversions.folders(runs_dir)
        num_free = AT_ONCE - sum(is_held(folder / inversions.LOCK) for folder in folders)
        waiting = [f for f in folders if _is_waiting(f) and _age_secs(f) < _FORSAKEN_SECS]
        for folder in waiting[: max(0, num_free)]:
            with suppress(QuotaError):  # other jobs have all places: it keeps its own in the line
                _spawn(runs_dir, folder)


def _sweep(runs_dir: Path) -> None:
    """Remove what nobody can want any more; also what killed processes left half made."""
    for folder in inversions.older_than(runs_dir, _OLD_SECS):
        if not is_held(folder / inversions.LOCK):
            shutil.rmtree(folder, ignore_errors=True)


def _age_secs(folder: Path) -> float:
    """How long nobody has looked at a search; its distance, should the clock have been put back."""
    return abs(time.time() - inversions.looked_at(folder))


def _spawn(runs_dir: Path, folder: Path) -> None:
    """Start the process; it takes its lock over, goes its own way, and this returns."""
    with disk_faults(folder):
        lock = FileLock.acquire(folder / inversions.LOCK)
    if lock is None:
        return
    by = Person(id=inversions.person_of(folder), role="viewer")
    with lock, slots.slot(runs_dir, by) as held:
        reason = spawn(
            "gan_core.nn.invert",
            *(str(runs_dir.resolve()), folder.name),
            lock=lock,
            log=folder / inversions.LOG,
            held=held,
        )
    if reason:
        raise JobFailedError(N_("the search does not start: {reason}"), reason=reason)
