"""A log in few numbers: the newest window whole, the past as means, and never too many."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.diagnosis.curves import MAX_PAST, Curve, CurveKeeper, Curves, read_curves
from gan_core.metrics.collapse import MIN_RECORDS, WINDOW_STEPS
from gan_core.runs.metrics import MetricLog
from gan_core.runs.store import RunStore
from tests.runs_by_hand import queued


def kept(values: list[float], every: int = 10, pieces: int = 1) -> Curve:
    keeper = CurveKeeper()
    steps = np.arange(1, len(values) + 1, dtype=float) * every
    for part in np.array_split(np.arange(len(values)), pieces):
        keeper.extend(steps[part], np.array(values)[part])
    return keeper.curve()


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=400),
    st.integers(1, 100),
    st.integers(1, 9),
)
def test_how_a_log_came_makes_no_difference(values: list[float], every: int, pieces: int) -> None:
    assert kept(values, every, pieces) == kept(values, every)


@pytest.mark.parametrize("num", [1, 63, 64, 65, 127, 129, 1000, 4097])
def test_the_past_stays_small_and_true(num: int) -> None:
    values = np.linspace(0, 1, num)
    curve = kept(values.tolist(), every=1)
    assert len(curve.past) <= MAX_PAST
    assert curve.num == num
    assert list(curve.past_steps) == sorted(curve.past_steps)
    size = curve.past_steps[0]
    expected = values[: len(curve.past) * size].reshape(-1, size).mean(axis=1)
    assert curve.past == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert num - curve.past_steps[-1] < size


def test_the_window_is_as_long_as_a_sign_must_last() -> None:
    often = kept([0.5] * 1000, every=1)
    assert often.steps == tuple(range(1000 - WINDOW_STEPS, 1001))
    seldom = kept([0.5] * 100, every=100)
    assert len(seldom.steps) == MIN_RECORDS
    assert often.lasts
    assert seldom.lasts
    assert not kept([0.5] * (MIN_RECORDS - 1), every=100).lasts
    assert not kept([0.5] * 50, every=1).lasts


def test_what_is_no_number_is_left_out() -> None:
    curve = kept([1.0, math.nan, 3.0, math.inf])
    assert curve.values == (1.0, 3.0)
    assert curve.steps == (10, 30)
    assert math.isnan(Curve().usual)
    assert Curve().share(0, 1) == 0


def test_shares_and_swings() -> None:
    assert kept([0.0] * 10 + [1.0] * 10).share(0.9, 1.0) == 0.5
    assert kept([0.0] * 10 + [1.0] * 10).swings(0.25, 0.75) == 1
    assert kept(([0.0] * 5 + [1.0] * 5) * 2).swings(0.25, 0.75) == 3
    assert kept([0.4, 0.6] * 10).swings(0.25, 0.75) == 0
    single = [0.9] * 20
    single[10] = 0.3  # one bad batch
    assert kept(single).swings(0.25, 0.75) == 0


def test_a_log_up_to_a_step(tmp_path) -> None:
    run = queued(RunStore(tmp_path))
    with MetricLog(run.paths.metrics) as log:
        for step in range(10, 101, 10):
            log.append({"step": step, "d_loss": step / 100, "images_per_s": 1.0, "epoch": 0.1})
    assert set(read_curves(run.paths).get()) == {"d_loss"}
    assert read_curves(run.paths).get()["d_loss"].num == 10
    assert read_curves(run.paths, until=50).get()["d_loss"].steps == (10, 20, 30, 40, 50)


def test_nothing_new_is_nothing_made() -> None:
    curves = Curves()
    curves.extend({"step": np.array([1.0]), "loss": np.array([2.0])})
    assert curves.get() is curves.get()
