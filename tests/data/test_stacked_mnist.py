from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.data.stacked_mnist import picked
from gan_core.errors import NotFoundError
from gan_core.metrics.modes import stacked_labels


@pytest.fixture(scope="module")
def stacked(data_dir: Path) -> data.Dataset:
    return data.load(data.describe("stacked-mnist").info, data_dir)


def test_each_channel_is_a_digit_of_the_same_split(stacked: data.Dataset, data_dir: Path) -> None:
    grey = data.load(data.describe("mnist").info, data_dir)
    assert stacked.train_images.shape == (60_000, 28, 28, 3)
    assert stacked.test_images.shape == (10_000, 28, 28, 3)
    splits = (
        (stacked.train_images, stacked.train_labels, grey.train_images, grey.train_labels),
        (stacked.test_images, stacked.test_labels, grey.test_images, grey.test_labels),
    )
    for images, labels, grey_images, digits in splits:
        assert labels is not None
        assert digits is not None
        known = {image.tobytes(): digit for image, digit in zip(grey_images, digits, strict=True)}
        some = images[::997]
        found = [[known[image[..., c].tobytes()] for c in range(3)] for image in some]
        np.testing.assert_array_equal(stacked_labels(np.array(found)), labels[::997])


def test_all_thousand_kinds_are_there(stacked: data.Dataset) -> None:
    assert stacked.train_labels is not None
    counts = np.bincount(stacked.train_labels, minlength=1000)
    assert len(counts) == 1000
    assert counts.min() >= 30
    assert counts.max() <= 110
    assert [stacked.info.class_names[i] for i in (0, 42, 999)] == ["000", "042", "999"]


def test_it_is_the_same_for_ever(stacked: data.Dataset) -> None:
    assert picked(60_000, 1000)[:2].tolist() == [[50671, 40909, 54416], [34171, 24083, 49247]]
    assert stacked.train_labels is not None
    assert stacked.train_labels[:5].tolist() == [311, 312, 738, 599, 397]


def test_it_needs_mnists_files_alone(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "mnist").symlink_to(data_dir / "mnist")
    card = data.describe("stacked-mnist")
    assert card.ready(tmp_path)
    assert data.prepare("stacked-mnist", tmp_path) == card.info
    assert not card.ready(tmp_path / "elsewhere")
    with pytest.raises(NotFoundError, match="`mnist` is not there yet"):
        data.load(card.info, tmp_path / "elsewhere")
