"""Points around a latent, and a plane through it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.errors import BadInputError
from gan_core.latent.sampling import Floats, check_points, check_whole, sample_latents
from gan_core.text import N_

MAX_GRID_SIZE = 100


def neighbours(z: ArrayLike, count: int, radius: float, seed: int) -> Floats:
    """Points at distance `radius` from `z`, in random directions, with the norm of `z`.

    The norm is kept because latents lie near a sphere (see `interpolation`): a random step
    nearly always leads outwards, and pictures from far outside look alike and wrong for a
    reason that has nothing to do with being a neighbour of `z`. So `z` is turned towards a
    random direction until it is `radius` away. Where the sphere is too small for that, as around
    the zero latent, the step is taken straight: `z` plus `radius` in a random direction.

    Args:
        z: the latent `[Z]`.
        count: 1 to 10 000.
        radius: distance, above 0. Half of sqrt(Z) shows relatives, sqrt(2 Z) strangers.
        seed: the same seed gives the same directions; the first n of more are the same points.

    Returns:
        float32 `[count, Z]`.

    Raises:
        BadInputError: a value out of bounds; `field` names it.
    """
    centre = np.asarray(z, np.float64)
    check_points("z", centre.astype(np.float32), 1)
    check_positive("radius", radius)
    drawn = sample_latents(seed, count, centre.size).astype(np.float64)
    norm = float(np.linalg.norm(centre))
    if centre.size == 1 or radius > 2.0 * norm:
        return (centre + radius * _unit(drawn)).astype(np.float32)
    direction = centre / norm
    sideways = _unit(drawn - np.outer(drawn @ direction, direction))
    # The chord of an angle is 2 |z| sin(angle / 2).
    angle = 2.0 * math.asin(radius / (2.0 * norm))
    return (math.cos(angle) * centre + math.sin(angle) * norm * sideways).astype(np.float32)


def grid_plane(z: ArrayLike, u: ArrayLike, v: ArrayLike, extent: float, size: int) -> Floats:
    """A square grid of the plane through `z` along `u` and `v`, row by row.

    Rows run from the top, `z + extent v`, to the bottom, `z - extent v`; within a row `u` runs
    from left to right, from `-extent` to `extent`. With an odd size the middle is `z` itself;
    with size 1 it is all there is. `u` and `v` are taken as they are, neither scaled nor made
    perpendicular, so that a direction keeps its unit.

    Args:
        z, u, v: `[Z]`.
        extent: how far to go, in lengths of `u` and `v`; above 0.
        size: points along each side, 1 to 100.

    Returns:
        float32 `[size * size, Z]`.

    Raises:
        BadInputError: a value out of bounds; `field` names it.
    """
    centre = np.asarray(z, np.float64)
    across, up = np.asarray(u, np.float64), np.asarray(v, np.float64)
    for field, vector in (("z", centre), ("u", across), ("v", up)):
        check_points(field, vector.astype(np.float32), 1)
        if vector.shape != centre.shape:
            raise BadInputError(
                N_("A vector of {size} numbers is needed; given {given}."),
                field=field,
                size=centre.size,
                given=vector.size,
            )
    check_positive("extent", extent)
    check_whole("size", size, 1, MAX_GRID_SIZE)
    # Built from whole numbers, so that the middle is exactly 0 and the sides mirror each other.
    offsets = extent * np.arange(1 - size, size, 2) / max(size - 1, 1)
    rows = np.multiply.outer(-offsets, up)[:, np.newaxis, :]
    columns = np.multiply.outer(offsets, across)[np.newaxis, :, :]
    return (centre + rows + columns).reshape(size * size, centre.size).astype(np.float32)


def check_positive(field: str, given: float) -> None:
    """Refuse a number that is not finite and above 0.

    Raises:
        BadInputError: not such a number.
    """
    if not (math.isfinite(given) and given > 0):
        raise BadInputError(
            N_("A finite number above 0 is needed; given {given}."), field=field, given=given
        )


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row of `[N, Z]` at length 1."""
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
