"""Long series made short enough to send, without losing what the eye would see.

Reduced with MinMaxLTTB (Van Der Donckt et al., "MinMaxLTTB: leveraging MinMax-preselection to
scale LTTB", arXiv:2305.00332), which keeps peaks, in the implementation of its authors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tsdownsample import MinMaxLTTBDownsampler

from gan_core.errors import BadInputError
from gan_core.text import N_

Doubles = NDArray[np.float64]
Indices = NDArray[np.intp]

MIN_POINTS = 4
_FEWEST_FOR_THE_SAMPLER = 3  # with fewer the library panics


def reduce_series(x: ArrayLike, y: ArrayLike, max_points: int = 500) -> tuple[Doubles, Doubles]:
    """At most `max_points` of the points of a series, chosen so that it looks the same.

    The first and the last point are always among them. A stretch of values that are not finite
    becomes one point with y NaN, a gap in the line; where there are very many such stretches,
    the longest keep their gaps (at most a quarter of the points).

    Args:
        x: `[N]`, increasing. Points are shared out by position in the series, not by x: logged
            steps are equally spaced.
        y: `[N]`, NaN and infinity welcome.
        max_points: 4 or more.

    Returns:
        x and y, float64 `[M]`, M at most `max_points`.

    Raises:
        BadInputError: x and y differ in length, or `max_points` is too small.
    """
    xs, ys = _finite_or_nan(x), _finite_or_nan(y)
    if xs.shape != ys.shape or xs.ndim != 1:
        raise BadInputError(
            N_("x and y must be equally long; given shapes {x} and {y}."),
            field="y",
            x=xs.shape,
            y=ys.shape,
        )
    kept = _kept_points(ys, max_points)
    return xs[kept], ys[kept]


def smooth(y: ArrayLike, weight: float) -> Doubles:
    """Debiased exponential moving average, as TensorBoard draws it.

    `m_n = w m_(n-1) + (1 - w) y_n`, divided by `1 - w^n` so that the start is not drawn towards
    zero (Kingma and Ba, "Adam", arXiv:1412.6980, section 3). Values that are not finite stay
    gaps and leave the average as it was.

    Args:
        y: `[N]`.
        weight: 0 (no smoothing) to below 1.

    Returns:
        float64 `[N]`.

    Raises:
        BadInputError: the weight is out of bounds.
    """
    if not 0 <= weight < 1:
        raise BadInputError(
            N_("The weight must be from 0 to below 1; given {given}."),
            field="weight",
            given=weight,
        )
    average, bias = 0.0, 1.0
    smoothed: list[float] = []
    for value in _finite_or_nan(y).tolist():
        if math.isnan(value):
            smoothed.append(value)
            continue
        average = weight * average + (1.0 - weight) * value
        bias *= weight
        smoothed.append(average / (1.0 - bias))
    return np.array(smoothed, np.float64)


def curve_payload(
    columns: Mapping[str, Sequence[float]],
    keys: Sequence[str],
    max_points: int = 500,
    smoothing: float = 0.0,
) -> dict[str, dict[str, list[Any]]]:
    """What a page sends to draw curves: small, ready for JSON, equal for every viewer.

    Args:
        columns: the metric log, "step" among its columns; a column may be longer than another
            by the line being written just now.
        keys: the columns to draw; one that the log does not have gives an empty curve.
        max_points: see `reduce_series`.
        smoothing: the weight of `smooth`; above 0 each curve carries "smooth" as well, taken
            from the whole series and then reduced to the same points.

    Returns:
        `{key: {"x": [...], "y": [...]}}`; x exact, y to 5 significant digits, None for a gap.

    Raises:
        BadInputError: see `reduce_series` and `smooth`.
    """
    steps = columns.get("step", [])
    payload: dict[str, dict[str, list[Any]]] = {}
    for key in keys:
        xs, ys = measured_points(steps, columns.get(key, []))
        kept = _kept_points(ys, max_points)
        curve: dict[str, list[Any]] = {
            "x": [_exact(xs[index]) for index in kept.tolist()],
            "y": [_short(value) for value in ys[kept].tolist()],
        }
        if smoothing > 0:
            curve["smooth"] = [_short(value) for value in smooth(ys, smoothing)[kept].tolist()]
        payload[key] = curve
    return payload


def measured_points(
    steps: Sequence[float], values: Sequence[float]
) -> tuple[Sequence[float], Doubles]:
    """The steps and values of one column, as long as both are.

    Where less than half of the lines have a value, it is measured only now and then, at the end
    of an epoch, say: then the others are no gaps, and only the measured ones remain.
    """
    length = min(len(steps), len(values))
    ys = _finite_or_nan(values[:length])
    known = np.flatnonzero(~np.isnan(ys))
    if 0 < len(known) < length / 2:
        return [steps[index] for index in known.tolist()], ys[known]
    return steps[:length], ys


def _kept_points(ys: Doubles, max_points: int) -> Indices:
    """The positions, in order, of the points that stand for all of `ys` `[N]`."""
    if max_points < MIN_POINTS:
        raise BadInputError(
            N_("At least {low} points are needed; given {given}."),
            field="max_points",
            low=MIN_POINTS,
            given=max_points,
        )
    if len(ys) <= max_points:
        return np.arange(len(ys))
    finite = np.flatnonzero(~np.isnan(ys))
    gaps = _gap_marks(ys, max_points // 4)
    room = max_points - len(gaps)
    if len(finite) > room:
        # Positions stand in for x: with x given, buckets are cut by its value, and where one
        # is empty, as after a jump, the library returns too few points or panics.
        if room < _FEWEST_FOR_THE_SAMPLER:
            finite = finite[np.linspace(0, len(finite) - 1, room).astype(np.intp)]
        else:
            sampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
            finite = finite[sampler.downsample(ys[finite], n_out=room)]
    kept: Indices = np.union1d(finite, gaps)
    return kept


def _gap_marks(ys: Doubles, max_marks: int) -> Indices:
    """One position for each run of NaN; both ends of the series where they are NaN."""
    padded = np.concatenate(([False], np.isnan(ys), [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    begins, ends = edges[::2], edges[1::2]
    last = len(ys) - 1
    outer = [end for end in (0, last) if padded[end + 1]]
    inside = (begins > 0) & (ends <= last)
    begins, lengths = begins[inside], (ends - begins)[inside]
    longest = np.argsort(-lengths, kind="stable")[: max(max_marks - len(outer), 0)]
    return np.union1d(begins[longest], np.array(outer, np.intp)).astype(np.intp)


def _finite_or_nan(values: ArrayLike) -> Doubles:
    numbers = np.asarray(values, np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _exact(number: float) -> int | float:
    """A step as JSON should say it: 50, not 50.0."""
    return int(number) if float(number).is_integer() else float(number)


def _short(number: float) -> float | None:
    """5 significant digits, far finer than a pixel; JSON has no NaN."""
    return None if math.isnan(number) else float(f"{number:.5g}")
