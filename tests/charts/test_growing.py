"""Curves that grow: small, true to their peaks, and still where they are past."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.charts.growing import GrowingCurve, short_numbers
from gan_core.errors import BadInputError

VALUES = st.lists(
    st.one_of(
        st.floats(-1e6, 1e6, allow_subnormal=False),
        st.sampled_from([float("nan"), float("inf")]),
    ),
    max_size=400,
)


def grown(values, max_points=64, cuts=()):
    """A curve that was told `values` in pieces."""
    curve = GrowingCurve(max_points)
    steps = np.arange(1.0, len(values) + 1)
    for part in np.split(np.arange(len(values)), sorted(cuts)):
        curve.extend(steps[part], np.asarray(values, float)[part])
    return curve


@given(VALUES, st.lists(st.integers(0, 400), max_size=8))
def test_piece_by_piece_equals_at_once(values, cuts):
    cuts = [cut for cut in cuts if cut <= len(values)]
    assert grown(values, cuts=cuts).points() == grown(values).points()


@given(VALUES, st.integers(16, 80))
def test_few_points_that_lie_on_the_curve_and_hold_its_peaks(values, max_points):
    xs, ys = grown(values, max_points).points()
    known = {i + 1: v for i, v in enumerate(values) if np.isfinite(v)}
    assert len(xs) == len(ys) <= max_points
    assert xs == sorted(xs)
    drawn = {x: y for x, y in zip(xs, ys, strict=True) if y is not None}
    for x, y in drawn.items():
        assert y == pytest.approx(known[x], rel=1e-4)
    assert bool(drawn) == bool(known)
    if known:
        assert {min(known), max(known)} <= set(drawn)
        assert min(drawn.values()) == pytest.approx(min(known.values()), rel=1e-4)
        assert max(drawn.values()) == pytest.approx(max(known.values()), rel=1e-4)


@given(st.integers(1, 900), st.integers(1, 40))
def test_what_is_past_stays_until_buckets_are_joined(num, more):
    values = np.random.default_rng(num).standard_normal(num + more)
    before, after = grown(values[:num]), grown(values)
    old, new = list(zip(*before.points(), strict=True)), list(zip(*after.points(), strict=True))
    if before._size == after._size:
        same = sum(one == other for one, other in zip(old, new, strict=False))
        assert same >= len(old) - 4  # the bucket that was filling, and the newest value


def test_a_gap_is_one_break_and_a_value_now_and_then_has_none():
    values = np.ones(60)
    values[20:30] = np.nan
    xs, ys = grown(values, 512).points()
    assert [x for x, y in zip(xs, ys, strict=True) if y is None] == [21]
    assert len(xs) == 51
    rare = np.full(60, np.nan)
    rare[9::10] = 1.0
    assert grown(rare, 512).points() == ([10, 20, 30, 40, 50, 60], [1.0] * 6)


def test_of_very_many_gaps_the_longest_are_kept():
    values = np.ones(6000)
    values[::3] = np.nan
    values[3000:3200] = np.nan
    xs, ys = grown(values, 64).points()
    breaks = [x for x, y in zip(xs, ys, strict=True) if y is None]
    assert len(breaks) <= 16
    assert any(3000 <= x <= 3002 for x in breaks)


@given(st.floats(-1e300, 1e300, allow_subnormal=False))
def test_numbers_are_short(value):
    (short,) = short_numbers(np.array([value])).tolist()
    if abs(value) > 1e-290:
        assert short == pytest.approx(float(f"{value:.5g}"), rel=1e-4)
    if 1e-15 < abs(value) < 1e15:
        assert float(f"{short:.5g}") == short


def test_too_few_points():
    with pytest.raises(BadInputError, match="points"):
        GrowingCurve(8)
