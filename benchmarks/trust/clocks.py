"""The clock moved by a day, either way: what is said of runs stays true, nothing is swept early."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

from benchmarks.trust.trial import Outcome, Place
from gan_core.jobs import own_sets
from gan_core.jobs.queue import Watcher
from gan_core.runs.draft import draft
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, State, read_status, utc_now, write_status
from gan_core.runs.store import RunStore
from tests.processes.worker_runs import new_run, num_logged, start, until
from tests.runs_by_hand import in_state

_DAY_SECS = 24 * 3600.0
_STATES: tuple[State, ...] = ("starting", "running", "paused", "completed", "stopped", "failed")
_ALIVE = {"starting", "running"}


def attempt(place: Place) -> Outcome:
    """Files of yesterday and of tomorrow, and a process whose clock is put forward and back."""
    wrong: list[str] = []
    num_looks = 0
    for move_secs in (-_DAY_SECS, _DAY_SECS):
        with _moved(move_secs):
            for held in (False, True):
                for state in _STATES:
                    store = RunStore(place.folder / f"{move_secs:g}-{held}-{state}")
                    wrong += _state_faults(store, state, move_secs, held=held)
                    num_looks += 1
            wrong += _sweep_faults(place.folder / f"sweep-{move_secs:g}", move_secs)
    if not place.short:
        wrong += _real_worker_faults(place)
    return Outcome(
        f"{num_looks} states, files and clock a day apart either way"
        + ("" if place.short else ", and a training run whose files' dates were moved")
        + f": {len(wrong)} wrong{': ' + wrong[0] if wrong else ''}",
        "0 wrong",
        passed=not wrong,
    )


@contextmanager
def _moved(secs: float) -> Iterator[None]:
    """This process's wall clock, put forward or back; the monotonic one never moves."""
    now, now_ns = time.time, time.time_ns

    def moved() -> float:
        return now() + secs

    def moved_ns() -> int:
        return now_ns() + int(secs * 1e9)

    with mock.patch("time.time", moved), mock.patch("time.time_ns", moved_ns):
        yield


def _state_faults(store: RunStore, state: State, move_secs: float, *, held: bool) -> list[str]:
    run = in_state(store, state)
    then = utc_now() + timedelta(seconds=move_secs)
    write_status(run.paths, state, 5, 100, Said(), now=then)
    watcher = Watcher(store)
    lock = FileLock.acquire(run.paths.lock) if held else None
    os.utime(run.paths.status, (then.timestamp(), then.timestamp()))
    wanted = "interrupted" if state in _ALIVE and not held else state
    wrong = []
    if read_status(run.paths).state != wanted:
        wrong.append(f"{state}, lock {held}: said to be {read_status(run.paths).state}")
    num_alive = [len(watcher.look().alive), len(watcher.look().alive)]
    if num_alive != [int(held)] * 2:
        wrong.append(f"{state}, lock {held}: the queue counts {num_alive}")
    if lock is not None:
        lock.release()
        if watcher.look().alive:
            wrong.append(f"{state}: the queue counts a worker that has gone")
    return wrong


def _sweep_faults(folder: Path, move_secs: float) -> list[str]:
    """What is being made stays, what was left goes, whatever their dates."""
    store = RunStore(folder)
    own = own_sets.folder_of(folder)
    left = own / ".tmp-left"
    left.mkdir(parents=True)
    dates = (time.time() + move_secs,) * 2
    os.utime(left, dates)
    wrong = []
    with draft(folder, "20260101-000000-abcdef") as paths:
        os.utime(paths.root, dates)
        store.sweep()
        if not paths.root.is_dir():
            wrong.append("a run that was being made was swept away")
    store.sweep()
    own_sets.sweep(folder)
    if left.exists():
        wrong.append("a leftover stays")
    return wrong


def _real_worker_faults(place: Place) -> list[str]:
    paths = new_run(place.folder / "real", place.data_dir, steps=10**6, settings={"batch_size": 16})
    worker = start(paths, place.data_dir)
    wrong = []
    for move_secs in (-_DAY_SECS, _DAY_SECS):
        before = num_logged(paths)
        assert until(worker, lambda: num_logged(paths) > before + 1)  # noqa: B023
        for path in (paths.status, paths.lock, paths.metrics, paths.root):
            os.utime(path, (time.time() + move_secs,) * 2)
        if read_status(paths).state != "running":
            wrong.append(f"a training run is called {read_status(paths).state}")
    worker.kill()
    worker.wait()
    for move_secs in (-_DAY_SECS, _DAY_SECS):
        os.utime(paths.status, (time.time() + move_secs,) * 2)
        if read_status(paths).state != "interrupted":
            wrong.append(f"a killed run is called {read_status(paths).state}")
    return wrong
