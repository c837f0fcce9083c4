"""The nearest training images: the right ones, and how unusual their nearness is."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.config import DatasetInfo
from gan_core.data import Dataset, describe, load, prepared
from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.prepare import Options, prepare
from gan_core.errors import BadInputError, DamagedError, NotFoundError
from gan_core.inference import nearest_index
from gan_core.inference.nearest import NearestCache, NearestIndex, as_pixels, nearest_rows
from gan_core.portable.features import Features
from gan_core.runs import classifiers, nearest
from tests.data.own.conftest import png

DIGITS = describe("digits").info


@pytest.fixture(scope="module")
def digits(data_dir: Path) -> Dataset:
    return load(DIGITS, data_dir)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Path:
    """The real digits, indexed by their pixels."""
    made = tmp_path_factory.mktemp("runs") / ".nearest" / "digits-pixels"
    nearest_index.make(DIGITS, data_dir, made, None)
    return made


def apart(images: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Root mean square differences, as they are defined."""
    difference = (images.astype(np.float64) - image) / 255
    return np.sqrt((difference**2).mean(axis=(1, 2, 3)))


def test_nearest_by_pixels(folder: Path, digits: Dataset) -> None:
    index = NearestIndex.open(folder, None, None)
    mixed = (digits.train_images[3] // 2 + digits.train_images[8] // 2).astype(np.uint8)
    shifted = np.roll(digits.train_images[40], 1, axis=1)
    for image in (mixed, shifted):
        found = index.nearest_to(image, 8)
        distances = apart(digits.train_images, image)
        np.testing.assert_allclose(found.distances, np.sort(distances)[:8], atol=1e-5)
        rows = np.argsort(distances)[:8]
        np.testing.assert_array_equal(found.images, digits.train_images[rows])
        np.testing.assert_array_equal(found.labels, digits.train_labels[rows])


def test_an_image_that_is_known_by_heart(folder: Path, digits: Dataset) -> None:
    index = NearestIndex.open(folder, None, None)
    found = index.nearest_to(digits.train_images[123], 3)
    np.testing.assert_array_equal(found.images[0], digits.train_images[123])
    assert found.distances[0] == pytest.approx(0, abs=1e-6)
    assert found.closer_than_share < 0.01
    noise = np.random.default_rng(0).integers(0, 256, DIGITS.image_shape).astype(np.uint8)
    assert index.nearest_to(noise, 3).closer_than_share == 1


def test_without_held_out_images_each_is_compared_with_the_others(
    folder: Path, digits: Dataset
) -> None:
    card = nearest.read_card(folder)
    assert (card.num_images, card.num_held_out, card.are_held_out) == (5000, 1000, False)
    index = NearestIndex.open(folder, None, None)
    some = np.linspace(0, 4999, 1000).astype(int)[::100]
    expected = []
    for row in some:
        distances = apart(digits.train_images, digits.train_images[row])
        distances[row] = np.inf
        expected.append(distances.min())
    typical = index.nearest_to(digits.train_images[0], 1).typical
    assert min(expected) < typical < max(expected)
    off = np.abs(index._held_out[:, np.newaxis] - expected).min(axis=0)
    np.testing.assert_allclose(off, 0, atol=1e-4)


def test_by_a_classifiers_features(tmp_path: Path, data_dir: Path, digits: Dataset) -> None:
    features = Features.open(classifiers.folder_of(tmp_path, DIGITS))
    folder = nearest.folder_of(tmp_path, DIGITS, nearest.best_measure(tmp_path, DIGITS))
    nearest_index.make(DIGITS, data_dir, folder, features)
    index = NearestCache().get(tmp_path, DIGITS, "classifier", None)
    found = index.nearest_to(digits.train_images[7], 4)
    np.testing.assert_array_equal(found.images[0], digits.train_images[7])
    assert found.distances[0] < 0.01
    assert 0.05 < found.typical < 1, "two images at random are 1 apart"
    with pytest.raises(DamagedError):
        NearestIndex.open(folder, None, None)


def test_own_pictures_are_not_kept_twice(tmp_path: Path) -> None:
    source = tmp_path / "pictures"
    source.mkdir()
    for i in range(12):
        (source / f"{i}.png").write_bytes(png(i, size=(28, 28), mode="L"))
    options = Options(sizes=(28,), fit="crop", channels=1, title="noise")
    sets = tmp_path / "sets"
    own_dir = sets / prepare(source, sets, options, UPLOAD, lambda *_: None)
    own = prepared.open_set(own_dir)
    folder = nearest.folder_of(tmp_path, own.info, "pixels")
    nearest_index.make(own.info, tmp_path, folder, None, own_dir)
    assert not (folder / nearest.IMAGES).exists()
    index = NearestIndex.open(folder, None, own_dir)
    found = index.nearest_to(np.asarray(own.images()[5]), 2)
    np.testing.assert_array_equal(found.images[0], own.images()[5])
    assert found.labels is None
    shutil.rmtree(own_dir)
    with pytest.raises(NotFoundError):
        NearestIndex.open(folder, None, own_dir)


def test_refusals(folder: Path, tmp_path: Path, digits: Dataset) -> None:
    index = NearestIndex.open(folder, None, None)
    with pytest.raises(BadInputError, match="28"):
        index.nearest_to(np.zeros((32, 32, 3), np.uint8), 3)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / nearest.CODES).write_bytes(b"\x93NUMPY")
    with pytest.raises(DamagedError):
        NearestIndex.open(copy, None, None)


