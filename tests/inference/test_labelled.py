"""Images of one class: the first among a seed's latents, in their order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gan_core.config import DatasetInfo
from gan_core.errors import GanCoreError
from gan_core.inference.classifier import Classifier
from gan_core.inference.engine import SnapshotEngine
from gan_core.inference.labelled import draw_labelled
from gan_core.latent.sampling import latents_in_parts, sample_latents
from gan_core.runs.layout import RunPaths
from tests import classifier_by_hand as by_hand
from tests.inference.conftest import LATENT_SIZE, SIDE, Tiny

INFO = DatasetInfo(name="tiny", num_train=9, num_test=1, image_size=SIDE, channels=1, num_classes=3)


@pytest.fixture
def both(
    paths: RunPaths, tmp_path: Path, write_tiny: Callable[..., None]
) -> tuple[SnapshotEngine, Classifier]:
    write_tiny(paths, 3, Tiny.random(1))
    return SnapshotEngine.open(paths, 3), Classifier.open(by_hand.seal(tmp_path, INFO))


@pytest.mark.parametrize("label", [0, 1, 2])
def test_the_first_of_a_class(both: tuple[SnapshotEngine, Classifier], label: int) -> None:
    engine, classifier = both
    found = draw_labelled(engine, classifier, label, 40, seed=4)
    assert found.shape == (40, LATENT_SIZE)
    every = sample_latents(4, 2000, LATENT_SIZE)
    labels, _ = classifier.classify(engine.images(every))
    np.testing.assert_array_equal(found, every[labels == label][:40])


def test_too_few_are_told_in_words(both: tuple[SnapshotEngine, Classifier]) -> None:
    with pytest.raises(GanCoreError, match="among 100 generated images only") as caught:
        draw_labelled(*both, 1, 99, seed=4, max_tries=100)
    assert caught.value.exit_code == 1
    assert "look like 1; 99 were asked for" in caught.value.message


@pytest.mark.parametrize("at_once", [1, 7, 64, 1000])
def test_parts_are_the_whole(at_once: int) -> None:
    parts = list(latents_in_parts(11, 6, 130, at_once))
    np.testing.assert_array_equal(np.concatenate(parts), sample_latents(11, 130, 6))
    assert max(map(len, parts)) == min(at_once, 130)
