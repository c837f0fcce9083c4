"""Searches for latents, seen from outside: the line, the processes, the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gan_core.access.people import OWNER
from gan_core.errors import ConflictError, JobFailedError, NotFoundError
from gan_core.jobs import detached, invert
from gan_core.runs import inversions
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock, is_held
from tests.generators_by_hand import PLAIN, random_weights, seal_generator

WANTED = inversions.Wanted(run="some-run", step=40)
TARGET = np.zeros((8, 8, 1), np.uint8)


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Searches whose turn has come; instead of a process, a name on this list."""
    begun: list[str] = []

    def begin(runs_dir: Path, folder: Path) -> None:
        begun.append(folder.name)
        (folder / inversions.LOG).write_text("loading\nout of luck\n")

    monkeypatch.setattr(invert, "_spawn", begin)
    return begun


def held(runs_dir: Path, id_: str) -> FileLock:
    lock = FileLock.acquire(inversions.folder_of(runs_dir, id_) / inversions.LOCK)
    assert lock is not None
    return lock


def wait_for(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def test_two_run_and_the_third_waits_its_turn(tmp_path: Path, spawned: list[str]) -> None:
    first = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    second = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    with held(tmp_path, first):
        with held(tmp_path, second):
            third = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
            fourth = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
            assert spawned == [first, second]
            assert invert.standing(tmp_path, third).state == "waiting"
            assert invert.standing(tmp_path, first).state == "running"
        assert invert.standing(tmp_path, fourth).state == "waiting"
        assert spawned == [first, second, third], "in the order in which they came"


def test_who_looks_no_more_loses_the_place(tmp_path: Path, spawned: list[str]) -> None:
    ids = [invert.start(tmp_path, WANTED, TARGET, by=OWNER) for _ in range(2)]
    with held(tmp_path, ids[0]), held(tmp_path, ids[1]):
        gone, here = (invert.start(tmp_path, WANTED, TARGET, by=OWNER) for _ in range(2))
    long_ago = time.time() - 60
    os.utime(inversions.folder_of(tmp_path, gone) / inversions.REQUEST, (long_ago, long_ago))
    invert.standing(tmp_path, here)
    assert spawned == [*ids, here]
    assert invert.standing(tmp_path, gone).state != "stopped"
    assert spawned == [*ids, here, gone], "who comes back is in line again"


def test_a_long_line_is_refused(
    tmp_path: Path, spawned: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invert, "AT_ONCE", 0)
    monkeypatch.setattr(invert, "MAX_WAITING", 2)
    ids = [invert.start(tmp_path, WANTED, TARGET, by=OWNER) for _ in range(2)]
    with pytest.raises(ConflictError, match="2 searches"):
        invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    invert.stop(tmp_path, ids[0], by=OWNER)
    assert invert.standing(tmp_path, ids[0]) == invert.Standing("stopped")
    invert.start(tmp_path, WANTED, TARGET, by=OWNER)


def test_what_was_found(tmp_path: Path, spawned: list[str]) -> None:
    id_ = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    folder = inversions.folder_of(tmp_path, id_)
    found = inversions.Found(done=30, total=100, error=0.25, z=(1.0, 2.0))
    with held(tmp_path, id_):
        assert invert.standing(tmp_path, id_) == invert.Standing("running")
        inversions.write_found(folder, found)
        assert invert.standing(tmp_path, id_) == invert.Standing("running", found)
    assert invert.standing(tmp_path, id_) == invert.Standing("failed", found, "out of luck")
    over = found.model_copy(update={"done": 100, "is_over": True})
    inversions.write_found(folder, over)
    assert invert.standing(tmp_path, id_) == invert.Standing("done", over)


def test_half_made_ones_are_swept_away_when_old(tmp_path: Path, spawned: list[str]) -> None:
    first = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    old, new = (inversions.home(tmp_path) / inversions.new_id() for _ in range(2))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / inversions.TARGET).touch()
    os.utime(old, (1, 1))
    id_ = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    assert {path.name for path in inversions.all_folders(tmp_path)} == {first, new.name, id_}
    assert spawned == [first, id_]


