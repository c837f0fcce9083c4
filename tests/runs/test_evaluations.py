"""What a run keeps of its evaluations, which snapshot is the best, and when patience ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gan_core.errors import NotFoundError
from gan_core.evaluation import Figure
from gan_core.jobs.fork import forkable_step
from gan_core.runs import archive, evaluations, snapshots
from gan_core.runs.files import write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunStore
from tests import evaluations_by_hand as made_by_hand
from tests import runs_by_hand as by_hand

OTHER = made_by_hand.NET.model_copy(update={"sha256": "b" * 64})


def write(paths: RunPaths, *fids: float) -> None:
    """Evaluations at 10, 20, …"""
    made_by_hand.write(paths, {10 * i: fid for i, fid in enumerate(fids, start=1)})


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    return by_hand.trained(RunStore(tmp_path / "runs"), (0, 10, 20, 30)).paths


def test_the_best_is_the_lowest_of_those_that_are_alike(paths: RunPaths) -> None:
    assert evaluations.best_step(paths) is None
    assert snapshots.resolve_step(paths, "best") == 30, "none was measured: the newest"
    write(paths, 5.0, 3.0, 4.0)
    assert evaluations.best_step(paths) == 20
    assert snapshots.resolve_step(paths, "best") == 20
    assert snapshots.resolve_step(paths, "newest") == 30
    assert forkable_step(paths, "best") == 20
    evaluations.write(paths, made_by_hand.one(30, 9.0, OTHER))
    assert evaluations.best_step(paths) == 30, "other features are not compared with"


def test_older_evaluations_keep_values_without_intervals_that_said_something_else(
    paths: RunPaths,
) -> None:
    figure = Figure(value=3.0, low=1.0, high=5.0)
    names = ("fid", "kid", "inception_score", "recall", "memorisation")
    made = made_by_hand.one(20, 3.0, depth="full").model_copy(update=dict.fromkeys(names, figure))
    assert evaluations.full(paths) == []
    file = evaluations.write(paths, made)
    assert evaluations.full(paths) == [made]
    write_json(file, {**made.model_dump(mode="json"), "schema_version": 1})
    (older,) = evaluations.full(paths)
    bare = Figure(value=3.0, low=3.0, high=3.0)
    assert (older.fid, older.memorisation) == (figure, figure)
    assert (older.kid, older.inception_score, older.recall) == (bare, bare, bare)
    assert older.coverage is None


def test_a_run_that_was_deleted_meanwhile_does_not_come_back(paths: RunPaths) -> None:
    shutil.rmtree(paths.root)
    with pytest.raises(NotFoundError, match="was deleted meanwhile"):
        evaluations.write(paths, made_by_hand.one(20, 3.0, depth="full"))
    with pytest.raises(NotFoundError):
        evaluations.go_on_from(paths, 20)
    assert not paths.root.exists()


def test_a_snapshot_that_is_gone_is_not_the_best(paths: RunPaths) -> None:
    write(paths, 5.0, 3.0, 4.0, 1.0)
    assert evaluations.best_step(paths) == 20, "there is no snapshot at 40"
    assert evaluations.best_step(paths, until=10) == 10
    with pytest.raises(NotFoundError):
        snapshots.resolve_step(paths, 40)


def test_later_ones_are_removed_and_full_ones_stay(paths: RunPaths) -> None:
    write(paths, 5.0, 3.0, 4.0)
    made_by_hand.write(paths, {30: 2.0}, "full")
    evaluations.truncate_after(paths, 20)
    assert [one.step for one in evaluations.light(paths)] == [10, 20]
    assert [one.step for one in evaluations.full(paths)] == [30]
    assert evaluations.has_light(paths, 20)
    assert not evaluations.has_light(paths, 30)


@pytest.mark.parametrize(
    ("fids", "since", "expected"),
    [
        ((), 0, 0),
        ((5.0,), 0, 0),
        ((5.0, 4.0, 3.0), 0, 0),
        ((5.0, 6.0, 5.5), 0, 2),
        ((5.0, 5.0), 0, 1),
        ((1.0, 5.0, 4.0, 6.0), 20, 1),
        ((1.0, 5.0, 4.0, 6.0), 0, 3),
    ],
)
def test_patience(paths: RunPaths, fids: tuple[float, ...], since: int, expected: int) -> None:
    write(paths, *fids)
    assert evaluations.num_without_better(paths, since=since) == expected


def test_who_is_told_to_go_on_has_new_patience(paths: RunPaths) -> None:
    write(paths, 3.0, 4.0, 5.0)
    evaluations.go_on_from(paths, 30)
    assert evaluations.num_without_better(paths) == 0
    write(paths, 3.0, 4.0, 5.0, 6.0, 7.0)
    assert evaluations.num_without_better(paths) == 2


def test_what_is_damaged_is_left_out(paths: RunPaths) -> None:
    write(paths, 3.0, 4.0)
    (paths.evaluations / "10" / "light.json").write_text("{")
    (paths.evaluations / "going-on.json").write_text("[1]")
    assert [one.step for one in evaluations.light(paths)] == [20]
    assert evaluations.best_step(paths) == 20
    assert evaluations.num_without_better(paths) == 0


def test_the_best_keeps_its_training_state() -> None:
    steps = list(range(0, 400, 10))
    assert 130 in snapshots.steps_to_thin(steps, ())
    assert 130 not in snapshots.steps_to_thin(steps, {130})


def test_they_travel_with_the_run(paths: RunPaths, tmp_path: Path) -> None:
    write(paths, 5.0, 3.0, 4.0)
    made_by_hand.write(paths, {30: 2.0}, "full")
    evaluations.write_progress(paths, evaluations.Progress(step=30))
    (paths.evaluations / "classifier").mkdir()
    (paths.evaluations / "classifier" / "classifier.onnx").write_bytes(b"anything")
    source = RunStore(paths.root.parent)
    archive.pack(source.get(paths.root.name), tmp_path / "run.zip")
    made = archive.unpack(RunStore(tmp_path / "elsewhere"), tmp_path / "run.zip")
    assert evaluations.light(made.paths) == evaluations.light(paths)
    assert evaluations.full(made.paths) == evaluations.full(paths)
    assert evaluations.read_progress(made.paths) is None
    assert not (made.paths.evaluations / "classifier").exists()
