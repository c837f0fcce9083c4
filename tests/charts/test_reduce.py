"""Reduced series keep their ends, their peaks and their gaps."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from numpy.typing import NDArray

from gan_core.charts.reduce import curve_payload, reduce_series, smooth
from gan_core.errors import BadInputError

Doubles = NDArray[np.float64]

_any_number = st.floats(allow_nan=True, allow_infinity=True)
_series = st_np.arrays(np.float64, st.integers(0, 300), elements=_any_number)


@given(_series, st.integers(4, 40))
def test_any_series_is_reduced_to_some_of_its_points(y: Doubles, max_points: int) -> None:
    x = np.arange(len(y)) * 50.0
    new_x, new_y = reduce_series(x, y, max_points)
    assert len(new_x) == len(new_y) == min(len(y), len(new_x)) <= max(max_points, 0)
    assert (np.diff(new_x) > 0).all()
    assert not np.isinf(new_y).any()
    kept = (new_x / 50).astype(int)
    np.testing.assert_array_equal(new_y, np.where(np.isfinite(y), y, np.nan)[kept])
    if len(y):
        assert new_x[0] == 0
        assert new_x[-1] == x[-1]
    if len(y) <= max_points:
        assert len(new_x) == len(y)


def test_gaps_at_both_ends_leave_room_for_two_points() -> None:
    y = np.array([np.nan, 1, 2, 3, 4, np.nan])
    x, reduced = reduce_series(np.arange(6), y, 4)
    assert x.tolist() == [0, 1, 4, 5]
    assert np.isfinite(reduced).tolist() == [False, True, True, False]


def test_a_lone_peak_survives() -> None:
    y = np.zeros(20_000)
    y[12_345], y[777] = 9.0, -9.0
    x, reduced = reduce_series(np.arange(20_000), y)
    assert len(x) == 500
    assert reduced.max() == 9.0
    assert reduced.min() == -9.0


def test_a_stretch_of_nan_is_one_gap() -> None:
    y = np.sin(np.arange(5000) / 50)
    y[2000:3000] = np.nan
    x, reduced = reduce_series(np.arange(5000), y)
    gaps = np.flatnonzero(np.isnan(reduced))
    assert len(gaps) == 1
    assert x[gaps[0] - 1] < 2000 <= x[gaps[0]] < 3000 <= x[gaps[0] + 1]


def test_every_other_value_missing_still_draws() -> None:
    y = np.ones(5000)
    y[1::2] = np.nan
    _, reduced = reduce_series(np.arange(5000), y)
    assert len(reduced) <= 500
    assert np.isfinite(reduced).sum() >= 370


def test_jumps_in_x_do_not_empty_the_buckets() -> None:
    x = np.concatenate([np.arange(2500), 1e9 + np.arange(2500)])
    assert len(reduce_series(x, np.random.default_rng(0).normal(size=5000))[0]) == 500


@given(
    st_np.arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)), st.floats(0, 0.99)
)
def test_smooth_stays_between_the_extremes(y: Doubles, weight: float) -> None:
    smoothed = smooth(y, weight)
    slack = 1e-6 * max(1.0, float(np.abs(y).max()))
    assert smoothed[0] == pytest.approx(y[0], abs=slack)
    assert smoothed.min() >= y.min() - slack
    assert smoothed.max() <= y.max() + slack


def test_smooth_by_hand_and_over_a_gap() -> None:
    smoothed = smooth([1.0, np.nan, 3.0], 0.5)
    np.testing.assert_allclose(smoothed, [1.0, np.nan, (0.25 + 1.5) / 0.75])
    np.testing.assert_array_equal(smooth([4.0, 2.0], 0.0), [4.0, 2.0])


def test_payload_is_small_strict_json() -> None:
    rng = np.random.default_rng(0)
    columns = {
        "step": [50.0 * i for i in range(5001)],
        "d_loss": [*rng.normal(size=4999).tolist(), float("nan")],
        "g_loss": rng.normal(size=5000).tolist(),
    }
    payload = curve_payload(columns, ["d_loss", "g_loss", "kl"], 500, smoothing=0.9)
    text = json.dumps(payload, allow_nan=False)
    assert len(text) < 30_000
    assert payload["kl"]["x"] == []
    assert payload["d_loss"]["y"][-1] is None
    assert payload["g_loss"]["x"][-1] == 249_950
    assert isinstance(payload["g_loss"]["x"][-1], int)
    assert len(payload["g_loss"]["smooth"]) == len(payload["g_loss"]["y"]) == 500
    last = columns["g_loss"][-1]
    assert payload["g_loss"]["y"][-1] == pytest.approx(last, rel=1e-4)


def test_bad_input_names_its_field() -> None:
    cases = [
        ("y", lambda: reduce_series([1.0, 2.0], [1.0])),
        ("max_points", lambda: reduce_series([1.0], [1.0], 3)),
        ("weight", lambda: smooth([1.0], 1.0)),
    ]
    for field, call in cases:
        with pytest.raises(BadInputError) as caught:
            call()
        assert caught.value.field == field
