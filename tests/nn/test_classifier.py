"""A classifier learns from one part of the images, and is tested on the other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.config import DatasetInfo
from gan_core.data import Dataset
from gan_core.errors import BadInputError
from gan_core.inference.classifier import Classifier
from gan_core.nn import classifier
from gan_core.runs import classifiers


def labelled(num_train: int, num_test: int, num_classes: int = 3, side: int = 8) -> Dataset:
    """Images whose class is the row that is bright."""
    info = DatasetInfo(
        name="rows",
        num_train=num_train,
        num_test=num_test,
        image_size=side,
        channels=1,
        num_classes=num_classes,
    )
    labels = np.arange(num_train + num_test) % max(num_classes, 1)
    images = np.random.default_rng(0).integers(0, 90, (len(labels), side, side, 1))
    images[np.arange(len(labels)), 2 * labels] += 150
    images = images.astype(np.uint8)
    known = labels if num_classes else None
    return Dataset(
        info=info,
        train_images=images[:num_train],
        train_labels=None if known is None else known[:num_train],
        test_images=images[num_train:],
        test_labels=None if known is None else known[num_train:],
    )


def test_what_is_held_out_is_never_learnt_from() -> None:
    given = labelled(60, 20)
    train, test = classifier.split(given)
    assert (len(train), len(test)) == (60, 20)
    assert test.images is given.test_images
    alone = labelled(60, 0)
    train, test = classifier.split(alone)
    assert (len(train), len(test)) == (54, 6)
    assert not set(train.rows) & set(test.rows)
    assert set(train.rows) | set(test.rows) == set(range(60))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (labelled(60, 20, num_classes=0), "0 classes"),
        (labelled(60, 20, num_classes=1), "1 classes"),
        (labelled(9, 0), "9 images; at least 10"),
    ],
)
def test_what_cannot_be_told_apart(given: Dataset, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        classifier.split(given)


@pytest.mark.parametrize("num_images", [20, 4500, 60_000, 1_000_000])
@pytest.mark.parametrize("side", [28, 128])
def test_training_is_short_and_sees_every_image(num_images: int, side: int) -> None:
    steps = classifier.num_steps(num_images, (side, side, 3))
    passes = steps * classifier.BATCH_SIZE / num_images
    assert passes > 1.9
    assert steps <= 60 * (num_images // classifier.BATCH_SIZE + 1)


def test_batches_pass_over_all_images_and_are_the_same_each_time() -> None:
    found = list(classifier.batches(300, 6))
    assert [len(positions) for positions in found] == [128, 128, 44] * 2
    for epoch in (found[:3], found[3:]):
        assert sorted(np.concatenate(epoch)) == list(range(300))
    again = classifier.batches(300, 6)
    assert all(np.array_equal(one, other) for one, other in zip(found, again, strict=True))


def test_it_learns_and_readers_agree_with_keras(tmp_path: Path) -> None:
    train, test = classifier.split(labelled(900, 120))
    info = labelled(900, 120).info
    told: list[tuple[int, int]] = []
    model = classifier.fit(info, train, progress=lambda *now: told.append(now))
    right = classifier.accuracy(model, test)
    assert right > 0.95
    assert told == sorted(told)
    card = classifiers.Card(
        dataset=info.name,
        class_names=classifiers.class_names(info),
        image_shape=info.image_shape,
        accuracy=right,
        num_train=len(train),
        num_test=len(test),
    )
    classifier.write(model, card, test, tmp_path / "made")
    found = Classifier.open(tmp_path / "made")
    labels, confidences = found.classify(test.images)
    assert (labels == test.labels).mean() == right
    assert ((confidences > 1 / 3) & (confidences <= 1)).all()
    assert found.card == card


def test_convolutions_stop_where_an_image_is_small() -> None:
    for side, size in [(8, 4), (28, 4), (32, 4), (64, 4), (128, 4)]:
        network = classifier.network((side, side, 3), 5)
        (flat,) = (i for i, layer in enumerate(network.layers) if layer.kind == "flatten")
        assert network.shapes()[flat - 1][0] == size, side
        assert network.shapes()[-1] == (5,)


def test_the_process_says_what_it_was_given(tmp_path: Path, data_dir: Path) -> None:
    nothing = tmp_path / "nothing.json"
    words = [str(nothing), str(data_dir), str(tmp_path / "made")]
    assert classifier.main(words) == 2
    nothing.write_text(json.dumps({"name": "mnist"}))
    assert classifier.main(words) == 2
    unlabelled = data.describe("mnist").info.model_copy(update={"num_classes": 1})
    nothing.write_text(json.dumps(unlabelled.model_dump(mode="json")))
    assert classifier.main(words) != 0
    assert not (tmp_path / "made").exists()
