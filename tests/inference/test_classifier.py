"""A classifier names images as its network does, or says why it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan_core.config import DatasetInfo
from gan_core.errors import BadInputError, DamagedError
from gan_core.inference.classifier import Classifier, ClassifierCache
from gan_core.runs import classifiers
from tests import classifier_by_hand as by_hand

INFO = DatasetInfo(name="signs", num_train=90, num_test=10, image_size=6, channels=3, num_classes=4)


def images(num: int, seed: int = 0):
    return np.random.default_rng(seed).integers(0, 256, (num, *INFO.image_shape)).astype(np.uint8)


@pytest.mark.parametrize("num", [1, 9, 300])
def test_labels_and_confidences(tmp_path: Path, num: int) -> None:
    found = Classifier.open(by_hand.seal(tmp_path, INFO))
    labels, confidences = found.classify(images(num))
    assert (labels.shape, confidences.shape, confidences.dtype) == ((num,), (num,), np.float32)
    logits = by_hand.logits(images(num), by_hand.matrix(INFO)).astype(np.float64)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(labels, chances.argmax(axis=1))
    np.testing.assert_allclose(confidences, chances.max(axis=1), atol=1e-4)
    assert found.card.class_names == ("0", "1", "2", "3")


def test_a_very_sure_classifier_stays_finite(tmp_path: Path) -> None:
    found = Classifier.open(by_hand.seal(tmp_path, INFO))
    extreme = np.full((1, *INFO.image_shape), 255, np.uint8)
    extreme[0, :3] = 0
    assert np.isfinite(found.classify(extreme)[1]).all()


@pytest.mark.parametrize("shape", [(1, 6, 6, 1), (6, 6, 3), (1, 8, 8, 3)])
def test_images_of_another_shape(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInputError, match="takes \\(N, 6, 6, 3\\)"):
        Classifier.open(by_hand.seal(tmp_path, INFO)).classify(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("name", [classifiers.MODEL, classifiers.GOLDEN, classifiers.CARD])
@pytest.mark.parametrize("how", ["flip", "remove"])
def test_damage_is_noticed(tmp_path: Path, name: str, how: str) -> None:
    path = by_hand.seal(tmp_path, INFO) / name
    if how == "remove":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(DamagedError, match=name):
        Classifier.open(path.parent)


def test_one_that_answers_otherwise(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="differs from its golden answers"):
        Classifier.open(by_hand.seal(tmp_path, INFO, golden_seed=1))


def test_golden_answers_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="golden"):
        Classifier.open(by_hand.seal(tmp_path, INFO, without=classifiers.GOLDEN))


def test_the_cache_finds_what_is_there_and_what_was_made_anew(tmp_path: Path) -> None:
    cache = ClassifierCache(max_entries=1)
    assert cache.get(tmp_path, INFO) is None
    by_hand.seal(tmp_path, INFO)
    first = cache.get(tmp_path, INFO)
    assert first is not None
    assert cache.get(tmp_path, INFO) is first
    by_hand.seal(tmp_path, INFO, seed=3)
    assert cache.get(tmp_path, INFO) is not first
    other = INFO.model_copy(update={"name": "others"})
    by_hand.seal(tmp_path, other)
    assert cache.get(tmp_path, other) is not None


def test_one_class_needs_no_classifier(tmp_path: Path) -> None:
    alone = INFO.model_copy(update={"num_classes": 1})
    assert ClassifierCache().get(tmp_path, alone) is None
