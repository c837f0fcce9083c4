"""Concept vectors: laws of means, an honest figure, and ways between points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_core.errors import BadInputError
from gan_core.latent.directions import (
    MIN_TO_TEST,
    add,
    area,
    between,
    concept,
    separability,
)

NUMBERS = st.floats(-100, 100, width=32)


def groups(size: int = 3, least: int = 1):
    rows = st.integers(least, 12)
    return rows.flatmap(lambda n: arrays(np.float32, (n, size), elements=NUMBERS))


def clouds(gap: float, num: int = 200, size: int = 8, seed: int = 0):
    """Two normal clouds whose means are `gap` apart along the first axis."""
    rng = np.random.default_rng(seed)
    one, other = rng.standard_normal((2, num, size))
    one[:, 0] += gap
    return one, other


@given(groups(), groups())
def test_the_vector_leads_from_one_mean_to_the_other(with_, without) -> None:
    made = concept(with_, without)
    assert made.vector.dtype == np.float32
    assert (made.num_with, made.num_without) == (len(with_), len(without))
    np.testing.assert_allclose(add(made.mean_without, made.vector, 1), made.mean_with, atol=1e-3)
    np.testing.assert_allclose(add(made.mean_without, made.vector, 0.5), made.halfway, atol=1e-3)
    np.testing.assert_allclose(made.mean_with, with_.astype(np.float64).mean(0), atol=1e-4)


@given(groups(), groups())
def test_the_other_way_round_is_the_opposite(with_, without) -> None:
    there, back = concept(with_, without), concept(without, with_)
    np.testing.assert_array_equal(there.vector, -back.vector)
    np.testing.assert_allclose(there.halfway, back.halfway, atol=1e-4)


@given(groups(least=2), groups(least=2))
def test_the_figure_is_a_share_and_does_not_depend_on_names_or_scale(with_, without) -> None:
    figure = separability(with_, without)
    assert 0 <= figure <= 1
    assert separability(without, with_) == pytest.approx(figure)
    assert separability(with_ * 4, without * 4) == pytest.approx(figure)


def test_clouds_far_apart_are_told_apart_and_equal_ones_are_not() -> None:
    assert separability(*clouds(10)) == 1
    figures = [separability(*clouds(0, seed=seed)) for seed in range(20)]
    assert abs(np.mean(figures) - 0.5) < 0.03
    assert 0.7 < separability(*clouds(1)) < 0.8  # Φ(1/√2) = 0.76


def test_what_was_learnt_by_heart_does_not_count() -> None:
    """With more numbers than codes, a direction fits its own codes perfectly, and no others."""
    one, other = clouds(0, num=20, size=500)
    direction = one.mean(0) - other.mean(0)
    assert area(one @ direction, other @ direction) > 0.99
    assert separability(one, other) < 0.75


def test_few_codes_give_a_vector_and_no_figure() -> None:
    one, other = clouds(10, num=MIN_TO_TEST)
    assert concept(one, other).separability is not None
    assert concept(one[1:], other).separability is None
    assert concept(one[:1], other[:1]).separability is None
    with pytest.raises(BadInputError, match="two images with"):
        separability(one[:1], other)


@given(
    arrays(np.float64, st.integers(1, 15), elements=st.integers(0, 5)),
    arrays(np.float64, st.integers(1, 15), elements=st.integers(0, 5)),
)
def test_the_area_counts_pairs(high, low) -> None:
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in high for b in low]
    assert area(high, low) == pytest.approx(np.mean(pairs))


@given(groups(), st.floats(-3, 3))
def test_adding_there_and_back(codes, strength) -> None:
    vector = np.array([1.0, -2.0, 0.5])
    moved = add(codes, vector, strength)
    assert moved.dtype == np.float32
    np.testing.assert_allclose(add(moved, vector, -strength), codes, atol=1e-4)
    np.testing.assert_array_equal(add(codes, vector, 0), codes)
    np.testing.assert_array_equal(add(codes[0], vector, strength), moved[0])


def test_between_two_points() -> None:
    np.testing.assert_array_equal(between([0, 2], [4, 4]), [2, 3])
    np.testing.assert_array_equal(between([0, 2], [4, 4], 0), [0, 2])
    np.testing.assert_array_equal(between([0, 2], [4, 4], 1), [4, 4])


@pytest.mark.parametrize(
    ("with_", "without"),
    [
        (np.empty((0, 3)), np.zeros((2, 3))),
        (np.zeros((2, 3)), np.zeros(3)),
        (np.zeros((2, 3)), np.zeros((2, 4))),
        (np.full((2, 3), np.nan), np.zeros((2, 3))),
        (np.zeros((2, 3)), np.full((2, 3), np.inf)),
    ],
)
def test_codes_that_are_none(with_, without) -> None:
    with pytest.raises(BadInputError):
        concept(with_, without)


def test_a_vector_or_strength_that_does_not_fit() -> None:
    with pytest.raises(BadInputError, match="3 and 2"):
        add(np.zeros((4, 3)), np.zeros(2), 1)
    with pytest.raises(BadInputError, match="strength"):
        add(np.zeros(3), np.zeros(3), np.nan)
