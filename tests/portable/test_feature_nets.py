"""Whose features measure a run's images: chosen once, kept with the run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.config import DatasetInfo
from gan_core.metrics import modes
from gan_core.portable import feature_nets, random_features
from gan_core.portable.feature_nets import Net
from gan_core.runs import classifiers, shipped
from gan_core.runs.layout import RunPaths
from tests import classifier_by_hand as by_hand

INFO = DatasetInfo(name="x", num_train=9, num_test=1, image_size=8, channels=1, num_classes=3)
IMAGES = np.random.default_rng(2).integers(0, 256, (300, 8, 8, 1)).astype(np.uint8)


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    found = RunPaths(tmp_path / "run")
    found.root.mkdir()
    return found


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (32, 32, 3), (128, 128, 3)])
def test_random_features_of_any_shape_never_change(shape: tuple[int, int, int]) -> None:
    assert random_features.model(shape) == random_features.model(shape)
    net = Net.of_random(shape)
    assert net.card == Net.of_random(shape).card
    images = np.random.default_rng(0).integers(0, 256, (3, *shape)).astype(np.uint8)
    found = net(images)
    assert found.features.shape == (3, net.card.size)
    assert found.features.dtype == np.float32
    assert found.chances is None
    assert 0.01 < found.features.std() < 10, "neither fading nor growing from layer to layer"


def test_parts_are_seen_as_the_whole() -> None:
    net = Net.of_random((8, 8, 1))
    parts = [net(IMAGES[:7]).features, net(IMAGES[7:]).features]
    np.testing.assert_allclose(np.concatenate(parts), net(IMAGES).features, rtol=1e-4, atol=1e-5)


def test_a_classifier_gives_features_and_chances(tmp_path: Path) -> None:
    folder = by_hand.seal(tmp_path, INFO)
    found = Net.of_classifier(folder, INFO)
    seen = found(IMAGES)
    assert found.card.accuracy == by_hand.ACCURACY
    assert found.card.name == "x features"
    assert seen.features.shape == (300, 64)
    assert seen.class_names == classifiers.class_names(INFO)
    assert seen.chances is not None
    np.testing.assert_allclose(seen.chances.sum(axis=1), 1, rtol=1e-5)
    logits = by_hand.logits(IMAGES, by_hand.matrix(INFO))
    np.testing.assert_array_equal(seen.chances.argmax(axis=1), logits.argmax(axis=1))


def test_the_choice_stands_for_the_whole_run(paths: RunPaths) -> None:
    assert feature_nets.of_run(paths, INFO).card.source == "random"
    by_hand.seal(paths.root.parent, INFO)
    assert feature_nets.of_run(paths, INFO).card.source == "random"
    other = RunPaths(paths.root.parent / "other")
    other.root.mkdir()
    chosen = feature_nets.of_run(other, INFO).card
    assert chosen.source == "classifier"
    shutil.rmtree(classifiers.home(paths.root.parent))
    assert feature_nets.of_run(other, INFO).card == chosen, "the run has a copy"


@pytest.mark.parametrize(
    ("dataset", "name", "num_classes"),
    [
        ("digits", "digit features", 10),
        ("mnist", "digit features", 10),
        ("fashion-mnist", "fashion features", 10),
        ("cifar10", "CIFAR-10 features", 10),
        ("cifar10:automobile", "CIFAR-10 features", 0),
        ("cifar10:cat,dog", "CIFAR-10 features", 2),
        ("stacked-mnist", "stacked digit features", 1000),
    ],
)
def test_built_in_sets_have_a_classifier_that_ships(
    tmp_path: Path, dataset: str, name: str, num_classes: int
) -> None:
    info = data.describe(dataset).info
    net = feature_nets.best_for(tmp_path, info)
    assert net.card.name == name
    assert net.card.size == (384 if dataset == "stacked-mnist" else 128)
    images = np.random.default_rng(0).integers(0, 256, (5, *info.image_shape)).astype(np.uint8)
    seen = net(images)
    assert len(seen.class_names) == num_classes
    assert seen.chances is None or seen.chances.shape == (5, num_classes)


@pytest.mark.parametrize(
    ("folder", "least"), [("digits", 0.99), ("fashion", 0.88), ("cifar10", 0.65)]
)
def test_what_ships_is_whole_small_and_good(folder: str, least: float) -> None:
    from gan_core.inference.classifier import Classifier

    found = Classifier.open(shipped.FOLDER / folder)  # checksums and golden answers
    assert found.card.accuracy >= least
    assert found.card.num_test == 10_000
    size = sum(file.stat().st_size for file in (shipped.FOLDER / folder).iterdir())
    assert size < 1_700_000


def test_stacked_digits_are_counted_by_channel(tmp_path: Path, data_dir: Path) -> None:
    digits = data.load(data.describe("digits").info, data_dir)
    rows = np.random.default_rng(0).integers(0, 5000, (200, 3))
    images = digits.train_images[rows][..., 0].transpose(0, 2, 3, 1)
    seen = feature_nets.best_for(tmp_path, data.describe("stacked-mnist").info)(images)
    assert digits.train_labels is not None
    expected = modes.stacked_labels(digits.train_labels[rows])
    assert seen.chances is not None
    labels = seen.chances.argmax(axis=1)
    assert (labels == expected).mean() > 0.95
    assert seen.class_names[labels[0]] == f"{labels[0]:03}"


def test_it_names_digits_that_it_was_not_tested_on(data_dir: Path) -> None:
    from gan_core.inference.classifier import Classifier

    digits = data.load(data.describe("digits").info, data_dir)
    rows = np.arange(0, 5000, 10)
    labels, _ = Classifier.open(shipped.FOLDER / "digits").classify(digits.train_images[rows])
    assert digits.train_labels is not None
    assert (labels == digits.train_labels[rows]).mean() > 0.99
