"""Concept vectors: the difference between the mean code of images with a property and without it.

Added to any code, such a vector adds the property: a moustache, a smile, a slant. How well it
tells the two groups apart is measured on codes that had no part in making it.

Sources: A. Larsen et al., "Autoencoding beyond pixels using a learned similarity metric",
arXiv:1512.09300, 2016 (attribute vectors of means); T. White, "Sampling generative networks",
arXiv:1609.04468, 2016 (telling classes apart along such a vector).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.errors import BadInputError
from gan_core.latent.sampling import Floats, check_points
from gan_core.text import N_

MIN_TO_TEST = 4
"""Codes that each group needs before its separability can be measured."""

_Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Concept:
    """A direction and how far it can be trusted.

    Attributes:
        vector: mean of the codes with the property minus mean of those without, float32 `[Z]`.
        mean_with, mean_without: the two means, float32 `[Z]`.
        separability: see `separability`; `None` where a group is too small to tell.
        num_with, num_without: how many codes it was made from.
    """

    vector: Floats
    mean_with: Floats
    mean_without: Floats
    separability: float | None
    num_with: int
    num_without: int

    @property
    def halfway(self) -> Floats:
        """The point midway between the two means, float32 `[Z]`."""
        return between(self.mean_with, self.mean_without)


def concept(with_codes: ArrayLike, without_codes: ArrayLike) -> Concept:
    """The concept vector of two groups of codes.

    Args:
        with_codes: `[N, Z]`, codes of images with the property.
        without_codes: `[M, Z]`, codes of images without it.

    Raises:
        BadInputError: an empty group, codes of two sizes, or numbers that are not finite.
    """
    with_, without = _checked(with_codes, without_codes)
    mean_with, mean_without = with_.mean(axis=0), without.mean(axis=0)
    enough = min(len(with_), len(without)) >= MIN_TO_TEST
    return Concept(
        vector=(mean_with - mean_without).astype(np.float32),
        mean_with=mean_with.astype(np.float32),
        mean_without=mean_without.astype(np.float32),
        separability=separability(with_, without) if enough else None,
        num_with=len(with_),
        num_without=len(without),
    )


def separability(with_codes: ArrayLike, without_codes: ArrayLike) -> float:
    """How surely the direction tells codes that it has not seen.

    Each group is dealt out in two halves, every second code. The direction of one half ranks the
    codes of the other, and the other way round; the figure is the mean of both. It is the share
    of pairs, one code with the property and one without, in which the one with it lies further
    along (the area under the ROC curve): 1 is perfect, 0.5 is what chance gives.

    Args:
        with_codes: `[N, Z]`, at least two.
        without_codes: `[M, Z]`, at least two.

    Raises:
        BadInputError: fewer than two codes in a group, or as in `concept`.
    """
    with_, without = _checked(with_codes, without_codes)
    if min(len(with_), len(without)) < 2:
        raise BadInputError(
            N_("two images with and two without are needed at least; given {num} and {other}."),
            field="codes",
            num=len(with_),
            other=len(without),
        )
    figures = []
    for learnt, held_out in ((0, 1), (1, 0)):
        direction = with_[learnt::2].mean(axis=0) - without[learnt::2].mean(axis=0)
        figures.append(area(with_[held_out::2] @ direction, without[held_out::2] @ direction))
    return float(np.mean(figures))


def area(high: ArrayLike, low: ArrayLike) -> float:
    """The share of pairs in which `high` `[N]` is larger than `low` `[M]`; ties count half."""
    above, below = np.asarray(high, np.float64), np.sort(np.asarray(low, np.float64))
    wins = np.searchsorted(below, above, "left")
    ties = np.searchsorted(below, above, "right") - wins
    return float((wins + 0.5 * ties).sum() / (len(above) * len(below)))


def add(codes: ArrayLike, vector: ArrayLike, strength: float) -> Floats:
    """Codes `[N, Z]` or `[Z]` moved along a vector `[Z]`; float32.

    Raises:
        BadInputError: sizes that do not fit, or numbers that are not finite.
    """
    points, direction = np.asarray(codes, np.float64), np.asarray(vector, np.float64)
    check_points("codes", np.atleast_2d(points).astype(np.float32), 2)
    check_points("vector", direction.astype(np.float32), 1)
    if points.shape[-1] != direction.size:
        raise _sizes_differ(points.shape[-1], direction.size)
    if not np.isfinite(strength):
        raise BadInputError(N_("the strength must be a finite number."), field="strength")
    return (points + strength * direction).astype(np.float32)


def between(a: ArrayLike, b: ArrayLike, share: float = 0.5) -> Floats:
    """The point on the straight way from `a` to `b` `[Z]`, halfway unless said otherwise."""
    start, end = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return ((1.0 - share) * start + share * end).astype(np.float32)


def _checked(with_codes: ArrayLike, without_codes: ArrayLike) -> tuple[_Doubles, _Doubles]:
    groups = []
    for field, given in (("with", with_codes), ("without", without_codes)):
        codes = np.asarray(given, np.float64)
        check_points(field, codes.astype(np.float32), 2)
        groups.append(codes)
    if groups[0].shape[1] != groups[1].shape[1]:
        raise _sizes_differ(groups[0].shape[1], groups[1].shape[1])
    return groups[0], groups[1]


def _sizes_differ(one: int, other: int) -> BadInputError:
    return BadInputError(
        N_("codes of one size are needed; given {one} and {other} numbers."),
        field="codes",
        one=one,
        other=other,
    )
