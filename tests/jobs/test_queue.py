import json
import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from gan_core.errors import JobFailedError
from gan_core.jobs import launch, note, supervisor
from gan_core.jobs.deaths import Beginning
from gan_core.jobs.queue import Watcher, read_studio
from gan_core.runs import lock
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, utc_now, write_status
from gan_core.runs.store import RunStore
from tests.runs_by_hand import in_state, queued

NEW = Beginning(memory_kills=0, log_bytes=0)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def _devices(look):
    return [run.device for run in look.alive]


def test_a_look_at_a_folder(store):
    queued(store)
    busy = in_state(store, "completed")  # its worker has said so and is still going down
    in_state(store, "running")  # its worker was killed
    with FileLock.acquire(busy.paths.lock):
        look = Watcher(store).look()
    assert len(look.waiting) == 1
    assert _devices(look) == ["cpu"]


def test_a_process_that_has_not_ended_keeps_its_device(store):
    view = in_state(store, "paused")
    watcher = Watcher(store)
    assert _devices(watcher.look([view.id])) == ["cpu"]
    assert watcher.look().alive == ()


def test_a_status_that_was_replaced_is_seen(store):
    view = queued(store)
    watcher = Watcher(store)
    assert len(watcher.look().waiting) == 1
    write_status(view.paths, "stopped", 0, 10, Said())
    assert watcher.look().waiting == ()


def test_a_hundred_that_wait_are_not_read_at_each_look(store, data_dir):
    view = queued(store)
    note.write_launch(view.paths, data_dir, "ada")
    watcher = Watcher(store)
    (seen,) = watcher.look().waiting
    assert (seen.device, seen.person) == ("cpu", "ada")
    view.paths.config.unlink()
    (view.paths.root / note.LAUNCH_NAME).unlink()
    assert watcher.look().waiting == (seen,)
    note.write_launch(view.paths, data_dir, "bob")
    write_status(view.paths, "queued", 0, 10, Said())
    (anew,) = watcher.look().waiting
    assert anew.person == "bob"


def test_a_run_that_has_ended_and_let_go_is_not_asked_for_its_lock_again(store):
    view = in_state(store, "completed")
    watcher = Watcher(store)
    with FileLock.acquire(view.paths.lock):
        assert _devices(watcher.look()) == ["cpu"]  # going down
        for moment in (0.0, time.time() + 86_400):  # whatever the clock or the file says
            os.utime(view.paths.status, (moment, moment))
            assert _devices(watcher.look()) == ["cpu"]
    assert watcher.look().alive == ()
    with FileLock.acquire(view.paths.lock):
        assert watcher.look().alive == ()  # at rest: nobody asks
        write_status(view.paths, "running", 0, 10, Said())
        assert _devices(watcher.look()) == ["cpu"]


def test_damaged_runs_take_no_part(store):
    queued(store).paths.status.write_text("{")
    queued(store).paths.status.unlink()
    good = queued(store)
    assert [run.id for run in Watcher(store).look().waiting] == [good.id]


def test_how_many_at_a_time_is_a_setting(store):
    store.root.mkdir()
    assert read_studio(store.root).runs_per_device == 1
    (store.root / "studio.json").write_text('{"schema_version": 1, "runs_per_device": 3}')
    assert read_studio(store.root).runs_per_device == 3
    (store.root / "studio.json").write_text('{"runs_per_device": 0}')
    assert read_studio(store.root).runs_per_device == 1


def _until_ended(child):
    child.wait(timeout=60)
    return child.returncode


def test_a_worker_that_cannot_start_leaves_its_run_failed_with_the_reason(store, data_dir):
    view = queued(store)
    launch.write_launch(view.paths, data_dir)
    config = json.loads(view.paths.config.read_text())
    view.paths.config.write_text(json.dumps({**config, "schema_version": 99}))
    child = supervisor.start_worker(view.paths)
    assert child is not None
    assert _until_ended(child) == 1
    supervisor.record_death(view.paths, child.returncode, NEW)
    status = store.get(view.id).status
    assert status.state == "failed"
    assert "schema version 99" in status.message


