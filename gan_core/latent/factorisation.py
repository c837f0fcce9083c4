"""Closed-form factorisation: the directions that a generator's first layer stretches most.

The first layer is linear, `y = A z + b`. A step n changes its answer by `A n`, whatever z is; the
unit vectors for which this is longest are the eigenvectors of `Aᵀ A`, without any training.

Source: Y. Shen and B. Zhou, "Closed-form factorization of latent semantics in GANs",
arXiv:2007.06600, 2020, equations 4 to 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gan_core.latent.principal import MAX_DIRECTIONS, Directions, with_fixed_signs
from gan_core.latent.sampling import check_points


def first_layer_directions(kernel: ArrayLike, count: int = MAX_DIRECTIONS) -> Directions:
    """The eigenvectors of `Aᵀ A`, the largest eigenvalue first.

    Args:
        kernel: `[Z, D]`, the transpose of A: how Dense layers store it.
        count: how many at most; there are never more than Z or D.

    Returns:
        Unit vectors, and each eigenvalue's share of their sum.

    Raises:
        BadInputError: not such an array, or numbers that are not finite.
    """
    rows = np.asarray(kernel, np.float64)
    check_points("kernel", rows.astype(np.float32), 2)
    values, vectors = np.linalg.eigh(rows @ rows.T)
    values = np.maximum(values, 0.0)
    if values.sum() == 0.0:
        return Directions(np.empty((0, len(rows))), np.empty(0))
    first = np.argsort(values)[::-1][: min(count, *rows.shape)]
    return Directions(with_fixed_signs(vectors[:, first].T), values[first] / values.sum())
