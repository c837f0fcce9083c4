"""Principal directions of a generator: along which latents its early features change most.

Many latents are drawn, the features that the generator's first block makes of them are collected,
and the principal components of these features are found. Each component is then carried back to
the latents by linear regression: the direction whose steps change the features along it.

Source: E. Härkönen et al., "GANSpace: discovering interpretable GAN controls", arXiv:2004.02546,
2020, section 3.2 (for generators whose latents are not features themselves).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.errors import BadInputError
from gan_core.latent.sampling import MAX_COUNT, check_points, check_whole, sample_latents
from gan_core.text import N_

Doubles = NDArray[np.float64]

MAX_DIRECTIONS = 10
_SEED = 20_20  # any number: the directions of a snapshot shall be the same everywhere
_LEAST_LATENTS = 2000
_LATENTS_PER_DIMENSION = 4
_MOST_DIMENSIONS = MAX_COUNT // 5
_LEAST_TOLD = 0.05
_SPARE = 12  # columns beyond those asked for: they make the iteration converge fast
_MAX_ROUNDS = 20
_STEADY = 5e-4


@dataclass(frozen=True, eq=False)
class Directions:
    """Directions of a latent space, the most telling first.

    Attributes:
        vectors: unit vectors, float64 `[K, Z]`; of each, the largest number is positive.
        shares: how much of all change each stands for, float64 `[K]`, 0 to 1.
    """

    vectors: Doubles
    shares: Doubles


def even_latents(latent_size: int) -> Doubles:
    """Some thousand normal latents whose mean is zero and whose covariance is one, exactly.

    With plain draws the regression would take part of the other directions into each: at a
    hundred dimensions and two thousand draws, a fifth of its length.

    Returns:
        float64 `[N, Z]`, always the same.

    Raises:
        BadInputError: more than 2000 dimensions.
    """
    check_whole("latent_size", latent_size, 1, _MOST_DIMENSIONS)
    count = max(_LEAST_LATENTS, _LATENTS_PER_DIMENSION * latent_size)
    drawn = sample_latents(_SEED, count, latent_size).astype(np.float64)
    drawn -= drawn.mean(axis=0)
    factor = np.linalg.cholesky(drawn.T @ drawn / len(drawn))
    return np.ascontiguousarray(np.linalg.solve(factor, drawn.T).T)


def principal_directions(
    latents: ArrayLike, features: ArrayLike, count: int = MAX_DIRECTIONS
) -> Directions:
    """The principal components of features, carried back to latents.

    Components that no straight way through the latents moves (less than a twentieth of their
    change follows any) are left out: they have no direction.

    Args:
        latents: `[N, Z]`, of mean zero and covariance one, as `even_latents` makes them.
        features: `[N, D]`, what the first block makes of them.
        count: how many directions at most; there are never more than Z or D.

    Raises:
        BadInputError: arrays that do not fit, or numbers that are not finite.
    """
    points, seen = np.asarray(latents, np.float64), np.asarray(features, np.float64)
    check_points("latents", points.astype(np.float32), 2)
    check_points("features", seen.astype(np.float32), 2)
    if len(points) != len(seen):
        raise BadInputError(
            N_("as many features as latents are needed; given {one} and {other}."),
            field="features",
            one=len(seen),
            other=len(points),
        )
    centred = seen - seen.mean(axis=0)
    total = float(np.einsum("nd,nd->", centred, centred))
    num_wanted = min(count, points.shape[1], seen.shape[1])
    if total == 0.0:
        return Directions(np.empty((0, points.shape[1])), np.empty(0))
    scores, energies = _leading_components(centred, points, num_wanted)
    # Uncorrelated columns: each one's regression is its own (equation 3 of the source).
    slopes = scores.T @ points / len(points)
    told = (slopes**2).sum(axis=1) * len(points)
    follows = told > _LEAST_TOLD * energies
    vectors = slopes[follows] / np.linalg.norm(slopes[follows], axis=1, keepdims=True)
    return Directions(with_fixed_signs(vectors), energies[follows] / total)


def _leading_components(centred: Doubles, latents: Doubles, count: int) -> tuple[Doubles, Doubles]:
    """Scores `[N, count]` on the first principal components, and their sums of squares `[count]`.

    Subspace iteration (Halko, Martinsson and Tropp 2011, arXiv:0909.4061, algorithm 4.4). It
    begins with the components of what follows the latents straight, which is nearly the answer.
    """
    straight = latents.T @ centred
    _, turn = np.linalg.eigh(straight @ straight.T)
    basis = straight.T @ turn[:, ::-1][:, : count + _SPARE]
    before = np.zeros(count)
    for _ in range(_MAX_ROUNDS):
        scores = centred @ np.linalg.qr(basis)[0]
        energies, turn = np.linalg.eigh(scores.T @ scores)
        first = np.argsort(energies)[::-1][:count]
        found = np.maximum(energies[first], 0.0)
        if np.abs(found - before).max() <= _STEADY * found[0]:
            break
        before = found
        basis = centred.T @ scores
    return scores @ turn[:, first], found


def with_fixed_signs(vectors: Doubles) -> Doubles:
    """Vectors `[K, Z]`, each turned so that its largest number is positive."""
    if not len(vectors):
        return vectors
    largest = np.abs(vectors).argmax(axis=1)
    signs = np.where(vectors[np.arange(len(vectors)), largest] < 0, -1.0, 1.0)
    return np.asarray(vectors * signs[:, np.newaxis])
