"""Precision, recall, density, coverage: by loops, and what each of them notices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.metrics import manifold


def _by_loops(real: np.ndarray, fake: np.ndarray, k_pr: int, k_dc: int) -> tuple[float, ...]:
    """The definitions, one distance after the other."""

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        return float(((a - b) ** 2).sum())

    def reach(x: np.ndarray, i: int, k: int) -> float:
        return sorted(apart(x[i], x[j]) for j in range(len(x)) if j != i)[k - 1]

    real_pr = [reach(real, i, k_pr) for i in range(len(real))]
    real_dc = [reach(real, i, k_dc) for i in range(len(real))]
    fake_pr = [reach(fake, i, k_pr) for i in range(len(fake))]
    precise = [any(apart(r, f) < d for r, d in zip(real, real_pr, strict=True)) for f in fake]
    recalled = [any(apart(r, f) < d for f, d in zip(fake, fake_pr, strict=True)) for r in real]
    dense = [sum(apart(r, f) < d for r, d in zip(real, real_dc, strict=True)) / k_dc for f in fake]
    covered = [min(apart(r, f) for f in fake) < d for r, d in zip(real, real_dc, strict=True)]
    return tuple(float(np.mean(part)) for part in (precise, recalled, dense, covered))


def _figures(real: np.ndarray, fake: np.ndarray, k_pr: int = 3, k_dc: int = 5) -> tuple[float, ...]:
    found = manifold.neighbourhoods(real, fake, k_pr=k_pr, k_dc=k_dc)
    parts = (found.precise, found.recalled, found.dense, found.covered)
    return tuple(float(part.mean()) for part in parts)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(8, 20), m=st.integers(8, 20))
def test_the_definitions(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    real, fake = rng.standard_normal((n, 3)), 0.7 * rng.standard_normal((m, 3)) + 0.3
    assert _figures(real, fake) == pytest.approx(_by_loops(real, fake, 3, 5))


def test_who_reaches_a_real_image_alone() -> None:
    rng = np.random.default_rng(4)
    real, fake = rng.standard_normal((30, 3)), rng.standard_normal((25, 3)) + 0.5
    found = manifold.neighbourhoods(real, fake)
    apart = manifold.squared_distances(real, fake)
    (fake_reach,), (real_reach,) = manifold.reaches(fake, (3,)), manifold.reaches(real, (5,))
    for j in range(len(fake)):
        others = np.arange(len(fake)) != j
        recalled = (apart < fake_reach[None])[:, others].any(axis=1)
        covered = (apart < real_reach[:, None])[:, others].any(axis=1)
        assert found.recalled_alone[j] == found.recalled.sum() - recalled.sum()
        assert found.covered_alone[j] == found.covered.sum() - covered.sum()
    assert found.recalled_alone.any()
    assert found.covered_alone.any()


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    real, fake = rng.standard_normal((70, 4)), rng.standard_normal((50, 4))
    whole = _figures(real, fake)
    monkeypatch.setattr(manifold, "_BLOCK", 9)
    assert _figures(real, fake) == whole


def test_a_dropped_mode_costs_recall_and_coverage_alone() -> None:
    rng = np.random.default_rng(0)
    two = np.concatenate([rng.standard_normal((200, 4)), rng.standard_normal((200, 4)) + 12])
    one = rng.standard_normal((400, 4))
    precision, recall, _, coverage = _figures(two, one)
    assert precision > 0.9
    assert recall < 0.55
    assert coverage < 0.55


def test_an_outlier_among_real_images_raises_precision_but_hardly_density() -> None:
    """What density was made for (arXiv 2002.09797, section 3.1)."""
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.standard_normal((300, 4)), [[40.0] * 4]])
    fake = rng.standard_normal((300, 4)) + 15
    precision, _, density, _ = _figures(real, fake)
    assert precision > 0.9
    assert density < 0.25


def test_the_same_images_twice_are_precise_and_covered() -> None:
    real = np.random.default_rng(0).standard_normal((60, 3))
    assert _figures(real, real.copy())[0] == 1.0
    assert _figures(real, real.copy())[3] == 1.0