def test_a_death_by_signal_is_an_interruption(store):
    view = in_state(store, "running")
    supervisor.record_death(view.paths, -9, Beginning.now(view.paths.log))
    status = json.loads(view.paths.status.read_text())
    assert status["state"] == "interrupted"
    assert "signal 9" in status["message"]


def test_what_the_worker_said_itself_stands(store):
    view = in_state(store, "completed")
    supervisor.record_death(view.paths, -9, NEW)
    assert store.get(view.id).status.state == "completed"


def test_a_run_without_a_launch_note_fails_in_words(store):
    view = queued(store)
    assert supervisor.start_worker(view.paths) is None
    status = store.get(view.id).status
    assert status.state == "failed"
    assert "data folder" in status.message


def test_a_run_that_somebody_holds_is_not_started(store, data_dir):
    view = queued(store)
    launch.write_launch(view.paths, data_dir)
    with FileLock.acquire(view.paths.lock):
        assert supervisor.start_worker(view.paths) is None
    assert store.get(view.id).status.state == "queued"


def test_a_run_folder_that_cannot_be_written_does_not_hold_up_the_others(store):
    hopeless, other = queued(store), queued(store)
    hopeless.paths.lock.mkdir()  # no lock can be taken: what a read-only folder comes to
    working = supervisor.Supervisor(store)
    working.tick()
    assert [run.id for run in working.look().waiting] == [other.id]


def test_a_run_that_could_not_be_started_is_tried_again(store):
    view = queued(store)
    view.paths.lock.mkdir()
    now = 0.0
    working = supervisor.Supervisor(store, clock=lambda: now)
    assert working.tick()
    assert working.look().waiting == ()
    view.paths.lock.rmdir()
    assert working.tick()  # it stays, and does not try at each tick
    assert store.get(view.id).status.state == "queued"
    now = supervisor.RETRY_SECS
    working.tick()
    assert "data folder" in store.get(view.id).status.message  # it came as far as that


def test_a_run_that_is_queued_anew_is_tried_at_once(store):
    view = queued(store)
    view.paths.lock.mkdir()
    working = supervisor.Supervisor(store, clock=lambda: 0.0)
    working.tick()
    view.paths.lock.rmdir()
    write_status(view.paths, "queued", 0, 10, Said(), now=utc_now() + timedelta(seconds=1))
    working.tick()
    assert store.get(view.id).status.state == "failed"


def test_a_supervisor_leaves_when_idle_and_one_is_started_when_needed(store):
    store.root.mkdir()
    path = store.root / launch.SUPERVISOR_LOCK
    launch.ensure_supervisor(store.root, idle_secs=0.3)
    assert lock.is_held(path)  # already when the call returns
    deadline = time.monotonic() + 20
    while lock.is_held(path):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_folder_that_was_replaced_is_no_longer_ours(tmp_path):
    path = tmp_path / "lock"
    with FileLock.acquire(path) as held:
        assert supervisor.is_ours(held, path)
        path.unlink()
        assert not supervisor.is_ours(held, path)
        path.touch()
        assert not supervisor.is_ours(held, path)


def test_a_supervisor_that_cannot_work_says_why(tmp_path):
    (tmp_path / launch.SUPERVISOR_LOCK).mkdir()
    with pytest.raises(JobFailedError, match="Is a directory"):
        launch.ensure_supervisor(tmp_path)


def test_the_supervisor_loads_nothing_heavy(repo):
    code = (
        "import sys, gan_core.jobs.supervisor as s;"
        "print(sorted({'numpy','tensorflow','keras','streamlit','PIL','onnxruntime'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repo, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_lock_that_cannot_be_opened_stops_nobody_else(store):
    odd, good = queued(store), queued(store)
    odd.paths.lock.symlink_to(odd.paths.lock)  # an endless link: not even root opens it
    assert good.id in {waiting.id for waiting in Watcher(store).look().waiting}
