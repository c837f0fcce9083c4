"""Places for what runs beside the training: exports, animations, searches, indexes.

A place is a lock on a file, so a job that is killed gives its place up by itself. A process that
goes its own way inherits the open file, and with it the place, until it ends.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from gan_core.access.people import Person
from gan_core.access.quotas import QuotaError, Quotas, is_bound
from gan_core.errors import ConflictError, DiskFullError, ReadOnlyError
from gan_core.jobs.queue import read_studio
from gan_core.runs.files import disk_faults
from gan_core.runs.lock import FileLock, is_held
from gan_core.text import N_

_FOLDER = ".jobs"
_GATE = "gate.lock"
_GATE_SECS = 5.0
_LOOK_SECS = 0.2


@contextmanager
def slot(runs_dir: Path, by: Person, *, patience_secs: float = 0.0) -> Iterator[tuple[int, ...]]:
    """Hold a place for one job; yields the open file to hand down to a process, if any.

    Args:
        runs_dir: the runs folder.
        by: whose job it is; the owner of the machine goes on without a place where none is free.
        patience_secs: how long to wait for one.

    Raises:
        QuotaError: the person, or all together, have as many under way as are allowed.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    lock = _taken(runs_dir, by, time.monotonic() + patience_secs)
    with lock or nullcontext():
        yield () if lock is None else (lock.descriptor,)


def check(runs_dir: Path, by: Person) -> None:
    """Go on only if the person could have a place at this moment.

    Raises:
        QuotaError: the person, or all together, have as many under way as are allowed.
    """
    if is_bound(by.id):
        quotas = read_studio(runs_dir).quotas
        _check(_holders(runs_dir / _FOLDER, quotas)[0], by, quotas)


def _taken(runs_dir: Path, by: Person, give_up_at: float) -> FileLock | None:
    """A place; `None` for the owner where there is none, or none can be marked."""
    folder = runs_dir / _FOLDER
    quotas = read_studio(runs_dir).quotas
    while True:
        try:
            with disk_faults(folder):
                folder.mkdir(parents=True, exist_ok=True)
                return _take(folder, by, quotas)
        except (QuotaError, ReadOnlyError, DiskFullError) as error:
            if not is_bound(by.id):
                return None
            if not isinstance(error, QuotaError) or time.monotonic() >= give_up_at:
                raise
            time.sleep(_LOOK_SECS)


def _take(folder: Path, by: Person, quotas: Quotas) -> FileLock:
    """Take a free place and write on it whose it is; one at a time may do so."""
    gate = FileLock.acquire(folder / _GATE, patience_secs=_GATE_SECS)
    if gate is None:
        raise _busy()
    with gate:
        holders, free = _holders(folder, quotas)
        _check(holders, by, quotas)
        lock = FileLock.acquire(free[0])
        if lock is None:  # a file of ours in foreign hands
            raise _busy()
        try:
            free[0].write_text(by.id, encoding="utf-8")
        except OSError:  # on a full disk nobody would hold a place that stays taken
            lock.release()
            raise
        return lock


def _holders(folder: Path, quotas: Quotas) -> tuple[Counter[str], list[Path]]:
    """How many places each person holds, and the places that nobody does."""
    places = [folder / f"{i}.lock" for i in range(quotas.jobs_in_all)]
    held = [path for path in places if is_held(path)]
    holders = Counter(path.read_text(encoding="utf-8", errors="replace") for path in held)
    return holders, [path for path in places if path not in held]


def _busy() -> ConflictError:
    return ConflictError(N_("many jobs are being started."), N_("Try again in a moment."))


def _check(holders: Counter[str], by: Person, quotas: Quotas) -> None:
    if is_bound(by.id) and holders[by.id] >= quotas.jobs_per_person:
        raise QuotaError(
            N_("{given} exports or searches of yours are under way; allowed are {limit} at a "
               "time."),
            N_("Try again when one of them is done."),
            field="jobs_per_person",
            given=holders[by.id],
            limit=quotas.jobs_per_person,
        )  # fmt: skip
    if holders.total() >= quotas.jobs_in_all:
        raise QuotaError(
            N_("{given} exports or searches are under way here; allowed are {limit} at a time."),
            N_("Try again in a minute."),
            field="jobs_in_all",
            given=holders.total(),
            limit=quotas.jobs_in_all,
        )
