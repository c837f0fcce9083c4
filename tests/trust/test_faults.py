"""The short versions of the faults that need no TensorFlow; the long ones are commands."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.trust import corruptions, full_disk, one_of_many, process_ids
from benchmarks.trust.small_disk import CannotMountError, fill, small_disk
from benchmarks.trust.trial import Place
from gan_core.jobs import deaths
from gan_core.jobs.deaths import Beginning, words_of
from gan_core.runs.lock import FileLock
from gan_core.runs.scratch import making, sweep
from gan_core.runs.status import Said, read_status, write_status
from gan_core.runs.store import RunStore
from tests.runs_by_hand import in_state, queued

LIGHT = (corruptions, process_ids, one_of_many)
ON_FULL_DISKS = ("names", "new runs", "own pictures", "temporary files", "export zip")


@pytest.mark.parametrize("tried", LIGHT, ids=lambda tried: tried.__name__.split(".")[-1])
def test_a_line(tried, tmp_path: Path, data_dir: Path) -> None:
    outcome = tried.attempt(Place(tmp_path, data_dir, short=True))
    assert outcome.passed, outcome.figure


@pytest.mark.parametrize("name", ON_FULL_DISKS)
def test_no_space(name: str, tmp_path: Path, data_dir: Path) -> None:
    place = Place(tmp_path, data_dir, short=True)
    try:
        assert full_disk.PLACES[name](place) == []
    except CannotMountError:
        pytest.skip("this system allows no mount")


def test_the_last_word_is_said_on_a_disk_that_stays_full(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = in_state(store, "running")
    try:
        with small_disk(tmp_path / "disk", 200_000) as disk:
            folder = disk / run.id
            run.paths.root.rename(tmp_path / "moved")
            subprocess.run(["cp", "-r", str(tmp_path / "moved"), str(folder)], check=True)
            paths = RunStore(disk).paths(run.id)
            fill(disk)
            said = Said(template="disk full, and said all the same")
            write_status(paths, "paused", 5, 100, said, in_place=True)
            assert read_status(paths).message == str(said)
    except CannotMountError:
        pytest.skip("this system allows no mount")


def test_a_second_worker_is_refused_within_a_second(tmp_path: Path, data_dir: Path) -> None:
    run = queued(RunStore(tmp_path))
    words = [sys.executable, "-m", "gan_core.worker", str(run.paths.root)]
    words += ["--data-dir", str(data_dir)]
    took = []
    with FileLock.acquire(run.paths.lock) or FileLock(-1):
        for _ in range(3):
            began = time.monotonic()
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            took.append(time.monotonic() - began)
            assert done.returncode == 2
            assert "another worker is busy" in done.stderr
    assert min(took) < 1.0  # the least disturbed of three


def test_what_is_being_made_is_not_swept(tmp_path: Path) -> None:
    (tmp_path / ".tmp-left").mkdir()
    with making(tmp_path):
        assert sweep(tmp_path) == 0
    (tmp_path / ".tmp-file").touch()  # a file is somebody's atomic write
    assert sweep(tmp_path) == 1
    assert (tmp_path / ".tmp-file").exists()
    assert sweep(tmp_path / "missing") == 0


NEW = Beginning(memory_kills=0, log_bytes=0)


@pytest.mark.parametrize(
    ("code", "printed", "kills", "state", "words"),
    [
        (-signal.SIGKILL, "", 1, "interrupted", "Memory ran out"),
        (-signal.SIGKILL, "", 0, "interrupted", "ended from outside (signal 9)"),
        (-signal.SIGABRT, "what():  std::bad_alloc", 0, "interrupted", "Memory ran out"),
        (-signal.SIGABRT, "CUDA_ERROR_UNKNOWN: gone", 0, "interrupted", "GPU stopped answering"),
        (-signal.SIGSEGV, "odd", 0, "interrupted", "crashed (signal 11: odd)"),
        (-signal.SIGTERM, "", 0, "interrupted", "ended by signal 15"),
        (3, "Traceback\nKeyError: 'x'", 0, "failed", "exit code 3: KeyError: 'x'"),
    ],
)
def test_the_words_for_a_death(tmp_path, monkeypatch, code, printed, kills, state, words) -> None:
    log = tmp_path / "worker.log"
    log.write_text(printed)
    monkeypatch.setattr(deaths, "num_memory_kills", lambda: kills)
    found, said = words_of(code, log, NEW)
    assert found == state
    assert words in str(said)


def test_what_earlier_workers_printed_is_not_held_against_a_later_one(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("OOM when allocating tensor\n")
    began = Beginning.now(log)
    with log.open("a") as more:
        more.write("odd\n")
    _, said = words_of(-signal.SIGSEGV, log, began)
    assert "crashed (signal 11: odd)" in str(said)


def test_the_systems_own_count_is_read(tmp_path: Path) -> None:
    events = tmp_path / "vmstat"
    events.write_text("pgfault 5\noom_kill 7\n")
    assert deaths.num_memory_kills(events) == 7
    assert deaths.num_memory_kills(tmp_path / "none") == 0
