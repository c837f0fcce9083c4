"""One run at a time, the next by itself, whoever is killed meanwhile."""

import os
import signal
import time
from pathlib import Path

from gan_core.access.people import OWNER
from gan_core.jobs import control
from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.runs import checkpoints, lock


def has_ended(pid):
    """Gone, or a zombie: an orphan's new parent may be slow to look."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_the_queue_outlives_supervisor_pause_and_killed_workers(studio):
    first, second, third = (studio.submit() for _ in range(3))
    studio.until(lambda: studio.status(first).step > 0, 90, "the first run trains")
    assert [studio.status(run).state for run in (second, third)] == ["queued", "queued"]

    # The supervisor is killed: the worker never notices, and the next look revives the queue.
    os.kill(studio.supervisor_pid(), signal.SIGKILL)
    studio.until(lambda: not lock.is_held(studio.store.root / SUPERVISOR_LOCK), 5, "it is gone")
    step = studio.status(first).step
    studio.until(lambda: studio.status(first).step > step, 20, "the first run goes on")
    studio.call("runs")
    assert lock.is_held(studio.store.root / SUPERVISOR_LOCK)
    time.sleep(1)
    assert [studio.status(run).state for run in (second, third)] == ["queued", "queued"]

    # Pause is acknowledged within 2 s, and frees the device for the next run.
    began = time.monotonic()
    assert control.pause(studio.store, first, by=OWNER).acknowledged
    assert time.monotonic() - began < 2
    studio.until(lambda: studio.status(first).state == "paused", 30, "the first run is paused")
    paused_at = studio.status(first).step
    assert checkpoints.load_newest(studio.store.get(first).paths).step == paused_at > 0
    studio.until(lambda: studio.status(second).state == "starting", 30, "the second run starts")
    studio.until(lambda: has_ended(studio.worker_pid(first)), 10, "the first worker is gone")
    assert studio.status(third).state == "queued"

    # A killed worker shows within 5 s, and the next run starts.
    os.kill(studio.worker_pid(second), signal.SIGKILL)
    studio.until(lambda: studio.status(second).state == "interrupted", 5, "the kill shows")
    studio.until(lambda: studio.status(third).state == "starting", 5, "the third run starts")
    shown = studio.show(second)
    assert shown["state"] == "interrupted"
    assert shown["message"].startswith("The worker was ended from outside (signal 9): ")

    # Also while TensorFlow loads there is somebody who listens.
    studio.until(lambda: studio.store.get(third).paths.ballast.exists(), 20, "its worker listens")
    began = time.monotonic()
    assert control.stop(studio.store, third, by=OWNER).acknowledged
    assert time.monotonic() - began < 2


def test_a_damaged_run_fails_in_words_and_the_queue_goes_on(studio):
    """No TensorFlow: both workers find their configuration damaged."""
    runs = []
    for _ in range(2):
        studio.store.root.mkdir(exist_ok=True)
        with lock.FileLock.acquire(studio.store.root / SUPERVISOR_LOCK):
            runs.append(studio.submit())
            config = studio.store.get(runs[-1]).paths.config
            config.write_text(config.read_text().replace('"recipe"', '"receipt"'))
    studio.call("runs")
    for run in runs:
        studio.until(lambda run=run: studio.status(run).state == "failed", 30, "it failed")
        assert "exit code 1" in studio.status(run).message
        assert "recipe" in studio.status(run).message


def test_ctrl_c_stops_the_run_and_keeps_its_checkpoint(studio):
    process = studio.follow("train", "quick-dcgan", "--set", "batch_size=16", "--steps", 1_000_000)
    studio.until(lambda: studio.store.ids(), 30, "the run is there")
    (run,) = studio.store.ids()
    studio.until(lambda: studio.status(run).step > 0, 90, "it trains")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out.splitlines()[-1] == run
    assert "Traceback" not in err
    assert studio.status(run).state == "stopped"
    assert checkpoints.load_newest(studio.store.get(run).paths).step == studio.status(run).step
