"""After a collapse: where it goes back to, how much gentler, how often."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_core.access.people import OWNER
from gan_core.config import RunConfig
from gan_core.errors import ConflictError
from gan_core.jobs.control import stop
from gan_core.jobs.fork import fork
from gan_core.jobs.launch import is_rollback_due, needs_supervisor
from gan_core.jobs.note import LAUNCH_NAME, write_launch
from gan_core.jobs.rollback import (
    MAX_ROLLBACKS,
    after_end,
    gentler,
    roll_back,
    wait_for_successor,
    way_back,
)
from gan_core.jobs.supervisor import Supervisor, serve
from gan_core.runs import archive, sealed
from gan_core.runs.checkpoints import STATE_FILE
from gan_core.runs.files import write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore, RunView
from gan_core.runs.watch import STOPPED, Collapse, Watched, read_watched, write_watched
from tests.runs_by_hand import config, files_of, in_state, trained

SEEN = Collapse(step=90, healthy_step=60, signals=("d_loss_zero", "g_runs_away"))


def _collapsed(store: RunStore, *, num_rollbacks: int = 0, **how: Any) -> RunView:
    """A run that the watch stopped."""
    run = trained(store, (0, 50, 100), **{"on_collapse": "restart", **how})
    write_launch(run.paths, store.root / "data")
    write_status(run.paths, "stopped", 90, 100, STOPPED)
    write_watched(run.paths, Watched(collapse=SEEN, num_rollbacks=num_rollbacks))
    return store.get(run.id)


def test_it_goes_back_before_the_collapse(still: RunStore, data_dir: Path) -> None:
    run = _collapsed(still)
    successor = roll_back(still, run.id, data_dir=data_dir, by=OWNER)
    made: RunConfig = successor.sound_config()
    assert made.parent is not None
    assert (made.parent.run, made.parent.step) == (run.id, 50)
    assert made.seed == run.sound_config().seed + 1
    assert made.sheet_seed == run.sound_config().seed
    assert made.settings.d_lr == pytest.approx(5e-4 / 5)
    assert made.settings.g_lr == 1e-3
    assert made.settings.label_smoothing == 0.1
    assert read_watched(run.paths).successor == successor.id
    assert read_watched(successor.paths) == Watched(num_rollbacks=1)


def test_a_chain_keeps_the_latents_of_its_sheets(still: RunStore, data_dir: Path) -> None:
    first = _collapsed(still)
    second = roll_back(still, first.id, data_dir=data_dir, by=OWNER)
    note = read_watched(second.paths)
    write_watched(second.paths, note.model_copy(update={"collapse": SEEN}))
    third = roll_back(still, second.id, data_dir=data_dir, by=OWNER).sound_config()
    assert (third.seed, third.sheet_seed) == (2, 0)


def test_without_a_healthy_snapshot_it_goes_back_to_the_first(still: RunStore) -> None:
    run = _collapsed(still)
    early = SEEN.model_copy(update={"healthy_step": 0})
    assert way_back(run.paths, early) == 0
    sealed.drop_file(run.paths.snapshot(0), STATE_FILE)
    assert way_back(run.paths, early) == 50


@pytest.mark.parametrize(
    ("signals", "settings", "expected"),
    [
        (("d_loss_zero",), {}, {"d_lr": 1e-4, "label_smoothing": 0.1}),
        (("alike",), {}, {"d_lr": 1e-4, "g_lr": 5e-4, "label_smoothing": 0.1}),
        (("not_finite",), {"label_smoothing": 0.2}, {"d_lr": 1e-4, "g_lr": 5e-4}),
        (("alike",), {"loss": "hinge"}, {"d_lr": 1e-4, "g_lr": 5e-4}),
    ],
)
def test_gentler(
    signals: tuple[str, ...], settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    seen = SEEN.model_copy(update={"signals": signals})
    assert gentler(config(**settings).settings, seen) == pytest.approx(expected)


def test_by_itself_where_the_run_asks_for_it(still: RunStore, data_dir: Path) -> None:
    run = _collapsed(still)
    after_end(still, run.id, data_dir=data_dir)
    assert read_watched(run.paths).successor in still.ids()
    after_end(still, run.id, data_dir=data_dir)
    assert len(still.ids()) == 2  # settled: not a second time
    assert wait_for_successor(still, run.id).successor


def test_the_supervisors_successor_sees_to_it_too(still: RunStore, data_dir: Path) -> None:
    """It knows the run by its lock alone: the one that had started the worker was killed."""
    run = _collapsed(still)
    write_launch(run.paths, data_dir)
    write_status(run.paths, "running", 90, 100, Said(template="training"))
    supervisor = Supervisor(still)
    with FileLock.acquire(run.paths.lock):
        assert supervisor.tick()
        assert still.ids() == [run.id]
        write_status(run.paths, "stopped", 90, 100, STOPPED)
        assert supervisor.tick()
    assert supervisor.look().ended == (run.id,)
    assert supervisor.look().ended == ()


def test_the_rollback_by_a_successor_is_made_once(still: RunStore, data_dir: Path) -> None:
    run = _collapsed(still)
    write_launch(run.paths, data_dir)
    first, second = Supervisor(still), Supervisor(still)
    with FileLock.acquire(run.paths.lock):
        assert first.tick()
        assert second.tick()
    first.tick()
    (successor,) = set(still.ids()) - {run.id}
    assert read_watched(run.paths).successor == successor
    write_status(still.paths(successor), "stopped", 0, 100, Said(template="not to be started"))
    second.tick()
    assert len(still.ids()) == 2


def _serve(store: RunStore, tmp_path: Path) -> None:
    """A new supervisor comes, and leaves before its first tick: the folder's lock is another's."""
    with FileLock.acquire(tmp_path / "another.lock") as lock:
        serve(store.root, lock, idle_secs=0)


def test_what_ended_while_no_supervisor_lived_is_rolled_back(
    still: RunStore, data_dir: Path, tmp_path: Path
) -> None:
    run = _collapsed(still)
    write_launch(run.paths, data_dir)
    _serve(still, tmp_path)
    (successor,) = set(still.ids()) - {run.id}
    assert read_watched(run.paths).successor == successor
    assert still.get(successor).status.state == "queued"
    _serve(still, tmp_path)
    assert len(still.ids()) == 2


def test_a_rollback_that_was_made_and_not_noted_is_not_made_again(
    still: RunStore, data_dir: Path, tmp_path: Path
) -> None:
    run = _collapsed(still)
    write_launch(run.paths, data_dir)
    by_hand = fork(still, run.id, 50, {}, data_dir=data_dir, by=OWNER)
    successor = roll_back(still, run.id, data_dir=data_dir, by=OWNER)
    write_watched(run.paths, Watched(collapse=SEEN))  # as if killed before it was noted
    _serve(still, tmp_path)
    assert set(still.ids()) == {run.id, by_hand.id, successor.id}
    assert read_watched(run.paths).successor == successor.id


def _stopped_by_hand(paths: RunPaths) -> None:
    write_status(paths, "stopped", 90, 100, Said(template="stopped; the last step was saved"))


def _failed_for_another_reason(paths: RunPaths) -> None:
    write_status(paths, "failed", 90, 100, Said(template="internal error"))


def _paused(paths: RunPaths) -> None:
    write_status(paths, "paused", 90, 100, Said(template="paused"))


def _brought_by_hand(paths: RunPaths) -> None:
    (paths.root / LAUNCH_NAME).unlink()


def _given_up(paths: RunPaths) -> None:
    write_watched(paths, Watched(collapse=SEEN, gave_up="no way back"))


def _asks(paths: RunPaths) -> None:
    write_json(paths.config, config(on_collapse="ask").to_json())


@pytest.mark.parametrize(
    "change",
    [_stopped_by_hand, _failed_for_another_reason, _paused, _brought_by_hand, _given_up, _asks],
)
def test_nobody_is_surprised_by_a_rollback(
    still: RunStore, tmp_path: Path, change: Callable[[RunPaths], None]
) -> None:
    run = _collapsed(still)
    assert is_rollback_due(run.paths)
    change(run.paths)
    assert not needs_supervisor(run.paths)
    before = read_watched(run.paths)
    _serve(still, tmp_path)
    assert wait_for_successor(still, run.id, patience_secs=60) == before
    assert still.ids() == [run.id]


def test_a_loss_that_is_no_number_fails_a_run_and_is_gone_back_from(still: RunStore) -> None:
    run = _collapsed(still)
    write_status(run.paths, "failed", 90, 100, Said(template="no longer a finite number"))
    assert not is_rollback_due(run.paths)
    seen = SEEN.model_copy(update={"signals": ("not_finite",)})
    write_watched(run.paths, Watched(collapse=seen))
    assert is_rollback_due(run.paths)


def test_a_run_that_somebody_else_packed_never_starts_another(
    still: RunStore, tmp_path: Path
) -> None:
    run = _collapsed(still)
    packed = tmp_path / "run.zip"
    with zipfile.ZipFile(packed, "w") as by_hand:  # `export` leaves both notes out
        for name, content in files_of(run.paths.root).items():
            by_hand.writestr(f"{run.id}/{name}", content)
    still.delete(run.id)
    brought = archive.unpack(still, packed)
    assert not brought.paths.watch.exists()
    assert not (brought.paths.root / LAUNCH_NAME).exists()
    _serve(still, tmp_path)
    assert still.ids() == [brought.id]


def test_who_waits_for_a_successor_starts_a_supervisor(tmp_path: Path, data_dir: Path) -> None:
    store = RunStore(tmp_path / "runs")
    run, busy = _collapsed(store), in_state(store, "running")
    write_launch(run.paths, data_dir)
    with FileLock.acquire(busy.paths.lock):  # it has the device, so the successor waits
        successor = wait_for_successor(store, run.id).successor
        assert store.get(successor).status.state == "queued"
        stop(store, successor, by=OWNER)


def test_why_it_does_not_know_where_its_data_lies_is_written_down_too(still: RunStore) -> None:
    run = _collapsed(still)
    (run.paths.root / LAUNCH_NAME).write_bytes(b"{")
    after_end(still, run.id)
    assert "launch.json cannot be read" in read_watched(run.paths).gave_up
    assert not is_rollback_due(run.paths)


def test_a_stage_of_the_lesson_does_not_go_back(still: RunStore, data_dir: Path) -> None:
    run = _collapsed(still, lesson="d_only")
    after_end(still, run.id, data_dir=data_dir)
    assert still.ids() == [run.id]


def test_it_asks_by_default(still: RunStore, data_dir: Path) -> None:
    run = _collapsed(still, on_collapse="ask")
    after_end(still, run.id, data_dir=data_dir)
    assert still.ids() == [run.id]
    assert wait_for_successor(still, run.id, patience_secs=60) == read_watched(run.paths)


def test_a_run_that_only_stopped_is_left_alone(still: RunStore, data_dir: Path) -> None:
    run = trained(still, (0, 50), on_collapse="restart")
    after_end(still, run.id, data_dir=data_dir)
    assert still.ids() == [run.id]
    with pytest.raises(ConflictError, match="has not collapsed"):
        roll_back(still, run.id, data_dir=data_dir, by=OWNER)


def test_three_times_at_most(still: RunStore, data_dir: Path) -> None:
    run = _collapsed(still, num_rollbacks=MAX_ROLLBACKS)
    after_end(still, run.id, data_dir=data_dir)
    assert still.ids() == [run.id]
    assert read_watched(run.paths).gave_up == "it collapsed again after 3 rollbacks"
    assert wait_for_successor(still, run.id).gave_up


def test_why_it_cannot_is_written_down(still: RunStore, data_dir: Path) -> None:
    run = _collapsed(still)
    for step in (0, 50, 100):
        sealed.drop_file(run.paths.snapshot(step), STATE_FILE)
    after_end(still, run.id, data_dir=data_dir)
    assert "no snapshot left" in read_watched(run.paths).gave_up
