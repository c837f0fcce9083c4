"""When the browser sees by itself what was evaluated, and when the page has to be drawn anew."""

import pytest

from gan_core.runs import evaluations
from gan_core.runs.store import RunStore
from pages._parts.compare_evaluated import (
    evaluation_panels,
    goes_on,
    points_by_panel,
    points_of,
)
from tests import evaluations_by_hand
from tests.runs_by_hand import trained


@pytest.fixture
def run(tmp_path):
    return trained(RunStore(tmp_path / "runs"), steps=(10, 20, 30))


def told(run):
    return points_by_panel(evaluation_panels([run]))


def test_more_points_are_followed_and_a_first_one_is_not(run):
    before = told(run)
    evaluations_by_hand.write(run.paths, {10: 9.0})
    first = told(run)
    assert not goes_on(before, first)
    evaluations_by_hand.write(run.paths, {20: 8.0})
    assert goes_on(first, told(run))
    assert goes_on(told(run), told(run))


def test_points_that_are_no_longer_so_are_drawn_anew(run):
    evaluations_by_hand.write(run.paths, {10: 9.0, 20: 8.0})
    before = told(run)
    evaluations.truncate_after(run.paths, 10)
    assert not goes_on(before, told(run))
    evaluations_by_hand.write(run.paths, {20: 7.0})
    assert not goes_on(before, told(run))


def test_a_panel_names_the_news_that_go_on_with_it(run):
    evaluations_by_hand.write(run.paths, {10: 9.0, 20: 8.0})
    (panel,) = evaluation_panels([run])
    assert panel["live"] == {run.id: "fid"}
    columns = points_of(run.paths, run.sound_config().dataset, panel["key"])
    assert columns == panel["points"][run.id]


def test_news_of_two_kinds_go_on_with_neither(run):
    evaluations_by_hand.write(run.paths, {10: 9.0})
    fewer = evaluations_by_hand.one(20, 8.0).model_copy(update={"num_images": 500})
    evaluations.write(run.paths, fewer)
    assert [panel["live"] for panel in evaluation_panels([run])] == [{}, {}]


def test_other_features_are_not_followed(run):
    net = evaluations_by_hand.NET.model_copy(update={"sha256": "b" * 64, "name": "own"})
    evaluations_by_hand.write(run.paths, {10: 9.0})
    evaluations.write(run.paths, evaluations_by_hand.one(20, 8.0, net))
    assert [panel["live"] for panel in evaluation_panels([run])] == [{}, {run.id: "fid"}]
