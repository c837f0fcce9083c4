"""Evaluations as columns, and their charts as files."""

import io
import math

import pytest
from PIL import Image

from gan_core.charts.bars import bars_figure
from gan_core.charts.curves import curves_figure
from gan_core.charts.figures import IN_THE_DARK
from gan_core.charts.intervals import Scale, interval_figure
from gan_core.charts.quality import all_columns, number_columns
from gan_core.errors import BadInputError
from gan_core.runs import evaluations
from tests.evaluations_measured import evaluation, full

WORDS = {"title": "of $x", "x_label": "step", "y_label": "FID"}


def test_only_figures_of_the_same_features_stand_together():
    found = [evaluation(10, name="pixels", shift=0.0), evaluation(20), evaluation(30, shift=0.5)]
    assert [e.step for e in evaluations.alike(found)] == [20, 30]
    assert evaluations.alike([]) == []


def test_columns_have_a_value_for_each_step():
    found = [evaluation(10), evaluation(20, fid=None, classes=None)]
    columns = number_columns(found)
    assert {len(values) for values in columns.values()} == {2}
    assert columns["step"] == [10, 20]
    assert columns["fid"][0] == found[0].fid.value
    assert columns["fid_low"][0] <= columns["fid"][0] <= columns["fid_high"][0]
    assert math.isnan(columns["fid"][1])
    assert columns["classes_hit"][0] == 9
    assert "density" not in columns


def test_a_table_names_the_features_of_each_row():
    columns = all_columns([evaluation(10, name="pixels"), full(20)])
    assert columns["features"] == ["pixels", "digit features"]
    assert columns["depth"] == ["light", "full"]
    assert columns["classes_missing"] == ["9", "9"]
    assert {len(values) for values in columns.values()} == {2}


def test_curves_with_intervals_and_marks():
    columns = number_columns([evaluation(step, shift=1 / step) for step in (1, 2, 3)])
    marked = curves_figure(columns, ["fid"], marks=[(2.0, "best $")], format="svg", **WORDS)
    bare = curves_figure(
        {"step": columns["step"], "fid": columns["fid"]}, ["fid"], format="svg", **WORDS
    )
    assert len(marked) > len(bare)


def test_dots_with_their_intervals():
    found = full(10)
    scales = [
        Scale("FID", (("step 10", found.fid),), marks=((found.floor.value, "floor"),)),
        Scale("shares", (("precision", found.precision), ("recall", found.recall)), high=1.0),
    ]
    with Image.open(io.BytesIO(interval_figure(scales, title="$a$ of $"))) as image:
        assert image.width == 960
    dark = interval_figure(scales, title="T", colours=IN_THE_DARK, format="svg")
    assert IN_THE_DARK.paper.encode() in dark
    with pytest.raises(BadInputError):
        interval_figure(scales, title="T", format="gif")


@pytest.mark.parametrize("num_classes", [2, 10, 1000])
def test_bars_of_classes(num_classes):
    found = evaluation(10, num_classes=num_classes).classes
    words = {"title": "T", "x_label": "class", "y_label": "share"}
    drawn = bars_figure(found.names, found.shares, missing="none", even=0.1, **words)
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.size == (960, 480)
