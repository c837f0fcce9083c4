"""Stacked digits are read a colour at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.evaluation import FeatureNet
from gan_core.metrics.evaluate import Seen
from gan_core.metrics.modes import stacked_labels
from gan_core.portable import feature_nets, stacked_net
from gan_core.runs import classifiers
from gan_core.runs.layout import RunPaths
from tests import classifier_by_hand as by_hand

NAMES = data.describe("stacked-mnist").info.class_names


def test_three_answers_make_one_of_a_thousand() -> None:
    rng = np.random.default_rng(0)
    digits = rng.integers(0, 10, (40, 3))
    seen = []
    for channel in digits.T:
        chances = rng.random((40, 10)) * 0.1
        chances[np.arange(40), channel] += 1
        chances /= chances.sum(axis=1, keepdims=True)
        seen.append(Seen(rng.random((40, 5)), chances, tuple("0123456789")))
    found = stacked_net.together(seen, NAMES)
    assert found.features.shape == (40, 15)
    np.testing.assert_array_equal(found.features[:, 5:10], seen[1].features)
    assert found.chances is not None
    np.testing.assert_allclose(found.chances.sum(axis=1), 1)
    np.testing.assert_array_equal(found.chances.argmax(axis=1), stacked_labels(digits))
    assert found.class_names[found.chances[0].argmax()] == "{}{}{}".format(*digits[0])


def test_channels_become_grey_images() -> None:
    images = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    red, green, blue = stacked_net.by_channel(images)
    assert red.shape == (2, 4, 4, 1)
    np.testing.assert_array_equal(np.concatenate([red, green, blue], axis=-1), images)


def test_the_card_says_what_three_answers_are_worth() -> None:
    digits = FeatureNet(
        name="digit features", source="classifier", sha256="0" * 64, size=128, accuracy=0.99
    )
    card = stacked_net.card_of(digits)
    assert (card.name, card.size) == ("stacked digit features", 384)
    assert card.accuracy == pytest.approx(0.99**3)


def test_only_three_channels_are_stacked() -> None:
    info = data.describe("stacked-mnist").info
    assert stacked_net.is_stacked(info)
    assert not stacked_net.is_stacked(info.model_copy(update={"channels": 1}))
    assert not stacked_net.is_stacked(data.describe("mnist").info)
    assert stacked_net.asked(info) == data.describe("mnist").info
    assert stacked_net.asked(info.model_copy(update={"image_size": 32})).image_size == 32
    assert stacked_net.asked(data.describe("digits").info) == data.describe("digits").info


def test_the_net_of_a_run_reads_each_colour(tmp_path: Path) -> None:
    """With a classifier of one matrix in the place of the digits'."""
    digits = data.describe("mnist").info.model_copy(update={"image_size": 32})  # none ships
    by_hand.seal(tmp_path, digits)
    info = data.describe("stacked-mnist", image_size=32).info
    paths = RunPaths(tmp_path / "run")
    paths.root.mkdir()
    images = np.random.default_rng(0).integers(0, 256, (30, 32, 32, 3)).astype(np.uint8)
    expected = stacked_labels(
        np.stack(
            [
                by_hand.logits(images[..., c : c + 1], by_hand.matrix(digits)).argmax(axis=1)
                for c in range(3)
            ],
            axis=1,
        )
    )
    for _ in range(2):  # the second time from the run's own copy
        net = feature_nets.of_run(paths, info)
        seen = net(images)
        assert net.card.name == "stacked mnist features"
        assert seen.features.shape == (30, net.card.size)
        assert seen.chances is not None
        np.testing.assert_array_equal(seen.chances.argmax(axis=1), expected)
        shutil.rmtree(classifiers.home(tmp_path), ignore_errors=True)
