"""Precision, recall, density and coverage, by nearest neighbours in features.

Improved precision and recall: Kynkäänniemi et al. 2019, arXiv 1904.06991 (k = 3).
Density and coverage: Naeem et al. 2020, arXiv 2002.09797 (k = 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.metrics.frechet import Features

NEAREST_PR, NEAREST_DC = 3, 5
_BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """For each image, by which others it is reached; what the four figures are means of.

    Attributes:
        precise: of each generated image, whether it lies within a real image's reach, bool `[M]`.
        dense: within how many real images' reach it lies, divided by k, float64 `[M]`.
        recalled: of each real image, whether it lies within a generated image's reach, bool `[N]`.
        covered: whether a generated image lies within its own reach, bool `[N]`.
        recalled_alone, covered_alone: of each generated image, how many real ones would not be
            recalled, or covered, without it, int64 `[M]`; the others' reach taken as it is.
    """

    precise: NDArray[np.bool_]
    dense: NDArray[np.float64]
    recalled: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    recalled_alone: NDArray[np.int64]
    covered_alone: NDArray[np.int64]


def neighbourhoods(
    real: Features, fake: Features, *, k_pr: int = NEAREST_PR, k_dc: int = NEAREST_DC
) -> Neighbourhoods:
    """Who reaches whom; an image's reach is the distance of its k-th nearest of its own kind.

    Args:
        real, fake: features `[N, F]` and `[M, F]`, more than `k_dc` of each.
        k_pr: k of precision and recall.
        k_dc: k of density and coverage.
    """
    x, y = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    real_pr, real_dc = reaches(x, (k_pr, k_dc))
    (fake_pr,) = reaches(y, (k_pr,))
    precise = np.zeros(len(y), np.bool_)
    dense = np.zeros(len(y))
    recalled, covered = np.zeros(len(x), np.bool_), np.zeros(len(x), np.bool_)
    recalled_alone, covered_alone = np.zeros(len(y), np.int64), np.zeros(len(y), np.int64)
    for start in range(0, len(x), _BLOCK):
        part = slice(start, start + _BLOCK)
        apart = squared_distances(x[part], y)
        precise |= (apart < real_pr[part, None]).any(axis=0)
        covers, recalls = apart < real_dc[part, None], apart < fake_pr[None]
        dense += covers.sum(axis=0) / k_dc
        recalled[part], covered[part] = recalls.any(axis=1), covers.any(axis=1)
        recalled_alone += _alone(recalls)
        covered_alone += _alone(covers)
    return Neighbourhoods(precise, dense, recalled, covered, recalled_alone, covered_alone)


def _alone(hits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """In how many rows of bool `[N, M]` each column is the only one, `[M]`."""
    rows = hits[hits.sum(axis=1) == 1]
    return np.bincount(rows.argmax(axis=1), minlength=hits.shape[1])


def reaches(x: NDArray[np.float64], ks: tuple[int, ...]) -> list[NDArray[np.float64]]:
    """Squared distances to the k-th nearest other element, `[N]` for each k."""
    found = np.empty((len(x), len(ks)))
    for start in range(0, len(x), _BLOCK):
        part = slice(start, start + _BLOCK)
        apart = squared_distances(x[part], x)
        rows = np.arange(len(apart))
        apart[rows, start + rows] = -1.0  # itself comes first, whatever rounding says
        found[part] = np.partition(apart, ks, axis=1)[:, ks]
    return [np.ascontiguousarray(column) for column in found.T]


def squared_distances(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """`[N, M]`, never negative."""
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1)[None]
    apart: NDArray[np.float64] = np.maximum(squares - 2 * x @ y.T, 0.0)
    return apart
