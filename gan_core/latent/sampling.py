"""Latents drawn by seed: the same seed gives the same points everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import BadInputError
from gan_core.text import N_

Floats = NDArray[np.float32]

MAX_COUNT = 10_000
MAX_LATENT_SIZE = 100_000


def sample_latents(seed: int, count: int, latent_size: int) -> Floats:
    """Draw `count` latents from the standard normal distribution.

    What seed s means is part of the program's contract: row i is row i of
    `numpy.random.default_rng(s).standard_normal((count, latent_size))`.

    Args:
        seed: 0 or more.
        count: 1 to 10 000.
        latent_size: numbers in one latent.

    Returns:
        float32 `[count, latent_size]`.

    Raises:
        BadInputError: a value out of bounds; `field` names it.
    """
    if seed < 0:
        raise BadInputError(
            N_("The seed must be 0 or more; given {given}."), field="seed", given=seed
        )
    check_whole("count", count, 1, MAX_COUNT)
    check_whole("latent_size", latent_size, 1, MAX_LATENT_SIZE)
    drawn = np.random.default_rng(seed).standard_normal((count, latent_size))
    return drawn.astype(np.float32)


def latents_in_parts(seed: int, latent_size: int, count: int, at_once: int) -> Iterator[Floats]:
    """The rows of `sample_latents(seed, count, latent_size)`, `at_once` at a time.

    Raises:
        BadInputError: as there.
    """
    sample_latents(seed, 1, latent_size)  # the same refusals
    check_whole("count", count, 1, MAX_COUNT)
    rng = np.random.default_rng(seed)
    for start in range(0, count, at_once):
        rows = min(at_once, count - start)
        yield rng.standard_normal((rows, latent_size)).astype(np.float32)


def zero_latent(latent_size: int) -> Floats:
    """The origin, the mean of all latents: float32 zeros `[1, latent_size]`."""
    check_whole("latent_size", latent_size, 1, MAX_LATENT_SIZE)
    return np.zeros((1, latent_size), np.float32)


def check_whole(field: str, given: int, low: int, high: int) -> None:
    """Refuse a whole number outside `low` to `high`, naming the field.

    Raises:
        BadInputError: out of bounds.
    """
    if not low <= given <= high:
        raise BadInputError(
            N_("Allowed is {low} to {high}; given {given}."),
            field=field,
            low=low,
            high=high,
            given=given,
        )


def check_points(field: str, points: Floats, num_axes: int) -> None:
    """Refuse an array of the wrong number of axes, an empty one, or one that is not finite.

    Raises:
        BadInputError: not such an array.
    """
    if points.ndim != num_axes or points.size == 0:
        raise BadInputError(
            N_("An array with {axes} filled axes is needed; given shape {shape}."),
            field=field,
            axes=num_axes,
            shape=points.shape,
        )
    if not np.isfinite(points).all():
        raise BadInputError(N_("All numbers must be finite."), field=field)
