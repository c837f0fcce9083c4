"""Waiting runs that are more than is allowed: ended with words, whatever way they came here."""

from __future__ import annotations

import logging
import time

from gan_core.access.quotas import Quotas
from gan_core.errors import GanCoreError
from gan_core.jobs import disk
from gan_core.jobs.queue import Look, Waiting, surplus
from gan_core.runs.files import disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, read_written_status, write_status
from gan_core.runs.store import RunStore
from gan_core.text import N_

logger = logging.getLogger(__name__)

MEASURE_SECS = 20.0
_GIGABYTE = 10**9
_WORDS = {
    "queued_per_person": N_(
        "Not started: allowed are {limit} waiting runs a person, and this one came on top. Resume "
        "it when some have started."
    ),
    "queued_in_all": N_(
        "Not started: allowed are {limit} waiting runs in all, and this one came on top. Resume "
        "it when some have started."
    ),
    "disk_gb": N_(
        "Not started: the runs folder holds {given} GB, and allowed are {limit} GB. Delete runs "
        "that nobody needs, then resume it."
    ),
}


class Refusals:
    """Keeps a folder's line within its bounds, and an eye on its size."""

    def __init__(self, store: RunStore, *, measure_secs: float = MEASURE_SECS) -> None:
        """Nothing is measured yet.

        Args:
            store: the runs folder.
            measure_secs: how often its size is looked at.
        """
        self._store = store
        self._measure_secs = measure_secs
        self._measured_at = float("-inf")
        self._used = 0

    def kept(self, look: Look, quotas: Quotas) -> Look:
        """End what is too much; the queue without it."""
        self._measure()
        if self._used > quotas.disk_gb * _GIGABYTE:
            beyond = {"disk_gb": look.in_line()}
        else:
            beyond = surplus(look, quotas)
        refused: set[str] = set()
        for bound, runs in beyond.items():
            values: dict[str, str | int | float] = {"limit": getattr(quotas, bound)}
            if bound == "disk_gb":
                values["given"] = round(self._used / _GIGABYTE, 2)
            for run in runs:
                self._end(run, Said(template=_WORDS[bound], values=values))
                refused.add(run.id)
        return Look(tuple(run for run in look.waiting if run.id not in refused), look.alive)

    def _measure(self) -> None:
        if time.monotonic() - self._measured_at < self._measure_secs:
            return
        self._measured_at = time.monotonic()
        try:
            self._used = disk.measure(self._store.root)
        except (GanCoreError, OSError) as error:  # a full disk, say: that is seen to elsewhere
            logger.warning("the runs folder cannot be measured: %s", error)

    def _end(self, run: Waiting, said: Said) -> None:
        paths = RunPaths(self._store.root / run.id)
        try:
            with disk_faults(paths.root):
                lock = FileLock.acquire(paths.lock)
            if lock is None:
                return  # somebody is busy with it; it is looked at again
            with lock:
                status = read_written_status(paths)
                if status.state == "queued":
                    write_status(paths, "stopped", status.step, status.total_steps, said)
                    logger.info("run %s: %s", run.id, said)
        except (GanCoreError, OSError) as error:
            logger.warning("run %s cannot be refused: %s", run.id, error)