def test_old_ones_are_swept_away_and_running_ones_are_not(
    tmp_path: Path, spawned: list[str]
) -> None:
    old, running = (invert.start(tmp_path, WANTED, TARGET, by=OWNER) for _ in range(2))
    with held(tmp_path, running):
        for id_ in (old, running):
            os.utime(inversions.folder_of(tmp_path, id_) / inversions.REQUEST, (1, 1))
        invert.start(tmp_path, WANTED, TARGET, by=OWNER)
        with pytest.raises(NotFoundError):
            invert.standing(tmp_path, old)
        assert invert.standing(tmp_path, running).state == "running"


@pytest.mark.parametrize("move_secs", [-86_400.0, 86_400.0], ids=["back", "forward"])
def test_a_clock_that_was_set_makes_nothing_old(
    tmp_path: Path,
    spawned: list[str],
    monkeypatch: pytest.MonkeyPatch,
    move_secs: float,
) -> None:
    ids = [invert.start(tmp_path, WANTED, TARGET, by=OWNER) for _ in range(2)]
    half_made = inversions.home(tmp_path) / inversions.new_id()
    half_made.mkdir()
    now, steady = time.time, time.monotonic
    monkeypatch.setattr(time, "time", lambda: now() + move_secs)
    for _ in range(2):
        ids.append(invert.start(tmp_path, WANTED, TARGET, by=OWNER))
        # The system dates files by its own clock, which the test leaves alone.
        os.utime(inversions.folder_of(tmp_path, ids[-1]) / inversions.REQUEST, (time.time(),) * 2)
        there = {folder.name for folder in inversions.all_folders(tmp_path)}
        assert there == {*ids, half_made.name}

    monkeypatch.setattr(time, "time", lambda: now() + move_secs + 4000)
    monkeypatch.setattr(time, "monotonic", lambda: steady() + 4000)
    ids.append(invert.start(tmp_path, WANTED, TARGET, by=OWNER))
    there = {folder.name for folder in inversions.all_folders(tmp_path)}
    assert not there & {*ids[:2], half_made.name}, "an hour later, by either clock"


def test_stopping_ends_the_process_that_holds_the_lock(tmp_path: Path, spawned: list[str]) -> None:
    id_ = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    folder = inversions.folder_of(tmp_path, id_)
    with held(tmp_path, id_) as lock:
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[lock.descriptor]
        )
    (folder / inversions.PROCESS).write_text(str(child.pid))
    assert invert.standing(tmp_path, id_).state == "running"
    invert.stop(tmp_path, id_, by=OWNER)
    assert child.wait() < 0
    assert invert.standing(tmp_path, id_).state == "stopped"
    invert.stop(tmp_path, id_, by=OWNER)  # once more changes nothing


def test_a_number_without_a_lock_is_nobodys(tmp_path: Path, spawned: list[str]) -> None:
    id_ = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (inversions.folder_of(tmp_path, id_) / inversions.PROCESS).write_text(str(innocent.pid))
    invert.stop(tmp_path, id_, by=OWNER)
    assert innocent.poll() is None
    innocent.kill()
    innocent.wait()


def test_a_real_search_is_ended_while_it_loads(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / WANTED.run)
    seal_generator(paths, WANTED.step, PLAIN, random_weights(PLAIN))
    id_ = invert.start(tmp_path, WANTED, TARGET, by=OWNER)
    folder = inversions.folder_of(tmp_path, id_)
    wait_for((folder / inversions.PROCESS).exists)
    assert invert.standing(tmp_path, id_).state == "running"
    invert.stop(tmp_path, id_, by=OWNER)
    wait_for(lambda: not is_held(folder / inversions.LOCK))
    assert invert.standing(tmp_path, id_).state == "stopped"


def test_a_process_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        detached,
        "module_command",
        lambda *_: [sys.executable, "-c", "raise SystemExit('no engine')"],
    )
    with pytest.raises(JobFailedError, match="no engine"):
        invert.start(tmp_path, WANTED, TARGET, by=OWNER)
