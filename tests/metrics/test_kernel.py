"""The kernel distance: by hand, unbiased, and as the definition's double sum says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.metrics import kernel


def _by_sums(x: np.ndarray, y: np.ndarray) -> float:
    def k(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / len(a) + 1) ** 3)

    n, m = len(x), len(y)
    among_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    among_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    between = sum(k(a, b) for a in x for b in y) / (n * m)
    return among_x + among_y - 2 * between


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 9), m=st.integers(2, 9))
def test_the_double_sum(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    assert kernel.distance(x, y) == pytest.approx(_by_sums(x, y), rel=1e-9, abs=1e-9)


def test_unbiased() -> None:
    rng = np.random.default_rng(0)
    found = [kernel.distance(*rng.standard_normal((2, 20, 6))) for _ in range(2000)]
    assert abs(np.mean(found)) < 4 * np.std(found) / np.sqrt(len(found))
    assert min(found) < 0


def test_subsets_are_seeded_and_no_larger_than_the_sets() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((90, 5)), rng.standard_normal((60, 5)) + 1
    first = kernel.subset_distances(real, fake, np.random.default_rng(4), num_subsets=7)
    again = kernel.subset_distances(real, fake, np.random.default_rng(4), num_subsets=7)
    np.testing.assert_array_equal(first, again)
    assert first.shape == (7,)
    assert (first > 0.1).all()


def test_without_each_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the distance of all others, but for what real images have among themselves."""
    rng = np.random.default_rng(1)
    real, fake = rng.standard_normal((12, 4)), rng.standard_normal((9, 4)) + 0.5
    by_hand = [kernel.distance(real, np.delete(fake, i, axis=0)) for i in range(len(fake))]
    found = kernel.without_each(real, fake)
    np.testing.assert_allclose(found - found[0], np.array(by_hand) - by_hand[0], atol=1e-12)
    monkeypatch.setattr(kernel, "_BLOCK", 4)
    np.testing.assert_allclose(kernel.without_each(real, fake), found, rtol=1e-12)
