"""The supervisor: `python -m gan_core.jobs.supervisor RUNS_DIR`.

One process a runs folder, under a lock. It starts queued runs as workers of their own, person
by person, as many at a time as the device takes, and leaves when nothing waits, nothing lives and
nobody is about to start a run. While somebody is, it keeps a worker in waiting. What waits beyond
the quotas it ends with words. A run that cannot be started for now, as on a full disk, is tried
again.
Killing it harms no run: workers are detached, and the next one to ask starts another.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gan_core.errors import DamagedError, DiskFullError, GanCoreError
from gan_core.jobs.deaths import Beginning, words_of
from gan_core.jobs.launch import IDLE_SECS, SUPERVISOR_LOCK, is_rollback_due
from gan_core.jobs.note import read_launch
from gan_core.jobs.process import (
    SOURCE_ROOT,
    child_environment,
    exit_words,
    module_command,
)
from gan_core.jobs.queue import Look, Waiting, Watcher, admissible, read_studio
from gan_core.jobs.refusals import Refusals
from gan_core.jobs.standby import Keeper
from gan_core.runs.files import disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.status import (
    ALIVE,
    Said,
    State,
    Status,
    read_written_status,
    say_in_place,
    write_status,
)
from gan_core.runs.store import RunStore
from gan_core.text import N_

logger = logging.getLogger("gan_core.jobs.supervisor")

TICK_SECS = 0.3
RETRY_SECS = 20.0
_GLANCE_SECS = 0.03


class Supervisor:
    """Starts workers, and remembers only what a new one could do without."""

    def __init__(self, store: RunStore, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is looked at yet.

        Args:
            store: the runs folder.
            clock: seconds that never go backwards.
        """
        self._store = store
        self._clock = clock
        self._watcher = Watcher(store)
        self._keeper = Keeper(store.root)
        self._refusals = Refusals(store)
        self._served: dict[str, int] = {}
        self._num_turns = 0
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._beginnings: dict[str, Beginning] = {}
        self._not_before: dict[tuple[str, str], float] = {}

    def look(self) -> Look:
        """The queue as it is, without the runs that cannot be started for now."""
        look, now = self._watcher.look(self._children), self._clock()
        known = {(run.id, run.since): run for run in look.waiting}
        self._not_before = {key: at for key, at in self._not_before.items() if key in known}
        due = [run for key, run in known.items() if self._not_before.get(key, now) <= now]
        return Look(tuple(due), look.alive, look.ended)

    def tick(self) -> bool:
        """Reap, admit, start; return whether there is a reason to stay."""
        self._reap()
        look = self.look()
        for run_id in look.ended:  # also those that a supervisor before this one had started
            self._go_back(run_id)
        if look.waiting:
            settings = read_studio(self._store.root)
            look = self._refusals.kept(look, settings.quotas)
            for run in admissible(look, settings.runs_per_device, settings.quotas, self._served):
                self._num_turns += 1
                self._served[run.person] = self._num_turns
                self._try_to_start(run)
        busy = bool(look.waiting or look.alive)
        return self._keeper.tend(idle=not busy) or busy or bool(self._not_before)

    def look_back(self) -> None:
        """See to runs that have ended while no supervisor lived."""
        for run_id in self._store.ids():
            self._go_back(run_id)

    def leave(self) -> None:
        """Leave no worker in waiting behind; those that train go on."""
        self._keeper.end()

    def _try_to_start(self, run: Waiting) -> None:
        paths = RunPaths(self._store.root / run.id)
        began = Beginning.now(paths.log)
        try:
            child = start_worker(paths, self._keeper)
        except (GanCoreError, OSError) as error:
            # Not even "failed" could be written: a full disk, a read-only folder. The others go on.
            logger.warning("run %s cannot be started for now: %s", run.id, error)
            self._not_before[run.id, run.since] = self._clock() + RETRY_SECS
            return
        if child is not None:
            logger.info("run %s: worker %d", run.id, child.pid)
            self._children[run.id] = child
            self._beginnings[run.id] = began

    def _reap(self) -> None:
        for run_id, child in list(self._children.items()):
            code = child.poll()
            if code is None:
                continue
            del self._children[run_id]
            logger.info("run %s: worker ended with %s", run_id, exit_words(code))
            paths = RunPaths(self._store.root / run_id)
            try:
                record_death(paths, code, self._beginnings.pop(run_id))
            except (GanCoreError, OSError) as error:
                logger.warning("run %s: %s", run_id, error)
            self._go_back(run_id)

    def _go_back(self, run_id: str) -> None:
        """See to a run that a collapse has ended; once that is settled, this does nothing."""
        paths = RunPaths(self._store.root / run_id)
        try:
            if is_rollback_due(paths):
                from gan_core.jobs import rollback  # here: it loads much that is seldom needed

                rollback.after_end(self._store, run_id)
        except (GanCoreError, OSError) as error:
            logger.warning("run %s: %s", run_id, error)


