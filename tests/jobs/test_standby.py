"""Who waits when, and what becomes of a run that nobody takes. TensorFlow is never waited for."""

import os
import signal
import time

import pytest

from gan_core.jobs import standby
from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.jobs.standby import NOTE_NAME, Keeper
from gan_core.runs.files import write_json
from gan_core.runs.lock import FileLock
from tests.runs_by_hand import KERNELS, queued


@pytest.fixture
def keeper(still):
    made = Keeper(still.root, answer_secs=0.3)
    yield made
    if made.standby is not None:
        made.standby.kill()


def process_of(keeper):
    return keeper.standby.process


@pytest.fixture
def waiting(still, keeper, monkeypatch):
    """A process in waiting for runs as they are made by hand; it is stopped as it starts."""
    standby.want(still.root)
    monkeypatch.setattr("gan_core.jobs.machine.num_cores", lambda: KERNELS.intra_op_threads)
    monkeypatch.setattr("gan_core.jobs.machine.has_gpu_node", lambda: False)
    assert keeper.tend(idle=True)
    process_of(keeper).send_signal(signal.SIGSTOP)
    return process_of(keeper)


def test_nobody_waits_unless_somebody_is_here(still, keeper):
    assert not keeper.tend(idle=True)
    assert keeper.standby is None
    (still.root / NOTE_NAME).touch()
    assert keeper.tend(idle=False)  # something trains: the cores are its own
    assert keeper.standby is None


def test_it_goes_when_nobody_has_been_here_for_a_while(still, keeper, waiting):
    waiting.send_signal(signal.SIGCONT)
    assert keeper.tend(idle=False)
    assert process_of(keeper) is waiting
    long_ago = time.time() - 60 * 16
    os.utime(still.root / NOTE_NAME, (long_ago, long_ago))
    assert not keeper.tend(idle=True)
    assert keeper.standby is None
    assert waiting.returncode is not None


@pytest.mark.parametrize("setting", [{"standby_minutes": 0}, {"standby_memory_mb": 10**9}])
def test_settings_and_little_memory_forbid_it(still, keeper, setting):
    write_json(still.root / "studio.json", setting)
    (still.root / NOTE_NAME).touch()
    keeper.tend(idle=True)
    assert keeper.standby is None


def test_it_goes_when_memory_becomes_short(still, keeper, waiting):
    waiting.send_signal(signal.SIGCONT)
    write_json(still.root / "studio.json", {"standby_memory_mb": 10**9})
    keeper.tend(idle=True)
    assert keeper.standby is None
    assert waiting.returncode is not None


def test_never_means_that_nothing_is_even_noted(still):
    write_json(still.root / "studio.json", {"standby_minutes": 0})
    standby.want(still.root)
    assert not (still.root / NOTE_NAME).exists()


def test_one_that_hangs_is_ended_and_the_run_is_still_to_be_started(
    still, keeper, waiting, data_dir
):
    run = queued(still)
    with FileLock.acquire(run.paths.lock) as lock:
        assert keeper.give(run.paths, data_dir, lock) is None
    assert waiting.returncode == -signal.SIGKILL
    assert keeper.give(run.paths, data_dir, lock) is None


def test_one_that_was_killed_takes_nothing_and_the_next_one_comes_later(
    still, keeper, waiting, data_dir
):
    waiting.kill()
    waiting.wait()
    run = queued(still)
    with FileLock.acquire(run.paths.lock) as lock:
        assert keeper.give(run.paths, data_dir, lock) is None
    assert keeper.tend(idle=True)
    process_of(keeper).kill()
    process_of(keeper).wait()
    keeper.tend(idle=True)
    assert keeper.standby is None


def test_a_run_with_other_kernels_is_not_for_it(still, keeper, waiting, data_dir):
    run = queued(still)
    kernels = run.config.kernels.model_copy(update={"intra_op_threads": 3})
    write_json(run.paths.config, run.config.model_copy(update={"kernels": kernels}).to_json())
    with FileLock.acquire(run.paths.lock) as lock:
        assert keeper.give(run.paths, data_dir, lock) is None
    assert process_of(keeper) is waiting
    assert waiting.poll() is None


def test_it_ends_when_its_supervisor_does(still, keeper, waiting):
    waiting.send_signal(signal.SIGCONT)
    keeper.standby._line.close()  # as the system does when a process is killed
    assert waiting.wait(60) == 0
    assert {path.name for path in still.root.iterdir()} <= {
        NOTE_NAME, standby.LOG_NAME, SUPERVISOR_LOCK
    }  # fmt: skip
