"""The Fréchet distance of two sets of features (FID; Heusel et al. 2017, arXiv 1706.08500)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """What the distance knows of a set: mean `[F]` and unbiased covariance `[F, F]`, float64."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def fitted(features: Features) -> Gaussian:
    """The Gaussian of features `[N, F]`, N ≥ 2."""
    values = np.asarray(features, np.float64)
    mean = values.mean(axis=0)
    centred = values - mean
    return Gaussian(mean, centred.T @ centred / (len(values) - 1))


def distance(a: Gaussian, b: Gaussian) -> float:
    """`|μa − μb|² + tr(A + B − 2 (A½ B A½)½)`: the squared 2-Wasserstein distance of two Gaussians.

    `A½ B A½` has the eigenvalues of `A B`, and is symmetric: its root needs no complex numbers
    and no correction of a singular product, unlike that of `A B` itself.
    """
    root = _root(a.covariance)
    inner = root @ b.covariance @ root
    eigenvalues = np.linalg.eigvalsh((inner + inner.T) / 2)
    shared = np.sqrt(np.maximum(eigenvalues, 0.0)).sum()
    shift = ((a.mean - b.mean) ** 2).sum()
    spread = np.trace(a.covariance) + np.trace(b.covariance) - 2 * shared
    return float(max(shift + spread, 0.0))


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric square root; eigenvalues that rounding made negative count as 0."""
    eigenvalues, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.maximum(eigenvalues, 0.0))) @ vectors.T
    return root
