"""What a sample sheet shows beside the real images, measured when it is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_core.evaluation import SheetFigures
from gan_core.metrics.variety import features, variety

NUM_REAL = 256
"""Real images that sheets are compared with."""

MOST_BY_HEART = 1000
"""Training images beyond which none is looked for on a sheet."""

_CELLS = 14  # fine enough to tell two drawings of the same digit apart
_DIGITS = 4
_SMALLEST = 1e-6


class SheetMeter:
    """Measures one sheet after another."""

    def __init__(self, real_images: NDArray[np.uint8]) -> None:
        """Look at the training images, uint8 `[N, H, W, C]`; of many at the first few."""
        self._real = variety(np.asarray(real_images[:NUM_REAL]))
        self._known: NDArray[np.float32] | None = None
        self._usual = 0.0
        if 2 <= len(real_images) <= MOST_BY_HEART:
            self._known = features(np.asarray(real_images), _CELLS)
            apart = _distances(self._known, self._known)
            np.fill_diagonal(apart, np.inf)
            self._usual = float(np.median(apart.min(axis=1)))
        self._before: NDArray[np.float32] | None = None
        self._newest: tuple[int, SheetFigures] | None = None

    def measure(self, step: int, images: NDArray[np.uint8]) -> SheetFigures:
        """The figures of a sheet's images, uint8 `[N, H, W, C]`.

        A run's last sheet is drawn once more when it ends: nothing has moved since, and that
        must not be told.
        """
        if self._newest is None or self._newest[0] != step:
            self._newest = (step, self._measured(images))
        return self._newest[1]

    def recall(self, step: int, images: NDArray[np.uint8], figures: SheetFigures | None) -> None:
        """Go on after a sheet that was measured in an earlier life of the run."""
        self._before = features(images)
        if figures is not None:
            self._newest = (step, figures)

    def _measured(self, images: NDArray[np.uint8]) -> SheetFigures:
        seen, found = variety(images), features(images)
        figures = SheetFigures(
            within=_share(seen.within, self._real.within),
            between=_share(seen.between, self._real.between),
            moved=self._moved(found),
            nearest=self._nearest(images),
        )
        self._before = found
        return figures

    def _moved(self, found: NDArray[np.float32]) -> float | None:
        if self._before is None or self._before.shape != found.shape:
            return None
        apart = np.sqrt(((found - self._before) ** 2).mean(axis=1))
        return _share(float(apart.mean()), self._real.between)

    def _nearest(self, images: NDArray[np.uint8]) -> float | None:
        if self._known is None:
            return None
        apart = _distances(features(images, _CELLS), self._known)
        return _share(float(np.median(apart.min(axis=1))), self._usual)


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each of `[N, F]` to each of `[M, F]`."""
    square = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T
    apart: NDArray[np.float32] = np.sqrt(np.maximum(square, 0.0))
    return apart


def _share(value: float, of: float) -> float:
    return round(value / max(of, _SMALLEST), _DIGITS)
