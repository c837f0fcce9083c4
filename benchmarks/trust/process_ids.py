"""Numbers of dead processes, given to strangers: none is taken for a worker, none is signalled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from benchmarks.trust.trial import Outcome, Place
from gan_core.access.people import OWNER
from gan_core.data import prepared
from gan_core.errors import ConflictError
from gan_core.jobs import control, invert
from gan_core.runs import inversions
from gan_core.runs.status import Said, read_status, write_status
from gan_core.runs.store import RunStore
from tests.runs_by_hand import in_state

_LAST_PID = Path("/proc/sys/kernel/ns_last_pid")
_SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
_TRIES = 50
_A_SIGNAL_SECS, _PATIENCE_SECS = 0.05, 10.0


def attempt(place: Place) -> Outcome:
    """A worker dies, a stranger gets its number; then everything that may act on it is called."""
    num = place.num(2, 20)
    wrong: list[str] = []
    num_recycled = 0
    for number in range(num):
        store = RunStore(place.folder / f"runs-{number}")
        found, recycled = _one_round(store)
        wrong += found
        num_recycled += recycled
    own = f"{num_recycled} of them with a dead worker's own number"
    if not can_choose_numbers():
        own = "none of them with a dead worker's own number, which this system lets nobody choose"
    return Outcome(
        f"{num} strangers, {own}: "
        f"{len(wrong)} wrong answers or signals{': ' + wrong[0] if wrong else ''}",
        "0 wrong, 0 signalled",
        passed=not wrong and (num_recycled > 0 or not can_choose_numbers()),
    )


def can_choose_numbers() -> bool:
    """Whether we may say which number the next process gets."""
    try:
        _LAST_PID.write_text(_LAST_PID.read_text())
    except OSError:
        return False
    return True


def _one_round(store: RunStore) -> tuple[list[str], bool]:
    run = in_state(store, "running")
    dead = _killed_holder(run.paths.lock)
    stranger, recycled = _stranger(dead)
    wrong: list[str] = []
    try:
        if read_status(run.paths).state != "interrupted":
            wrong.append("a dead worker's run is called running")
        with suppress(ConflictError):
            control.stop(store, run.id, wait_secs=0.1, by=OWNER)
            wrong.append("`stop` found a worker")
        wrong += _search_faults(store, stranger)
        _leftover(store.root, stranger.pid)
        write_status(run.paths, "running", 1, 10, Said())
        if read_status(run.paths).state != "interrupted":
            wrong.append("a new status makes a dead worker alive")
        time.sleep(_A_SIGNAL_SECS)
        if stranger.poll() is not None:
            wrong.append("a stranger was signalled")
    finally:
        stranger.kill()
        stranger.wait()
    return wrong, recycled


@contextmanager
def _holder(lock: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds a lock for as long as it lives."""
    code = (
        "import sys, time; from pathlib import Path; from gan_core.runs.lock import FileLock;"
        "held = FileLock.acquire(Path(sys.argv[1])); print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def _killed_holder(lock: Path) -> int:
    """The number of a process that held the run's lock and was killed."""
    with _holder(lock) as holder:
        return holder.pid


def _stranger(number: int) -> tuple[subprocess.Popen[bytes], bool]:
    """A process with this number, where the system lets us choose, else with any."""
    for _ in range(_TRIES if can_choose_numbers() else 0):
        _LAST_PID.write_text(str(number - 1))
        child = subprocess.Popen(_SLEEPER)
        if child.pid == number:
            return child, True
        child.kill()
        child.wait()
    return subprocess.Popen(_SLEEPER), False


def _search_faults(store: RunStore, stranger: subprocess.Popen[bytes]) -> list[str]:
    """A search for a picture notes its process; here the note names a stranger.

    First while nobody holds the search's lock, then while somebody else does, as after the first
    process was killed and before the next one has noted its number.
    """
    folder = inversions.home(store.root) / inversions.new_id()
    wanted = inversions.Wanted(run="r", step=0)
    inversions.write_request(folder, wanted, np.zeros((8, 8, 1), np.uint8))
    (folder / inversions.PROCESS).write_text(str(stranger.pid))
    (folder / inversions.LOG).touch()
    invert.stop(store.root, folder.name, by=OWNER)
    wrong = []
    with _holder(folder / inversions.LOCK) as holder:
        invert.stop(store.root, folder.name, by=OWNER)
        time.sleep(_A_SIGNAL_SECS)
        if stranger.poll() is not None:
            wrong.append("a stranger was signalled while somebody else held the lock")
        if holder.poll() is not None:
            wrong.append("whoever held the lock was signalled by a stranger's number")
        (folder / inversions.PROCESS).write_text(str(holder.pid))
        invert.stop(store.root, folder.name, by=OWNER)
        try:
            holder.wait(_PATIENCE_SECS)
        except subprocess.TimeoutExpired:
            wrong.append("whoever held the lock was not signalled by its own number")
    return wrong


def _leftover(runs_dir: Path, number: int) -> None:
    """What a killed preparation left under this process's own number is in nobody's way."""
    target = runs_dir / ".datasets" / "0123456789abcdef"
    target.parent.mkdir(exist_ok=True)
    for left in (f".tmp-{target.name}-{os.getpid()}", f".tmp-{target.name}-{number}"):
        (target.parent / left).mkdir()
    with prepared.draft(target) as folder:
        (folder / prepared.CARD).write_text("{}")
    assert target.is_dir()
