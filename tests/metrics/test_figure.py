"""Intervals: they hold the value, shrink with more images, and stay where figures can be."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.metrics.figure import bootstrapped, jackknifed, of_samples, student


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


def test_students_distribution() -> None:
    """Beside the tables of any textbook."""
    for num_free, expected in ((9, 2.262), (39, 2.023), (199, 1.972), (9999, 1.960)):
        assert student(num_free) == pytest.approx(expected, abs=1e-3)


def test_few_redraws_are_not_sure_of_themselves() -> None:
    """Percentiles of ten values would be narrower than those of many."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal(400)

    def half(num_times: int) -> float:
        measure = _mean_of(values)
        found = bootstrapped(measure, 400, rng, num_times=num_times)  # type: ignore[arg-type]
        return (found.high - found.low) / 2

    few, many = (np.mean([half(num) for _ in range(40)]) for num in (10, 100))
    assert 1.05 * many < few < 1.3 * many


def test_of_independent_measurements() -> None:
    """A mean is surer than what it is the mean of."""
    values = np.random.default_rng(2).standard_normal(10)
    found = of_samples(values)
    half = 2.2622 * values.std(ddof=1) / np.sqrt(10)
    assert (found.low, found.value, found.high) == pytest.approx(
        (values.mean() - half, values.mean(), values.mean() + half), abs=1e-3
    )


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(3).standard_normal(500)
    without = (values.sum() - values) / 499
    found = jackknifed(float(values.mean()), without)
    assert found.high - found.value == pytest.approx(
        1.965 * values.std(ddof=1) / np.sqrt(500), 1e-3
    )
    noisy = jackknifed(float(values.mean()), without, noise=1.0)
    assert noisy.high - noisy.value == pytest.approx(1.965, rel=1e-2)
