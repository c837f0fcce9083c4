"""What an evaluation looks at: which real images, and the images of which latents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.data import Dataset

FEWEST_HELD_OUT = 100
"""Fewer say little about a distribution; then training images are compared with."""

LATENTS_SEED = 1_000_003
"""Of every evaluation, so that runs and snapshots are compared on the same points."""

Kind = Literal["held-out", "training"]


@dataclass(frozen=True, eq=False)
class Reals:
    """Real images uint8 `[N, H, W, C]`, and whether they were held out of training."""

    images: NDArray[np.uint8]
    kind: Kind


def pick(dataset: Dataset, count: int) -> Reals:
    """At most `count` real images: of those held out, where there are enough of them."""
    kind: Kind = "held-out" if len(dataset.test_images) >= FEWEST_HELD_OUT else "training"
    images = dataset.test_images if kind == "held-out" else dataset.train_images
    return Reals(spread(images, count), kind)


def spread(images: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """At most `count` of them, evenly spread: some data sets are sorted by class."""
    rows = np.linspace(0, len(images) - 1, min(count, len(images))).astype(np.int64)
    return np.asarray(images[rows])
