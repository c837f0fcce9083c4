"""What must hold for real images in the features that runs are measured with.

The long form, with more images and data sets, is `python -m benchmarks.measures`.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_core import data
from gan_core.metrics import frechet, kernel, manifold
from gan_core.metrics.frechet import Features
from gan_core.portable import feature_nets

Images = NDArray[np.uint8]
HALF = 1000


class Digits:
    """Real digits in two halves, and the net that looks at them."""

    def __init__(self, data_dir: Path) -> None:
        info = data.describe("digits").info
        loaded = data.load(info, data_dir)
        assert loaded.train_labels is not None
        rows = np.random.default_rng(0).permutation(len(loaded.train_images))[: 2 * HALF]
        self.look = feature_nets.best_for(data_dir / "none", info)
        self.real = self.look(loaded.train_images[rows[:HALF]]).features
        self.others = loaded.train_images[rows[HALF:]]
        self.labels = loaded.train_labels[rows[HALF:]]
        self.seen = self.look(self.others).features


@pytest.fixture(scope="module")
def digits(data_dir: Path) -> Digits:
    return Digits(data_dir)


def distances(real: Features, fake: Features) -> tuple[float, float]:
    """FID and KID."""
    fid = frechet.distance(frechet.fitted(real), frechet.fitted(fake))
    return fid, kernel.distance(real, fake)


def test_half_against_half(digits: Digits) -> None:
    """The floor falls with the number of images; KID is unbiased; both halves cover each other."""
    few, _ = distances(digits.real[:300], digits.seen[:300])
    many, kid = distances(digits.real, digits.seen)
    assert 0 < many < few
    noisy_kid = distances(digits.real, digits.look(noisy(digits.others, 16)).features)[1]
    assert abs(kid) < noisy_kid / 3
    near = manifold.neighbourhoods(digits.real, digits.seen)
    for found in (near.precise, near.recalled, near.covered):
        assert found.mean() > 0.8
    assert 0.85 < near.dense.mean() < 1.15


def test_noise(digits: Digits) -> None:
    found = [
        distances(digits.real, digits.look(noisy(digits.others, sigma)).features)
        for sigma in (0, 16, 48, 96)
    ]
    for better, worse in pairwise(found):
        assert better[0] < worse[0]
        assert better[1] < worse[1]


def test_dropped_classes(digits: Digits) -> None:
    """Distances rise, recall and coverage fall, and precision does not mind."""
    found, near = [], []
    for num in (10, 7, 4, 1):
        left = digits.seen[digits.labels < num]
        found.append(distances(digits.real, left))
        near.append(manifold.neighbourhoods(digits.real, left))
    for better, worse in pairwise(found):
        assert better[0] < worse[0]
        assert better[1] < worse[1]
    for fuller, emptier in pairwise(near):
        assert fuller.recalled.mean() > emptier.recalled.mean()
        assert fuller.covered.mean() > emptier.covered.mean()
    assert min(one.precise.mean() for one in near) > 0.8


def noisy(images: Images, sigma: float) -> Images:
    """With noise of this standard deviation, in units of brightness."""
    noise = np.random.default_rng(3).standard_normal(images.shape, np.float32)
    return np.clip(np.rint(images + sigma * noise), 0, 255).astype(np.uint8)
