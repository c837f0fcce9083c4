"""The clock moved by a day, either way: what is said of runs stays true, nothing is swept early."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import psutil

from benchmarks.trust.moving_clock import DAY_SECS, moved_here, moving_clock
from benchmarks.trust.served import processes_of, settings
from benchmarks.trust.trial import Outcome, Place
from gan_core.access.people import OWNER
from gan_core.jobs import control, invert, own_sets
from gan_core.jobs.launch import SUPERVISOR_LOCK, ensure_supervisor
from gan_core.jobs.note import write_launch
from gan_core.jobs.queue import Watcher
from gan_core.runs import inversions
from gan_core.runs.draft import draft
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock, is_held
from gan_core.runs.status import (
    Said,
    State,
    read_status,
    read_written_status,
    utc_now,
    write_status,
)
from gan_core.runs.store import RunStore
from tests.processes.worker_runs import new_run, num_logged
from tests.runs_by_hand import in_state

_STATES: tuple[State, ...] = ("starting", "running", "paused", "completed", "stopped", "failed")
_ALIVE = {"starting", "running"}
_EITHER_WAY = (-DAY_SECS, DAY_SECS)
_PATIENCE_SECS = 120.0
_ON_TIME_SECS = 600.0
_SETTINGS = {"batch_size": 16, "log_every": 1}


def attempt(place: Place) -> Outcome:
    """Files of yesterday and of tomorrow; then processes whose clock moves while they work."""
    wrong: list[str] = []
    num_looks = 0
    for move_secs in _EITHER_WAY:
        for held in (False, True):
            for state in _STATES:
                store = RunStore(place.folder / f"{move_secs}-{held}-{state}")
                with moved_here(move_secs):
                    wrong += _state_faults(store, state, move_secs, held=held)
                num_looks += 1
        with moved_here(move_secs):
            wrong += _sweep_faults(place.folder / f"sweep-{move_secs}", move_secs)
        wrong += _search_faults(place.folder / f"searches-{move_secs}", move_secs)
    wrong += _process_faults(place)
    return Outcome(
        f"{num_looks} states, files and clock a day apart either way, and a supervisor and a "
        f"training run whose clock was moved: {len(wrong)} wrong{': ' + wrong[0] if wrong else ''}",
        "0 wrong",
        passed=not wrong,
    )


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


def _search_faults(folder: Path, move_secs: float) -> list[str]:
    """Searches that run, wait and have found something are there after the clock was set."""
    wanted, target = inversions.Wanted(run="r", step=0), np.zeros((8, 8, 1), np.uint8)
    with ExitStack() as held:
        for number in range(invert.AT_ONCE):  # all turns are taken: no process is started
            running = inversions.home(folder) / f"{number:032x}"
            inversions.write_request(running, wanted, target)
            held.enter_context(FileLock.acquire(running / inversions.LOCK) or FileLock(-1))
        ids = [invert.start(folder, wanted, target, by=OWNER) for _ in range(2)]
        found = inversions.Found(done=9, total=9, error=0.1, z=(1.0,), is_over=True)
        inversions.write_found(inversions.folder_of(folder, ids[0]), found)
        with moved_here(move_secs):
            ids.append(invert.start(folder, wanted, target, by=OWNER))
            there = {one.name for one in inversions.all_folders(folder)}
    num_lost = len(set(ids) - there)
    return [f"{num_lost} searches were swept away"] if num_lost else []


def _process_faults(place: Place) -> list[str]:
    """The real supervisor and worker: the clock moves, the run trains, another one waits."""
    runs_dir = place.folder / "real"
    store = RunStore(runs_dir)
    settings(store)
    with moving_clock(place.folder / "clock") as clock, _all_ended(store):
        first = _queued(runs_dir, place.data_dir)
        ensure_supervisor(runs_dir)
        _until(lambda: num_logged(first) > 0, first)
        second = _queued(runs_dir, place.data_dir)
        wrong = []
        for secs in _EITHER_WAY:
            clock.move(secs)
            wrong += _moved_faults(store, first, second, secs)
        if wrong:
            return wrong  # what follows takes for granted what is said of them
        reply = control.stop(store, first.root.name, wait_secs=_PATIENCE_SECS, by=OWNER)
        if not reply.acknowledged:
            wrong.append("`stop` is not heard")
        _until(lambda: read_status(first).state == "stopped", first)
        _until(lambda: read_status(second).state in _ALIVE, second)
        _kill_all(store)
        if read_status(second).state != "interrupted":
            wrong.append(f"a killed run is called {read_status(second).state}")
    return wrong


def _queued(runs_dir: Path, data_dir: Path) -> RunPaths:
    paths = new_run(runs_dir, data_dir, steps=10**6, settings=_SETTINGS)
    write_launch(paths, data_dir)
    return paths


def _moved_faults(store: RunStore, first: RunPaths, second: RunPaths, secs: int) -> list[str]:
    """What is said after a move, while the first run trains and the second waits for it."""
    before = num_logged(first)
    _until(lambda: num_logged(first) > before + 1, first)
    _until(lambda: _is_dated(first, secs), first)  # else nothing was tried: they see another clock
    with moved_here(secs):
        states = [read_status(paths).state for paths in (first, second)]
        alive = Watcher(store).look().alive
    wrong = []
    if states != ["running", "queued"]:
        wrong.append(f"clock moved by {secs} s: runs are called {states}")
    if len(alive) != 1 or not is_held(store.root / SUPERVISOR_LOCK):
        wrong.append(f"clock moved by {secs} s: the queue counts {alive}, or nobody serves it")
    return wrong


def _is_dated(paths: RunPaths, secs: float) -> bool:
    """Whether the worker's last word bears the moved clock's date."""
    said = datetime.fromisoformat(read_written_status(paths).updated)
    return abs((said - utc_now()).total_seconds() - secs) < _ON_TIME_SECS


def _until(is_so: Callable[[], bool], paths: RunPaths) -> None:
    give_up_at = time.monotonic() + _PATIENCE_SECS
    while not is_so():
        assert time.monotonic() < give_up_at, paths.log.read_text()[-2000:]
        time.sleep(0.02)


@contextmanager
def _all_ended(store: RunStore) -> Iterator[None]:
    """Nothing of a runs folder lives on."""
    try:
        yield
    finally:
        _kill_all(store)


def _kill_all(store: RunStore) -> None:
    """Again and again: a supervisor may start a worker at this very moment."""
    while left := processes_of(store):
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=10)
