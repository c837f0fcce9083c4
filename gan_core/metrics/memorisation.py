"""Whether a generator repeats its training images.

Compares how near generated images come to training images with how near real images that were
held out come to them (Meehan, Chaudhuri and Dasgupta 2020, arXiv 2004.05675).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.metrics.frechet import Features
from gan_core.metrics.manifold import squared_distances

_BLOCK = 1024
CLEAR_Z = -3.0
"""Below this, generated images lie clearly nearer to training images than real ones do."""


@dataclass(frozen=True)
class Memorisation:
    """Distances of generated images to the training set, beside those of held-out images.

    Attributes:
        ratio: the median distance of generated images over that of held-out ones; 1 where they
            lie alike, 0 where training images are repeated.
        z: the Mann-Whitney statistic in standard deviations (C_T of the paper): below −3
            generated images are clearly nearer, far above 0 they are far from everything.
        copies: the share of generated images that lie nearer than 99 % of held-out images do;
            0.01 is what chance gives.
    """

    ratio: float
    z: float
    copies: float


def memorisation(fake: NDArray[np.float64], held_out: NDArray[np.float64]) -> Memorisation:
    """Compare distances to the nearest training image, `[M]` generated and `[N]` held out."""
    usual = float(np.median(held_out))
    ratio = float(np.median(fake)) / usual if usual > 0 else 1.0
    near = np.quantile(held_out, 0.01)
    return Memorisation(ratio, _mann_whitney(fake, held_out), float((fake < near).mean()))


def nearest_distances(images: Features, train: Features) -> NDArray[np.float64]:
    """The distance of each of `[N, F]` to the nearest of `[T, F]`, float64 `[N]`."""
    x, y = np.asarray(images, np.float64), np.asarray(train, np.float64)
    found = np.full(len(x), np.inf)
    for start in range(0, len(y), _BLOCK):
        np.minimum(found, squared_distances(x, y[start : start + _BLOCK]).min(axis=1), out=found)
    nearest: NDArray[np.float64] = np.sqrt(found)
    return nearest


def _mann_whitney(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """U of `a` against `b` in standard deviations; equal values count half."""
    n, m = len(a), len(b)
    order = np.sort(b)
    below = np.searchsorted(order, a, side="left")
    ties = np.searchsorted(order, a, side="right") - below
    u = float((below + ties / 2).sum())
    return (u - n * m / 2) / float(np.sqrt(n * m * (n + m + 1) / 12))
