"""The Fréchet distance: agreement with SciPy's matrix square root, and what must hold for it."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gan_core.metrics import frechet


def _covariance(rng: np.random.Generator, size: int, rank: int) -> NDArray[np.float64]:
    factor = rng.standard_normal((size, rank))
    return factor @ factor.T / rank


def _by_scipy(a: frechet.Gaussian, b: frechet.Gaussian) -> float:
    """The reference implementations' way: the root of the product, its imaginary part dropped."""
    root = scipy.linalg.sqrtm(a.covariance @ b.covariance)
    spread = np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.trace(root.real)
    return float(((a.mean - b.mean) ** 2).sum() + spread)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 48))
def test_scipy_agrees(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (
        frechet.Gaussian(rng.standard_normal(size), _covariance(rng, size, 3 * size))
        for _ in range(2)
    )
    assert frechet.distance(a, b) == pytest.approx(_by_scipy(a, b), rel=1e-6, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    shift=st.lists(st.floats(-5, 5), min_size=3, max_size=3),
    scales=st.lists(st.floats(0, 4), min_size=6, max_size=6),
)
def test_gaussians_with_diagonal_covariances(shift: list[float], scales: list[float]) -> None:
    one, two = np.array(scales[:3]), np.array(scales[3:])
    a = frechet.Gaussian(np.zeros(3), np.diag(one**2))
    b = frechet.Gaussian(np.array(shift), np.diag(two**2))
    expected = (np.array(shift) ** 2).sum() + ((one - two) ** 2).sum()
    assert frechet.distance(a, b) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_rotated_gaussians() -> None:
    """W2² of N(0, R diag(4, 1) Rᵀ) and N(0, diag(1, 4)) is 2 (√4 − √1)² without a rotation."""
    a = frechet.Gaussian(np.zeros(2), np.diag([4.0, 1.0]))
    b = frechet.Gaussian(np.zeros(2), np.diag([1.0, 4.0]))
    assert frechet.distance(a, b) == pytest.approx(2.0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_symmetric_and_zero_for_itself(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (frechet.fitted(rng.standard_normal((60, 8)) * rng.uniform(0.1, 2, 8)) for _ in "ab")
    assert frechet.distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet.distance(a, b) == pytest.approx(frechet.distance(b, a), rel=1e-9)


def test_fewer_images_than_features_is_no_trouble() -> None:
    rng = np.random.default_rng(3)
    a, b = (frechet.fitted(rng.standard_normal((10, 64))) for _ in range(2))
    assert 0 < frechet.distance(a, b) < 200


def test_fitted_is_numpys_covariance() -> None:
    features = np.random.default_rng(1).standard_normal((50, 5)).astype(np.float32)
    found = frechet.fitted(features)
    np.testing.assert_allclose(found.covariance, np.cov(features.T), rtol=1e-6)
    np.testing.assert_allclose(found.mean, features.mean(axis=0), rtol=1e-5, atol=1e-7)
