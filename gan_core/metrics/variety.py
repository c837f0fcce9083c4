"""How much a set of images says, and how much its images differ; NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CELLS = 7


@dataclass(frozen=True)
class Variety:
    """Two figures of a set of images, in units of brightness, 0 to 255.

    Attributes:
        within: the median over images of the standard deviation of their pixels: near 0 where
            images are blank.
        between: the mean distance of two images in their features, per feature: near 0 where
            all are alike.
    """

    within: float
    between: float


def features(images: NDArray[np.uint8], cells: int = _CELLS) -> NDArray[np.float32]:
    """Images `[N, H, W, C]` as mean brightness of 7×7 cells, float32 `[N, 49 C]`.

    Coarse on purpose: what differs in a few pixels looks the same to people too.
    """
    num, height, width, channels = images.shape
    rows = np.linspace(0, height, cells + 1).astype(int)[:-1]
    columns = np.linspace(0, width, cells + 1).astype(int)[:-1]
    sums = np.add.reduceat(images.astype(np.float32), rows, axis=1)
    sums = np.add.reduceat(sums, columns, axis=2)
    heights = np.diff([*rows, height])[:, None]
    widths = np.diff([*columns, width])[None, :]
    means = sums / (heights * widths)[None, :, :, None].astype(np.float32)
    return np.asarray(means.reshape(num, -1)[:, : cells * cells * channels], np.float32)


def variety(images: NDArray[np.uint8]) -> Variety:
    """The variety of images uint8 `[N, H, W, C]`; of fewer than two, `between` is 0."""
    within = float(np.median(images.std(axis=(1, 2)).mean(axis=-1)))
    found = features(images)
    num = len(found)
    if num < 2:
        return Variety(within=within, between=0.0)
    square = (found**2).sum(axis=1)
    distances = np.sqrt(np.maximum(square[:, None] + square[None] - 2 * found @ found.T, 0.0))
    mean = float(distances.sum() / (num * (num - 1)))
    return Variety(within=within, between=mean / float(np.sqrt(found.shape[1])))
