"""Which kinds of images there are: classes, stacked digits, and points around known centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Points = NDArray[np.floating]

WITHIN_SIGMAS = 3.0


@dataclass(frozen=True, eq=False)
class Classes:
    """How generated images spread over classes.

    Attributes:
        shares: of each class, float64 `[K]`, adding up to 1.
        num_hit: how many classes have at least one image.
        kl_to_uniform: `KL(shares ‖ uniform)` in nats: 0 where all are equally frequent, log K
            where there is only one.
    """

    shares: NDArray[np.float64]
    num_hit: int
    kl_to_uniform: float

    @property
    def missing(self) -> list[int]:
        """The classes without an image."""
        return [int(label) for label in np.flatnonzero(self.shares == 0)]


def classes(labels: Labels, num_classes: int) -> Classes:
    """Count labels from 0 to `num_classes` − 1, int64 `[N]`, N ≥ 1."""
    shares = np.bincount(labels, minlength=num_classes) / len(labels)
    present = shares[shares > 0]
    kl = float((present * np.log(present * num_classes)).sum())
    return Classes(shares, int((shares > 0).sum()), max(kl, 0.0))


def missing_by_chance(num_classes: int, num_images: int) -> float:
    """How many of equally frequent classes so many images are expected to miss: `K (1 − 1/K)^N`."""
    return float(num_classes * (1 - 1 / num_classes) ** num_images)


def stacked_labels(digits: Labels) -> Labels:
    """The labels 0 … 999 of stacked digits: red hundreds, green tens, blue ones.

    As in Srivastava et al. 2017 (VEEGAN, arXiv 1705.07761), table 2.

    Args:
        digits: of each channel, int64 `[N, 3]`.
    """
    labels: Labels = digits @ np.array([100, 10, 1])
    return labels


def ring(num_modes: int = 8, radius: float = 2.0) -> NDArray[np.float64]:
    """Centres `[num_modes, 2]`, evenly on a circle."""
    angles = 2 * np.pi * np.arange(num_modes) / num_modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid(side: int = 5, spacing: float = 2.0) -> NDArray[np.float64]:
    """Centres `[side², 2]` of a square grid around the origin."""
    places = spacing * (np.arange(side) - (side - 1) / 2)
    x, y = np.meshgrid(places, places)
    return np.stack([x.ravel(), y.ravel()], axis=1)


@dataclass(frozen=True)
class PlaneModes:
    """How points of the plane spread over known centres.

    Attributes:
        num_hit: centres with at least one good point nearest to them.
        quality: the share of good points, within three standard deviations of their centre.
        kl_to_uniform: of the good points' shares; infinite where there is none.
    """

    num_hit: int
    quality: float
    kl_to_uniform: float


def plane_modes(points: Points, centres: Points, sigma: float) -> PlaneModes:
    """Count the modes of a mixture of Gaussians that points hit (VEEGAN, section 4.1).

    Args:
        points: `[N, 2]`, N ≥ 1.
        centres: `[K, 2]`.
        sigma: the standard deviation of each Gaussian.
    """
    apart = np.linalg.norm(points[:, None] - centres[None], axis=2)
    nearest = apart.argmin(axis=1)
    is_good = apart.min(axis=1) <= WITHIN_SIGMAS * sigma
    if not is_good.any():
        return PlaneModes(0, 0.0, float("inf"))
    found = classes(nearest[is_good].astype(np.int64), len(centres))
    return PlaneModes(found.num_hit, float(is_good.mean()), found.kl_to_uniform)
