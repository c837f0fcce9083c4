import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gan_core.charts.spread import spread, spread_columns, spread_figure

values = st.floats(-1e6, 1e6)
logs = st.lists(
    st.dictionaries(st.integers(1, 30), values, min_size=1).map(
        lambda curve: {"step": sorted(curve), "loss": [curve[step] for step in sorted(curve)]}
    ),
    min_size=1,
    max_size=5,
)


@given(logs)
def test_laws_of_the_spread(runs):
    found = spread(runs, "loss")
    common = set.intersection(*(set(run["step"]) for run in runs))
    assert found.steps.tolist() == sorted(common)
    assert found.num_runs == len(runs)
    for step, mean, deviation in zip(found.steps, found.mean, found.deviation, strict=True):
        here = [run["loss"][run["step"].index(step)] for run in runs]
        slack = 1e-9 * (1 + max(map(abs, here)))
        assert min(here) - slack <= mean <= max(here) + slack
        assert 0 <= deviation <= (max(here) - min(here)) + slack
        assert mean == pytest.approx(np.mean(here), abs=slack)
    turned = spread(runs[::-1], "loss")
    assert np.allclose(turned.mean, found.mean)
    assert np.allclose(turned.deviation, found.deviation)


@given(logs)
def test_equal_runs_do_not_spread(runs):
    found = spread([runs[0]] * 3, "loss")
    assert np.allclose(found.deviation, 0, atol=1e-6)
    assert np.allclose(found.mean, runs[0]["loss"])


def test_the_deviation_is_that_of_a_sample():
    runs = [{"step": [10], "loss": [value]} for value in (1.0, 2.0, 3.0)]
    assert spread(runs, "loss").deviation.tolist() == [1.0]


def test_missing_values_are_no_steps():
    runs = [
        {"step": [1, 2, 3, 4], "loss": [1.0, math.nan, 3.0]},  # the last line is being written
        {"step": [1, 2, 3], "loss": [1.0, 2.0, 5.0]},
    ]
    assert spread(runs, "loss").steps.tolist() == [1.0, 3.0]
    assert spread(runs, "other").steps.tolist() == []
    assert spread([], "loss").num_runs == 0


def test_a_figure_shows_lines_and_bands():
    runs = [
        {"step": [1, 2, 3], "d_loss": [1.0, 2.0, level], "g_loss": [1.0, 1.0, 1.0]}
        for level in (1.0, 3.0)
    ]
    words = {"title": "T", "x_label": "x", "y_label": "y"}
    with Image.open(io.BytesIO(spread_figure(runs, ["d_loss", "g_loss"], **words))) as image:
        assert image.format == "PNG"
        assert image.size == (960, 600)
    picture = spread_figure(runs, ["d_loss"], labels={"d_loss": "D's"}, format="svg", **words)
    assert b"PolyCollection" in picture or b"FillBetween" in picture
    assert spread_figure([], ["d_loss"], **words)


def test_columns_of_all_runs_with_mean_and_deviation():
    runs = [{"step": [1, 2, 3], "loss": [1.0, level, math.nan]} for level in (1.0, 3.0)]
    columns = spread_columns(runs, ["loss"], ["seed 0", "seed 1"])
    assert columns["step"] == [1, 2]
    assert columns["loss seed 1"] == [1.0, 3.0]
    assert columns["loss mean"] == [1.0, 2.0]
    assert columns["loss deviation"] == [0.0, math.sqrt(2)]
