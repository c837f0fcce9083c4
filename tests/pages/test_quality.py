"""What the live view is told of a run's evaluations."""

import json

import pytest

from gan_core.runs import evaluations
from gan_core.runs.store import RunStore
from pages._parts.feed import Feed
from pages._parts.quality import Quality, quality_of, quality_panels
from tests.evaluations_measured import evaluation
from tests.runs_by_hand import trained


@pytest.fixture
def paths(tmp_path):
    return trained(RunStore(tmp_path / "runs"), steps=(10, 20, 30)).paths


def told(feed, since=""):
    return json.loads(feed.answer(since))


def test_nothing_is_promised_where_nobody_measured(paths):
    assert quality_of([]) == Quality()
    assert quality_panels(None) == ()
    news = told(Feed(paths, look_secs=0))
    assert news["facts"]["best"] is None
    assert "fid" not in news["lists"]


def test_each_evaluation_is_told_once(paths):
    feed = Feed(paths, look_secs=0)
    before = told(feed)
    evaluations.write(paths, evaluation(10, shift=2.0))
    first = told(feed, before["version"])
    assert first["facts"]["page"] != before["facts"]["page"], "the page shows new panels"
    assert first["facts"]["best"]["step"] == 10
    evaluations.write(paths, evaluation(20, shift=1.0))
    second = told(feed, first["version"])
    assert second["facts"]["page"] == first["facts"]["page"], "a point more is no new page"
    assert second["facts"]["best"]["step"] == 20
    added = second["lists"]["fid"]
    assert (added["keep"], added["add"][0]) == (1, [20])


def test_the_best_is_not_the_newest(paths):
    for step, shift in ((10, 1.0), (20, 0.2), (30, 0.8)):
        evaluations.write(paths, evaluation(step, shift=shift))
    assert told(Feed(paths, look_secs=0))["facts"]["best"]["step"] == 20
    assert evaluations.best_step(paths) == 20


def test_a_snapshot_that_is_not_there_is_not_the_best(paths):
    """A fork has its parent's evaluations, and not all of its snapshots."""
    for step, shift in ((5, 0.1), (10, 1.0), (20, 0.8)):
        evaluations.write(paths, evaluation(step, shift=shift))
    news = told(Feed(paths, look_secs=0))
    assert news["facts"]["best"]["step"] == 20
    assert news["lists"]["fid"]["add"][0] == [5, 10, 20]


def test_figures_of_other_features_are_left_out():
    light = [evaluation(10, name="pixels", shift=0.0), evaluation(20), evaluation(30)]
    found = quality_of(light, best_step=10)
    assert found.lines["fid"][0] == [20, 30]
    assert found.best is None
    titles = [panel.title for panel in quality_panels(found.measured)]
    assert all("digit features, 200 images" in title for title in titles)


def test_a_panel_for_each_kind_of_figure_that_there_is():
    keys = [panel.key for panel in quality_panels(quality_of([evaluation(10)]).measured)]
    assert keys == ["fid", "kid", "manifold", "classes"]
    bare = quality_of([evaluation(10, classes=None, kid=None, recall=None)]).measured
    assert [panel.key for panel in quality_panels(bare)] == ["fid", "manifold"]
    (classes,) = [p for p in quality_panels(quality_of([evaluation(10)]).measured)
                  if p.key == "classes"]  # fmt: skip
    assert classes.axis() == {"y_min": 0, "y_max": 10}
