"""A figure with its 95 % interval: how far chance alone moves it.

Of 100 repetitions with other images, about 95 such intervals hold what the figure is on average;
`python -m benchmarks.measures` counts them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gan_core.evaluation import Figure

CONFIDENCE = 0.95

Rows = NDArray[np.int64]


def of_samples(values: Sequence[float] | NDArray[np.float64]) -> Figure:
    """The mean of independent measurements, at least two: Student's interval."""
    measured = np.asarray(values, np.float64)
    error = float(measured.std(ddof=1)) / np.sqrt(len(measured))
    return _around(float(measured.mean()), error, len(measured))


def jackknifed(
    value: float,
    without: NDArray[np.float64],
    *,
    noise: float = 0.0,
    lowest: float = -np.inf,
    highest: float = np.inf,
) -> Figure:
    """A figure of images, by what it would be without each of them (Efron and Stein 1981).

    Args:
        value: of all images.
        without: the figure without each of them, `[N]`; what they have in common may be left out.
        noise: the standard error of what else is random about the value.
        lowest, highest: what the figure can be at all.
    """
    num = len(without)
    variance = (num - 1) ** 2 / num * float(without.var(ddof=1))
    return _around(value, float(np.sqrt(variance + noise**2)), num, lowest, highest)


def bootstrapped(
    measure: Callable[[Rows], float],
    num: int,
    rng: np.random.Generator,
    *,
    num_times: int = 40,
    value: float | None = None,
    lowest: float = -np.inf,
    highest: float = np.inf,
) -> Figure:
    """A figure of `num` images, and how far it moves when they are drawn again.

    Images that are drawn twice bias distances between distributions upwards, so the redrawn
    values tell the standard error alone, and the interval lies around the value itself (Efron and
    Tibshirani 1993, ch. 13). Percentiles of so few redrawn values would be too near each other.

    Args:
        measure: the figure of the images at these positions, int64 `[num]`.
        num: how many images there are.
        rng: draws the positions.
        num_times: how often they are redrawn.
        value: of all images, where `measure` redraws something itself.
        lowest, highest: what the figure can be at all.
    """
    whole = measure(np.arange(num)) if value is None else value
    redrawn = np.array([measure(rng.integers(0, num, num)) for _ in range(num_times)])
    return _around(whole, float(redrawn.std(ddof=1)), num_times, lowest, highest)


def _around(
    value: float, error: float, num: int, lowest: float = -np.inf, highest: float = np.inf
) -> Figure:
    """The interval of a standard error that was found from `num` numbers."""
    half = student(num - 1) * error
    return Figure(
        value=value,
        low=float(max(lowest, value - half)),
        high=float(min(highest, value + half)),
    )


def student(num_free: int) -> float:
    """How many standard errors from the mean 95 % of Student's distribution ends.

    The expansion in 1 / ν (Abramowitz and Stegun 26.7.5); right to 0.001 from 9 degrees on.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return math.fsum(term / float(num_free) ** power for power, term in enumerate(terms))
