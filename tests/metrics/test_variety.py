"""Features and variety of images, on made-up and on real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import data
from gan_core.metrics.variety import features, variety


@given(st.integers(7, 40), st.integers(7, 40), st.sampled_from([1, 3]))
def test_features_are_means_of_cells(height: int, width: int, channels: int) -> None:
    images = np.full((2, height, width, channels), 9, np.uint8)
    images[1] = 200
    found = features(images)
    assert found.shape == (2, 49 * channels)
    np.testing.assert_allclose(found[0], 9, rtol=1e-6)
    np.testing.assert_allclose(found[1], 200, rtol=1e-6)


def test_one_cell_by_hand() -> None:
    image = np.zeros((1, 14, 14, 1), np.uint8)
    image[0, :2, 2:4, 0] = [[4, 8], [12, 16]]
    found = features(image)[0]
    assert found[1] == 10
    assert found.sum() == 10


def test_equal_images_have_no_variety() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1, 28, 28, 1), np.uint8)
    found = variety(np.repeat(noise, 20, axis=0))
    assert found.between == pytest.approx(0, abs=0.5)
    assert found.within > 60
    assert variety(np.full((20, 28, 28, 1), 77, np.uint8)).within == 0
    assert variety(noise).between == 0


def test_distances_by_hand() -> None:
    images = np.stack([np.full((7, 7, 1), value, np.uint8) for value in (0, 10, 40)])
    assert variety(images).between == pytest.approx((10 + 40 + 30) / 3, rel=1e-4)


def test_digits_differ_more_than_one_digit(tmp_path: Path) -> None:
    loaded = data.load(data.describe("digits").info, tmp_path)
    assert loaded.train_labels is not None
    all_kinds = variety(loaded.train_images[::40])
    ones = variety(loaded.train_images[loaded.train_labels == 1][:125])
    assert ones.between < 0.8 * all_kinds.between
