"""A place in the line of runs that wait: counted and taken while nobody else does.

The same bounds hold again in the supervisor (`queue.surplus`), whatever way a run came there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gan_core.access.people import Person
from gan_core.access.quotas import QuotaError, Quotas, is_bound
from gan_core.errors import ConflictError, DamagedError
from gan_core.jobs import disk
from gan_core.jobs.note import person_of
from gan_core.jobs.queue import read_studio
from gan_core.runs.files import disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.status import read_written_status
from gan_core.runs.store import RunStore
from gan_core.text import N_

_LOCK = ".queue.lock"
_PATIENCE_SECS = 30.0
"""Somebody may be queueing fifty runs at this moment."""


@contextmanager
def place(store: RunStore, by: Person, num: int = 1) -> Iterator[None]:
    """Hold the line while `num` runs are put into it.

    Raises:
        QuotaError: the person, or all together, would have more than is allowed here.
        ConflictError: others have held the line for half a minute.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    with disk_faults(store.root):
        store.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock.acquire(store.root / _LOCK, patience_secs=_PATIENCE_SECS)
    if lock is None:
        raise ConflictError(N_("many runs are being queued."), N_("Try again in a moment."))
    with lock:
        check(store, by, num)
        yield


def check(store: RunStore, by: Person, num: int = 1, *, may_measure: bool = True) -> None:
    """Go on only if the person may queue `num` runs more; `may_measure` as in `disk.check`.

    Raises:
        QuotaError: the person, or all together, would have more than is allowed here.
    """
    quotas = read_studio(store.root).quotas
    disk.check(store.root, quotas, may_measure=may_measure)
    if is_bound(by.id):
        _check_counts(waiting(store), by, num, quotas)


def waiting(store: RunStore) -> Counter[str]:
    """How many runs wait, by the id of whoever had them queued."""
    return Counter(
        person_of(paths)
        for paths in (RunPaths(store.root / run_id) for run_id in store.ids())
        if is_queued(paths)
    )


def is_queued(paths: RunPaths) -> bool:
    """Whether a run waits; one that cannot be read does not."""
    try:
        return read_written_status(paths).state == "queued"
    except DamagedError:
        return False


def _check_counts(waiting: Counter[str], by: Person, num: int, quotas: Quotas) -> None:
    if waiting[by.id] + num > quotas.queued_per_person:
        raise QuotaError(
            N_("{given} runs of yours wait already, and {more} more would be too many; allowed "
               "are {limit} a person."),
            N_("Try again when some have started, or stop some that wait."),
            field="queued_per_person",
            given=waiting[by.id],
            more=num,
            limit=quotas.queued_per_person,
        )  # fmt: skip
    if waiting.total() + num > quotas.queued_in_all:
        raise QuotaError(
            N_("{given} runs wait already, and {more} more would be too many; allowed are "
               "{limit} in all."),
            N_("Try again when some have started."),
            field="queued_in_all",
            given=waiting.total(),
            more=num,
            limit=quotas.queued_in_all,
        )  # fmt: skip
