"""Pause, stop, resume and follow, as far as no worker is needed for it."""

import threading
import time

import pytest

from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, ConflictError, DamagedError, NotFoundError
from gan_core.jobs import control, launch
from gan_core.jobs.note import read_launch
from gan_core.runs import control as requests
from gan_core.runs import evaluations
from gan_core.runs.files import write_json
from gan_core.runs.lock import FileLock
from gan_core.runs.status import RESUMABLE, Said, write_status
from tests import evaluations_by_hand
from tests.runs_by_hand import config, in_state, queued, trained

SPOILT = {
    "empty": lambda _: b"",
    "cut": lambda whole: whole[: len(whole) // 2],
    "flipped": lambda whole: whole.replace(b"completed", b"compmeted"),
    "zeros": lambda whole: bytes(len(whole)),
}


def state(store, view):
    return store.get(view.id).status.state


def test_a_waiting_run_is_paused_or_stopped_at_once(still):
    first, second = queued(still), queued(still)
    assert control.pause(still, first.id, by=OWNER).acknowledged
    assert control.stop(still, second.id, by=OWNER).acknowledged
    assert (state(still, first), state(still, second)) == ("paused", "stopped")
    assert control.stop(still, first.id, by=OWNER).acknowledged
    assert state(still, first) == "stopped"


@pytest.mark.parametrize("ended", ["completed", "stopped", "failed", "interrupted"])
def test_what_has_ended_cannot_be_stopped_or_paused(still, ended):
    view = in_state(still, ended)
    for ask in (control.pause, control.stop):
        with pytest.raises(ConflictError, match=f"is {ended}") as caught:
            ask(still, view.id, by=OWNER)
        assert "running" in caught.value.message
    assert list(view.paths.control.iterdir()) == []


def test_a_worker_that_takes_the_request_acknowledges_it(still):
    view = in_state(still, "running")
    taken = []

    def work():
        while not taken:
            taken.extend(requests.take(view.paths))
            time.sleep(0.05)

    with FileLock.acquire(view.paths.lock):
        worker = threading.Thread(target=work)
        worker.start()
        reply = control.pause(still, view.id, by=OWNER)
        worker.join()
    assert reply.acknowledged
    assert taken == ["pause"]


def test_silence_is_told_and_the_request_stays(still):
    view = in_state(still, "running")
    with FileLock.acquire(view.paths.lock):
        reply = control.stop(still, view.id, wait_secs=0.1, by=OWNER)
    assert not reply.acknowledged
    assert "not answered within 0.1 s" in str(reply.said)
    assert requests.take(view.paths) == ["stop"]


def test_a_worker_that_is_gone_needs_no_request(still):
    view = in_state(still, "running")
    held = FileLock.acquire(view.paths.lock)
    threading.Timer(0.2, held.release).start()
    assert control.pause(still, view.id, by=OWNER).acknowledged
    assert requests.take(view.paths) == []


@pytest.mark.parametrize("ended", ["paused", "stopped", "failed", "interrupted", "running"])
def test_resume_revives(still, ended, data_dir):
    view = in_state(still, ended)
    requests.send(view.paths, "stop")  # meant for a worker that is gone
    resumed = control.resume(still, view.id, data_dir=data_dir, by=OWNER)
    assert resumed.status.state == "queued"
    assert resumed.status.step == 50
    assert read_launch(view.paths).data_dir == data_dir.resolve()
    assert requests.take(view.paths) == []


@pytest.mark.parametrize("spoil", [*SPOILT.values(), None], ids=[*SPOILT, "gone"])
def test_a_run_whose_status_is_torn_is_resumed(still, data_dir, spoil):
    """After a power cut: its checkpoints are good, and the worker reads those."""
    view = trained(still, (0, 50, 70))
    longer = view.sound_config().model_copy(update={"total_steps": 100})
    write_json(view.paths.config, longer.to_json())
    view.paths.status.write_bytes(b"" if spoil is None else spoil(view.paths.status.read_bytes()))
    if spoil is None:
        view.paths.status.unlink()
    shown = still.get(view.id)
    assert shown.damage
    assert shown.status.state in RESUMABLE  # so the page offers it
    assert "Resume" in shown.status.message
    resumed = control.resume(still, view.id, data_dir=data_dir, by=OWNER)
    assert resumed.damage == ""
    status = resumed.status
    assert (status.state, status.step, status.total_steps) == ("queued", 70, 100)


def test_a_length_is_judged_by_the_checkpoint_where_the_status_is_torn(still, data_dir):
    view = trained(still, (0, 50))
    view.paths.status.write_bytes(b"")
    with pytest.raises(BadInputError, match="50 are done"):
        control.resume(still, view.id, steps=40, data_dir=data_dir, by=OWNER)


def test_a_completed_run_wants_a_larger_length(still, data_dir):
    view = trained(still, (0, 50))
    with pytest.raises(ConflictError) as refused:
        control.resume(still, view.id, data_dir=data_dir, by=OWNER)
    assert "--steps" in refused.value.hint
    with pytest.raises(BadInputError, match="more than") as caught:
        control.resume(still, view.id, steps=50, data_dir=data_dir, by=OWNER)
    assert caught.value.field == "steps"
    resumed = control.resume(still, view.id, epochs=2, data_dir=data_dir, by=OWNER)
    per_epoch = view.sound_config().steps_per_epoch
    assert resumed.sound_config().total_steps == resumed.status.total_steps == 2 * per_epoch
    assert resumed.sound_config().model_copy(update={"total_steps": 50}) == view.config


def test_a_run_that_stopped_early_goes_on_with_new_patience(still, data_dir):
    view = trained(still, (0, 50, 100))
    longer = view.sound_config().model_copy(update={"total_steps": 400})
    write_json(view.paths.config, longer.to_json())
    evaluations_by_hand.write(view.paths, {0: 3.0, 50: 4.0, 100: 5.0})
    assert evaluations.num_without_better(view.paths) == 2
    resumed = control.resume(still, view.id, steps=400, by=OWNER, data_dir=data_dir)
    assert resumed.status.state == "queued"
    assert evaluations.num_without_better(view.paths) == 0


def test_a_shorter_length_than_what_is_done(still, data_dir):
    view = in_state(still, "stopped", step=50)
    with pytest.raises(BadInputError, match="50 are done"):
        control.resume(still, view.id, steps=50, data_dir=data_dir, by=OWNER)
    assert (
        control.resume(still, view.id, steps=60, data_dir=data_dir, by=OWNER).status.total_steps
        == 60
    )


def test_what_runs_or_waits_is_not_resumed(still, data_dir):
    view = in_state(still, "running")
    with FileLock.acquire(view.paths.lock), pytest.raises(ConflictError, match="is running"):
        control.resume(still, view.id, data_dir=data_dir, by=OWNER)
    with pytest.raises(ConflictError, match="is queued"):
        control.resume(still, queued(still).id, data_dir=data_dir, by=OWNER)


@pytest.mark.parametrize("deed", ["resume", "delete"])
def test_a_worker_on_its_way_out_is_waited_for(still, data_dir, deed):
    """It has said "paused", but its process has not ended: a quick hand must not be refused."""
    view = in_state(still, "paused")
    threading.Timer(0.6, FileLock.acquire(view.paths.lock).release).start()
    if deed == "resume":
        assert control.resume(still, view.id, data_dir=data_dir, by=OWNER).status.state == "queued"
    else:
        still.delete(view.id)
        assert view.id not in still.ids()


def test_a_config_from_a_stranger_is_judged_like_a_new_one(still, data_dir):
    view = in_state(still, "stopped")
    changed = view.sound_config().to_json()
    changed["settings"]["batch_size"] = 10**9
    write_json(view.paths.config, changed)
    with pytest.raises(BadInputError) as caught:
        control.resume(still, view.id, data_dir=data_dir, by=OWNER)
    assert caught.value.field == "batch_size"
    view.paths.config.write_text("{")
    with pytest.raises(DamagedError):
        control.resume(still, view.id, data_dir=data_dir, by=OWNER)


def test_no_such_run(still, data_dir):
    for ask in (control.pause, control.stop):
        with pytest.raises(NotFoundError, match="there is no run"):
            ask(still, "20260101-000000-abcdef", by=OWNER)
    with pytest.raises(NotFoundError):
        control.resume(still, "../etc", data_dir=data_dir, by=OWNER)


def test_following_ends_with_the_run(still):
    view = in_state(still, "running")
    seen = []

    def end():
        write_status(view.paths, "completed", 100, 100, Said())

    with FileLock.acquire(view.paths.lock):
        threading.Timer(0.2, end).start()
        ended = control.wait(still, view.id, poll_secs=0.05, progress=seen.append)
    assert ended.status.state == "completed"
    assert [seen[0].status.state, seen[-1].status.state] == ["running", "completed"]


def test_submit_queues_and_notes_where_the_data_are(still, data_dir):
    view = launch.submit(still, config(), "a name", data_dir=data_dir, by=OWNER)
    assert view.status.state == "queued"
    assert view.meta.name == "a name"
    assert read_launch(view.paths).data_dir == data_dir.resolve()
    (view.paths.root / "launch.json").write_text('{"data_dir": 3}')
    with pytest.raises(DamagedError):
        read_launch(view.paths)
