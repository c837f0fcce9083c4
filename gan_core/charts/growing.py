"""A curve that grows for days and stays a few hundred points, its past unmoved.

A page that watches a run needs the whole curve once and then what is new. So values are put into
buckets of equal counts, of which only the lowest and the highest are kept (as in M4, Jugel et
al., "M4: a visualization-oriented time series data aggregation", VLDB 2014, and in the first half
of MinMaxLTTB, see `reduce`): a bucket that is full never changes, each value is looked at once,
and a peak is never lost. When there are too many buckets, each two neighbours become one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import BadInputError
from gan_core.text import N_

Doubles = NDArray[np.float64]

MIN_POINTS = 16
DIGITS = 5
_NO_GAP = np.nan

# A bucket is a row of these: its lowest and its highest value with their steps; and the longest
# stretch of records without a value before one of its own: where it began, and its length.
_LOW, _LOW_AT, _HIGH, _HIGH_AT, _GAP_AT, _GAP_LENGTH = range(6)
_WIDTH = 6


class GrowingCurve:
    """One column of a metric log, reduced as it grows."""

    def __init__(self, max_points: int = 700) -> None:
        """Make an empty curve.

        Args:
            max_points: 16 or more; a quarter of them are for gaps.

        Raises:
            BadInputError: too few points.
        """
        if max_points < MIN_POINTS:
            raise BadInputError(
                N_("At least {low} points are needed; given {given}."),
                field="max_points",
                low=MIN_POINTS,
                given=max_points,
            )
        self._max_gaps = max_points // 4
        self._max_buckets = (max_points - self._max_gaps - 3) // 2
        self._buckets = np.empty((0, _WIDTH))
        self._size = 1  # values in a full bucket
        self._fill = 0  # values in the last one
        self._num_records = 0
        self._num_values = 0
        self._first: tuple[float, float] | None = None
        self._newest: tuple[float, float] | None = None
        self._gap: tuple[float, int] | None = None  # records without a value since the newest one
        # The points of all buckets but the last, and what they were drawn for.
        self._drawn: tuple[object, tuple[list[float], list[float | None]]] | None = None

    def extend(self, steps: Doubles, values: Doubles) -> None:
        """Add records.

        Args:
            steps: `[N]`, rising, and above those before.
            values: `[N]`; what is not finite was not measured, or is no number any more.
        """
        known = np.flatnonzero(np.isfinite(values))
        gap_at, gap_length = self._gaps_before(steps, known)
        self._num_records += len(steps)
        self._num_values += len(known)
        if not len(known):
            return
        at, short = steps[known], short_numbers(values[known])
        if self._first is None:
            self._first = (float(at[0]), float(short[0]))
        self._newest = (float(at[-1]), float(short[-1]))
        self._put(np.stack([short, at, short, at, gap_at, gap_length], axis=1))

    def _gaps_before(self, steps: Doubles, known: NDArray[np.intp]) -> tuple[Doubles, Doubles]:
        """Step and length of the stretch without a value that ends at each known one `[K]`."""
        before = np.concatenate(([-1], known))
        lengths = np.diff(before) - 1.0
        begins = np.where(lengths > 0, steps[np.minimum(before[:-1] + 1, len(steps) - 1)], _NO_GAP)
        if self._gap is not None and len(known):
            begins[0], lengths[0] = self._gap[0], lengths[0] + self._gap[1]
        num_after = len(steps) - 1 - int(before[-1])
        if len(known):
            self._gap = (float(steps[-num_after]), num_after) if num_after else None
        elif num_after:
            begun, length = self._gap or (float(steps[0]), 0)
            self._gap = (begun, length + num_after)
        return begins, lengths

    def _put(self, rows: Doubles) -> None:
        """Put buckets of one value each, `[K, 6]`, where they belong."""
        while len(rows):
            room = self._size - self._fill if len(self._buckets) else 0
            if room:
                taken = rows[:room]
                self._buckets[-1] = _joined(np.concatenate([self._buckets[-1:], taken]))
                self._fill += len(taken)
                rows = rows[room:]
                continue
            num = min(len(rows) // self._size, self._max_buckets)
            if num:
                taken, rows = rows[: num * self._size], rows[num * self._size :]
                self._fill = self._size
            else:
                taken, rows, num = rows, rows[:0], 1
                self._fill = len(taken)
            self._buckets = np.concatenate([self._buckets, _joined_each(taken, num)])
            while len(self._buckets) > self._max_buckets:
                self._halve()

    def _halve(self) -> None:
        """Join each two neighbours; where one is left over, it becomes the last, half full."""
        even = len(self._buckets) // 2 * 2
        joined = _joined_each(self._buckets[:even], even // 2)
        if even == len(self._buckets):
            self._fill += self._size
        self._buckets = np.concatenate([joined, self._buckets[even:]])
        self._size *= 2

    def points(self) -> tuple[list[float], list[float | None]]:
        """Steps and values to draw, in order; `None` where the line is broken.

        The first and the newest value are among them. Where less than half of the records have a
        value, it is measured only now and then, at the end of an epoch, say, and nothing is
        missing between.
        """
        if self._first is None or self._newest is None:
            return [], []
        has_gaps = 2 * self._num_values >= self._num_records
        key = (len(self._buckets), self._size, has_gaps)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, self._drawn_part(self._buckets[:-1], [self._first], has_gaps))
        steps, values = self._drawn[1]
        more_steps, more_values = self._drawn_part(self._buckets[-1:], [self._newest], has_gaps)
        num_twice = bool(steps) and more_steps[0] == steps[-1]
        return steps + more_steps[num_twice:], values + more_values[num_twice:]

    def _drawn_part(
        self, buckets: Doubles, ends: list[tuple[float, float]], has_gaps: bool
    ) -> tuple[list[float], list[float | None]]:
        """Some buckets and the first or the newest value, each step once and in order."""
        lows, highs = buckets[:, [_LOW_AT, _LOW]], buckets[:, [_HIGH_AT, _HIGH]]
        marks = np.concatenate([np.array(ends), lows, highs, self._breaks(buckets, has_gaps)])
        _, once = np.unique(marks[:, 0], return_index=True)
        drawn = marks[once]
        values = [None if value != value else value for value in drawn[:, 1].tolist()]
        return _whole(drawn[:, 0]), values

    def _breaks(self, buckets: Doubles, has_gaps: bool) -> Doubles:
        """Where the line is broken, `[B, 2]` with NaN as value: at the longest gaps."""
        gaps = buckets[buckets[:, _GAP_LENGTH] > 0] if has_gaps else buckets[:0]
        longest = np.argsort(-gaps[:, _GAP_LENGTH], kind="stable")[: self._max_gaps]
        begins = gaps[longest, _GAP_AT]
        if self._first is not None:
            begins = begins[begins > self._first[0]]
        return np.stack([begins, np.full(len(begins), np.nan)], axis=1)


def short_numbers(values: Doubles) -> Doubles:
    """Finite numbers `[N]` to 5 significant digits, far finer than a pixel."""
    sizes = np.abs(values)
    exponents = np.floor(np.log10(np.where(sizes > 0, sizes, 1.0)))
    places = np.clip(DIGITS - 1 - exponents, -300, 300)
    # Divided by, not multiplied with, a power of ten: so 0.3 stays 0.3 and is sent as that.
    fine = np.round(values * 10.0 ** np.maximum(places, 0)) / 10.0 ** np.maximum(places, 0)
    coarse = np.round(values / 10.0 ** np.maximum(-places, 0)) * 10.0 ** np.maximum(-places, 0)
    short: Doubles = np.where(places >= 0, fine, coarse)
    return short


def _joined_each(rows: Doubles, num: int) -> Doubles:
    """`num` buckets `[num, 6]` of as many rows each."""
    groups = rows.reshape(num, -1, _WIDTH)
    index = np.arange(num)
    low, high = groups[:, :, _LOW].argmin(axis=1), groups[:, :, _HIGH].argmax(axis=1)
    gap = groups[:, :, _GAP_LENGTH].argmax(axis=1)
    made = np.empty((num, _WIDTH))
    made[:, [_LOW, _LOW_AT]] = groups[index, low][:, [_LOW, _LOW_AT]]
    made[:, [_HIGH, _HIGH_AT]] = groups[index, high][:, [_HIGH, _HIGH_AT]]
    made[:, [_GAP_AT, _GAP_LENGTH]] = groups[index, gap][:, [_GAP_AT, _GAP_LENGTH]]
    return made


def _joined(rows: Doubles) -> Doubles:
    joined: Doubles = _joined_each(rows, 1)[0]
    return joined


def _whole(steps: Doubles) -> list[Any]:
    """Steps as JSON should say them: 50, not 50.0."""
    return [int(step) if step.is_integer() else step for step in steps.tolist()]
