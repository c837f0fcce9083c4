"""A held lock says that a process lives, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from gan_core.runs.lock import FileLock, is_held

_HOLD = """
import sys, time
from pathlib import Path
from gan_core.runs.lock import FileLock
lock = FileLock.acquire(Path(sys.argv[1]))
print("held" if lock else "refused", flush=True)
sys.stdin.read()
"""

_ADOPT = """
import sys
from gan_core.runs.lock import FileLock
with FileLock.adopt(int(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def _start(script: str, argument: str, *, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", script, argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=pass_fds,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "held"
    return holder


def _end(holder: subprocess.Popen[str], *, kill: bool) -> None:
    if kill:
        holder.kill()
    holder.communicate()


def test_held_and_released(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    assert not is_held(path)
    lock = FileLock.acquire(path)
    assert lock is not None
    assert is_held(path)
    assert FileLock.acquire(path, patience_secs=0.0) is None
    lock.release()
    lock.release()
    assert not is_held(path)
    again = FileLock.acquire(path)
    assert again is not None
    again.release()


def test_the_holder_dies(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    holder = _start(_HOLD, str(path))
    assert is_held(path)
    assert FileLock.acquire(path) is None
    _end(holder, kill=True)
    assert not is_held(path)


def test_the_holder_ends(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    holder = _start(_HOLD, str(path))
    _end(holder, kill=False)
    assert not is_held(path)


def test_handed_down_without_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    lock = FileLock.acquire(path)
    assert lock is not None
    child = _start(_ADOPT, str(lock.descriptor), pass_fds=(lock.descriptor,))
    lock.release()
    assert is_held(path)
    _end(child, kill=True)
    assert not is_held(path)


def test_a_grandchild_does_not_inherit_it(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    lock = FileLock.acquire(path)
    assert lock is not None
    bystander = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        close_fds=False,
    )
    lock.release()
    # The system wakes the launcher an instant before it closes the child's copies.
    free = FileLock.acquire(path, patience_secs=2.0)
    assert free is not None
    free.release()
    bystander.communicate()


def test_asking_does_not_hinder_taking(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    path.touch()
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            is_held(path)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(50):
            lock = FileLock.acquire(path, patience_secs=5.0)
            assert lock is not None
            lock.release()
    finally:
        over.set()
        asker.join()


def test_patience_ends(tmp_path: Path) -> None:
    with FileLock.acquire(tmp_path / "a") or FileLock(-1):
        started = time.monotonic()
        assert FileLock.acquire(tmp_path / "a", patience_secs=0.2) is None
        assert 0.2 <= time.monotonic() - started < 2.0
