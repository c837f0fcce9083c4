"""Intervals: they hold the value, shrink with more images, and stay where figures can be."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.metrics.figure import bootstrapped, of_samples


def _mean_of(values: np.ndarray) -> object:
    return lambda rows: float(values[rows].mean())


def test_more_images_give_a_narrower_interval() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(4000)
    few = bootstrapped(_mean_of(values[:100]), 100, rng, num_times=200)  # type: ignore[arg-type]
    many = bootstrapped(_mean_of(values), 4000, rng, num_times=200)  # type: ignore[arg-type]
    assert few.low < few.value < few.high
    assert many.high - many.low < 0.3 * (few.high - few.low)
    assert few.high - few.low == pytest.approx(2 * 1.96 / 10, rel=0.3)


def test_shares_stay_shares() -> None:
    found = bootstrapped(lambda rows: 1.0 - 1e-9 * rows[0], 50, np.random.default_rng(0), highest=1)
    assert found.high <= 1


def test_of_repeated_measurements() -> None:
    found = of_samples(np.arange(101.0))
    assert (found.value, found.low, found.high) == pytest.approx((50.0, 2.5, 97.5))