def start_worker(paths: RunPaths, keeper: Keeper | None = None) -> subprocess.Popen[bytes] | None:
    """Start the worker of a queued run; `None` when it is not to be started.

    The run's lock is taken here and handed down, so there is no moment at which the run looks
    dead. A worker that cannot be started leaves the run `failed`, with the reason.

    Args:
        paths: of the run.
        keeper: may have a worker in waiting.

    Raises:
        GanCoreError, OSError: not even that could be written.
    """
    with disk_faults(paths.root):
        lock = FileLock.acquire(paths.lock)
    if lock is None:
        return None
    with lock:
        status = read_written_status(paths)
        if status.state != "queued":
            return None
        try:
            data_dir = read_launch(paths).data_dir
        except FileNotFoundError:
            _write(paths, status, "failed", Said(template=_NO_LAUNCH_NOTE))
            return None
        except DamagedError as error:
            _write(paths, status, "failed", Said(template=N_("{reason}"), values=_reason(error)))
            return None
        try:
            _write(paths, status, "starting", Said(template=N_("starting the worker")))
        except DiskFullError:
            say_in_place(paths, status, Said(template=_NO_SPACE))
            raise
        waiting = None if keeper is None else keeper.give(paths, data_dir, lock)
        return waiting or _spawn(paths, data_dir, lock, status)


_NO_LAUNCH_NOTE = N_("The run was never given a data folder on this machine. Resume it.")
_NO_SPACE = N_("the disk is full; it starts by itself when there is space")


def _spawn(
    paths: RunPaths, data_dir: Path, lock: FileLock, status: Status
) -> subprocess.Popen[bytes] | None:
    command = module_command(
        "gan_core.worker",
        str(paths.root.resolve()),
        "--data-dir",
        str(data_dir),
        "--lock-fd",
        str(lock.descriptor),
    )
    try:
        with paths.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=SOURCE_ROOT,
                env=child_environment(),
                pass_fds=(lock.descriptor,),
            )
    except OSError as error:
        said = Said(template=N_("The worker could not be started: {reason}"), values=_reason(error))
        _write(paths, status, "failed", said)
        return None


def record_death(paths: RunPaths, code: int, began: Beginning) -> None:
    """Write what became of a run whose worker ended without saying so itself.

    Args:
        paths: of the run.
        code: the worker's exit code.
        began: how things stood when it began.

    Raises:
        GanCoreError, OSError: the run directory cannot be read or written.
    """
    with disk_faults(paths.root):
        lock = FileLock.acquire(paths.lock)
    if lock is None:
        return  # somebody is busy with it again
    with lock:
        status = read_written_status(paths)
        if status.state not in ALIVE:
            return
        state, said = words_of(code, paths.log, began)
        _write(paths, status, state, said)


def _write(paths: RunPaths, status: Status, state: State, said: Said) -> None:
    write_status(paths, state, status.step, status.total_steps, said)


def _reason(error: Exception) -> dict[str, str | int | float]:
    return {"reason": error.one_line() if isinstance(error, GanCoreError) else str(error)}


def serve(runs_dir: Path, lock: FileLock, *, idle_secs: float) -> None:
    """Work on the queue until it has been empty, with nothing alive, for `idle_secs`."""
    store = RunStore(runs_dir)
    store.sweep()
    supervisor = Supervisor(store)
    try:
        supervisor.look_back()
        _serve(supervisor, store, lock, idle_secs)
    finally:
        supervisor.leave()


def _serve(supervisor: Supervisor, store: RunStore, lock: FileLock, idle_secs: float) -> None:
    runs_dir = store.root
    busy_at = time.monotonic()
    while is_ours(lock, runs_dir / SUPERVISOR_LOCK):
        changed_at = _changed_at(runs_dir)
        if supervisor.tick():
            busy_at = time.monotonic()
        elif time.monotonic() - busy_at >= idle_secs:
            # Let go first and look afterwards: whoever queued a run before this moment and saw
            # the lock held is found by the look; whoever comes later starts a supervisor anew.
            lock.release()
            if not supervisor.look().waiting:
                return
            taken = FileLock.acquire(runs_dir / SUPERVISOR_LOCK)
            if taken is None:
                return
            lock = taken
        _wait_for_news(runs_dir, changed_at)
    logger.warning("the runs folder was replaced or removed; leaving")


def _wait_for_news(runs_dir: Path, changed_at: int | None) -> None:
    """Wait for a tick, or until something is new in the runs folder: a new run starts at once."""
    until = time.monotonic() + TICK_SECS
    while time.monotonic() < until and _changed_at(runs_dir) == changed_at:
        time.sleep(_GLANCE_SECS)


def _changed_at(folder: Path) -> int | None:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return None


def is_ours(lock: FileLock, path: Path) -> bool:
    """Whether the lock that we hold is still the file at `path`."""
    try:
        found, held = path.stat(), os.fstat(lock.descriptor)
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)


def main(arguments: list[str] | None = None) -> int:
    """Take the lock, go into the background, serve; 0 also when another one serves already."""
    parser = argparse.ArgumentParser(prog="python -m gan_core.jobs.supervisor", description=__doc__)
    parser.add_argument("runs_dir", type=Path)
    parser.add_argument("--idle-secs", type=float, default=IDLE_SECS)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(message)s")
    lock = FileLock.acquire(given.runs_dir / SUPERVISOR_LOCK)
    if lock is None:
        return 0
    if os.fork():
        os._exit(0)  # the lock lives on in the child; the caller need not wait for its end
    with lock:
        serve(given.runs_dir, lock, idle_secs=given.idle_secs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
