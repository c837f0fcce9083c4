"""A metric log in few numbers, kept up to date as it grows.

A live page asks at every tick, so each value is looked at once: of the newest window all values
are kept, of the past the means of equally many records, at most a few dozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gan_core.config import Frozen
from gan_core.metrics.collapse import MIN_RECORDS, WINDOW_STEPS
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import Doubles, PieceReader

MAX_PAST = 64
_DIGITS = 5
_NOT_CURVES = {"step", "epoch", "elapsed_s", "images_per_s"}
_NOTHING = np.empty((2, 0))


class Curve(Frozen):
    """One column of a metric log; values that are not finite are left out.

    Attributes:
        steps, values: of the newest window: `WINDOW_STEPS`, and `MIN_RECORDS` at least.
        past_steps, past: means of equally many records from the first to nearly the newest one,
            each with the step of its last record.
        num: how many values there are in all.
        lowest_step: of the lowest value of all.
        num_since_lowest: how many came after it.
    """

    steps: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    past_steps: tuple[int, ...] = ()
    past: tuple[float, ...] = ()
    num: int = 0
    lowest_step: int = 0
    num_since_lowest: int = 0

    @property
    def lasts(self) -> bool:
        """Whether the newest window is full, so that a sign in all of it is no accident."""
        if len(self.steps) < MIN_RECORDS:
            return False
        return self.steps[-1] - self.steps[0] >= 0.9 * WINDOW_STEPS

    @property
    def usual(self) -> float:
        """The median of the newest window; NaN where there is none."""
        return float(np.median(self.values)) if self.values else float("nan")

    def share(self, low: float, high: float) -> float:
        """The share of the newest window's values from `low` to `high`."""
        if not self.values:
            return 0.0
        values = np.array(self.values)
        return float(((values >= low) & (values <= high)).mean())

    def swings(self, low: float, high: float, smoothing: int = 3) -> int:
        """How often the newest window goes from below `low` to above `high` or back.

        Args:
            low, high: what counts as down and as up.
            smoothing: of so many neighbours the mean is taken, so that no single batch counts.
        """
        values = np.convolve(self.values, np.full(smoothing, 1 / smoothing), "valid")
        sides = [value > high for value in values.tolist() if not low <= value <= high]
        return sum(one != other for one, other in pairwise(sides))


class CurveKeeper:
    """A curve while it grows: columns of steps and values, `[2, N]`."""

    def __init__(self) -> None:
        self._recent = _NOTHING
        self._past = _NOTHING
        self._waiting = _NOTHING
        self._size = 1  # records in a mean
        self._num = 0
        self._lowest = (np.inf, 0, 0)  # value, step, how many there were with it

    def extend(self, steps: Doubles, values: Doubles) -> None:
        """Add the values `[N]` of rising steps `[N]`."""
        known = np.isfinite(values)
        added = np.stack([steps[known], values[known]])
        if not added.shape[1]:
            return
        self._note_lowest(added)
        self._num += added.shape[1]
        recent = np.concatenate([self._recent, added], axis=1)
        num_fresh = int((recent[0] >= recent[0, -1] - WINDOW_STEPS).sum())
        self._recent = recent[:, -max(num_fresh, MIN_RECORDS) :]
        self._waiting = np.concatenate([self._waiting, added], axis=1)
        self._settle()

    def _note_lowest(self, added: Doubles) -> None:
        at = int(added[1].argmin())
        if added[1, at] < self._lowest[0]:
            self._lowest = (float(added[1, at]), int(added[0, at]), self._num + at + 1)

    def _settle(self) -> None:
        """Turn what waits into means; where they become too many, two become one."""
        while (num := self._waiting.shape[1] // self._size) > 0:
            taken = self._waiting[:, : min(num, MAX_PAST) * self._size]
            self._waiting = self._waiting[:, taken.shape[1] :]
            self._past = np.concatenate([self._past, _means(taken, self._size)], axis=1)
            while self._past.shape[1] > MAX_PAST:
                self._halve()

    def _halve(self) -> None:
        num_even = self._past.shape[1] // 2 * 2
        odd = np.repeat(self._past[:, num_even:], self._size, axis=1)
        self._waiting = np.concatenate([odd, self._waiting], axis=1)
        self._past = _means(self._past[:, :num_even], 2)
        self._size *= 2

    def curve(self) -> Curve:
        """The curve as it is now."""
        return Curve(
            steps=_whole(self._recent[0]),
            values=_short(self._recent[1]),
            past_steps=_whole(self._past[0]),
            past=_short(self._past[1]),
            num=self._num,
            lowest_step=self._lowest[1],
            num_since_lowest=self._num - self._lowest[2],
        )


class Curves:
    """All the columns of a growing log."""

    def __init__(self) -> None:
        self._keepers: dict[str, CurveKeeper] = {}
        self._made: dict[str, Curve] | None = {}

    def extend(self, columns: Mapping[str, NDArray[np.float64]]) -> None:
        """Add records, by column, "step" among them."""
        for key, values in columns.items():
            if key not in _NOT_CURVES:
                self._keepers.setdefault(key, CurveKeeper()).extend(columns["step"], values)
        self._made = None

    def get(self) -> dict[str, Curve]:
        """The curves by key; the same values until there are new records."""
        if self._made is None:
            self._made = {key: keeper.curve() for key, keeper in self._keepers.items()}
        return self._made


def read_curves(paths: RunPaths, until: int | None = None) -> Curves:
    """The curves of a whole log, or of its records up to a step."""
    reader, curves, more = PieceReader(paths.metrics), Curves(), True
    while more:
        piece = reader.read()
        more = piece.more
        if piece.anew:
            curves = Curves()
        if piece.num_records:
            columns = piece.columns
            kept = columns["step"] <= (np.inf if until is None else until)
            curves.extend({key: values[kept] for key, values in columns.items()})
    return curves


def _means(pairs: Doubles, size: int) -> Doubles:
    """Means of `size` neighbours each, with the step of the last: `[2, N]` to `[2, N / size]`."""
    return np.stack([pairs[0, size - 1 :: size], pairs[1].reshape(-1, size).mean(axis=1)])


def _whole(values: Doubles) -> tuple[int, ...]:
    return tuple(map(int, values.tolist()))


def _short(values: Doubles) -> tuple[float, ...]:
    return tuple(float(f"{value:.{_DIGITS}g}") for value in values.tolist())
