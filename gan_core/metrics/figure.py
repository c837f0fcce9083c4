"""A figure with the interval that chance alone would let it move in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gan_core.evaluation import Figure

CONFIDENCE = 0.95

Rows = NDArray[np.int64]


def of_samples(values: Sequence[float] | NDArray[np.float64], value: float | None = None) -> Figure:
    """A figure whose interval holds the middle 95 % of repeated measurements.

    Args:
        values: the measurements.
        value: the figure itself; their mean unless given.
    """
    low, high = _middle(np.asarray(values, np.float64))
    return Figure(value=float(np.mean(values) if value is None else value), low=low, high=high)


def bootstrapped(
    measure: Callable[[Rows], float],
    num: int,
    rng: np.random.Generator,
    *,
    num_times: int = 40,
    lowest: float = -np.inf,
    highest: float = np.inf,
) -> Figure:
    """A figure of `num` images, and how far it moves when they are drawn again.

    Images that are drawn twice bias distances between distributions upwards, so the interval is
    the spread of the redrawn values about their own mean, laid around the value itself
    (the centred bootstrap; Efron and Tibshirani 1993, ch. 12).

    Args:
        measure: the figure of the images at these positions, int64 `[num]`.
        num: how many images there are.
        rng: draws the positions.
        num_times: how often they are redrawn.
        lowest, highest: what the figure can be at all.
    """
    value = measure(np.arange(num))
    redrawn = np.array([measure(rng.integers(0, num, num)) for _ in range(num_times)])
    low, high = _middle(redrawn - redrawn.mean())
    return Figure(
        value=value,
        low=float(max(lowest, value + low)),
        high=float(min(highest, value + high)),
    )


def _middle(values: NDArray[np.float64]) -> tuple[float, float]:
    outside = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(values, [outside, 100 - outside])
    return float(low), float(high)