def test_very_large_sets_are_thinned(monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> None:
    monkeypatch.setattr(nearest_index, "_MOST_BYTES", 1000 * 28 * 28)
    assert nearest_index.chosen_rows(digits, keep_all=False).tolist() == list(range(0, 5000, 5))
    assert len(nearest_index.chosen_rows(digits, keep_all=True)) == 5000
    info = DatasetInfo(name="x", num_train=1, num_test=0, image_size=28, channels=1, num_classes=0)
    alone = Dataset(
        info=info,
        train_images=digits.train_images[:1],
        train_labels=None,
        test_images=digits.train_images[:0],
        test_labels=None,
    )
    with pytest.raises(BadInputError, match="at least 2"):
        nearest_index.chosen_rows(alone, keep_all=False)


@given(st.integers(2, 30), st.integers(1, 30), st.integers(0, 99))
def test_axes_are_orthonormal_and_keep_what_they_can(num: int, width: int, seed: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((num, width)).astype(np.float32)
    centred = rows - rows.mean(axis=0)
    axes = nearest_index.principal_axes(centred, 5)
    np.testing.assert_allclose(axes.T @ axes, np.eye(axes.shape[1]), atol=1e-4)
    kept = np.square(centred @ axes).sum()
    lengths = np.linalg.svd(centred, compute_uv=False)[:5]
    assert kept == pytest.approx(np.square(lengths).sum(), rel=1e-3)


@given(st.integers(1, 300), st.integers(1, 60), st.integers(0, 99))
def test_the_nearest_codes_in_parts(num: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.standard_normal((num, 4)).astype(np.float16)
    wanted = rng.standard_normal((3, 4)).astype(np.float32)
    found = nearest_rows(codes, wanted, count, rows_at_once=64)
    for rows, code in zip(found, wanted, strict=True):
        distances = np.linalg.norm(codes.astype(np.float32) - code, axis=1)
        best = np.sort(distances)[:count]
        np.testing.assert_allclose(np.sort(distances[rows]), best, rtol=1e-3, atol=1e-5)
        assert len(set(rows.tolist())) == len(rows)


def test_pixels_as_rows() -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 5, 5, 3)).astype(np.uint8)
    rows = as_pixels(images)
    np.testing.assert_allclose(
        np.linalg.norm(rows - rows[0], axis=1), apart(images, images[0]), atol=1e-6
    )
