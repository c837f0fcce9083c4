"""The curves that all viewers of a run share."""

import json
from threading import Barrier, Thread

import pytest

from gan_core.runs.metrics import MetricLog
from pages._parts.feed import CURVES, MAX_POINTS, Feed


@pytest.fixture
def run_dir(tmp_path):
    return tmp_path


def record(step, **more):
    return {
        "step": step, "epoch": step / 100, "elapsed_s": step / 10, "images_per_s": 100.0 + step % 7,
        "d_loss": 1.0 / step, "g_loss": 2.0, "d_acc_real": 0.5, "d_acc_fake": 0.5, **more,
    }  # fmt: skip


def log(run_dir, steps):
    with MetricLog(run_dir / "metrics.jsonl") as metrics:
        for step in steps:
            metrics.append(record(step))


def test_before_anything_was_logged(run_dir):
    curves = Feed(run_dir).curves()
    assert (curves.step, curves.images_per_s, curves.num_bad_lines) == (0, 0.0, 0)
    assert set(curves.points) == set(CURVES)
    assert all(line == {"x": [], "y": []} for line in curves.points.values())


def test_what_comes_is_added_and_nothing_is_worked_out_twice(run_dir):
    feed = Feed(run_dir)
    log(run_dir, range(10, 110, 10))
    first = feed.curves()
    assert first.step == 100
    assert first.epoch == 1.0
    assert first.elapsed_secs == 10.0
    assert 100 <= first.images_per_s <= 106
    assert feed.curves() is first
    log(run_dir, [110])
    assert feed.curves().points["d_loss"]["x"][-1] == 110


def test_long_runs_stay_small_and_keep_their_ends(run_dir):
    log(run_dir, range(1, 5001))
    points = Feed(run_dir).curves().points
    for line in points.values():
        assert len(line["x"]) == len(line["y"]) <= MAX_POINTS
        assert (line["x"][0], line["x"][-1]) == (1, 5000)


def test_bad_lines_are_counted_and_a_torn_one_is_waited_for(run_dir):
    path = run_dir / "metrics.jsonl"
    line = json.dumps(record(20))
    path.write_text(f"{json.dumps(record(10))}\nnonsense\n{line[:30]}")
    feed = Feed(run_dir)
    assert (feed.curves().step, feed.curves().num_bad_lines) == (10, 1)
    with path.open("a") as file:
        file.write(f"{line[30:]}\n")
    assert (feed.curves().step, feed.curves().num_bad_lines) == (20, 1)


def test_a_log_cut_by_a_resume_is_read_anew(run_dir):
    feed = Feed(run_dir)
    log(run_dir, range(10, 110, 10))
    assert feed.curves().step == 100
    (run_dir / "metrics.jsonl").unlink()
    log(run_dir, range(10, 60, 10))
    assert feed.curves().step == 50


def test_viewers_at_the_same_moment_see_the_same(run_dir):
    log(run_dir, range(1, 2001))
    feed, seen, together = Feed(run_dir), [], Barrier(8)

    def look():
        together.wait()
        seen.append(feed.curves())

    viewers = [Thread(target=look) for _ in range(8)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    assert {id(curves) for curves in seen} == {id(seen[0])}
