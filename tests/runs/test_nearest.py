"""Where indices of training images lie, and which one is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core.config import DatasetInfo
from gan_core.errors import DamagedError
from gan_core.runs import nearest, sealed
from tests import classifier_by_hand as by_hand

INFO = DatasetInfo(name="x", num_train=9, num_test=1, image_size=4, channels=1, num_classes=2)


def test_by_the_classifier_once_there_is_one(tmp_path: Path) -> None:
    assert nearest.best_measure(tmp_path, INFO) == "pixels"
    by_hand.seal(tmp_path, INFO)
    assert nearest.best_measure(tmp_path, INFO) == "classifier"
    without = INFO.model_copy(update={"num_classes": 0})
    assert nearest.best_measure(tmp_path, without) == "pixels"


def test_another_classifier_has_another_index(tmp_path: Path) -> None:
    with pytest.raises(DamagedError):
        nearest.folder_of(tmp_path, INFO, "classifier")
    by_hand.seal(tmp_path, INFO, seed=0)
    before = nearest.folder_of(tmp_path, INFO, "classifier")
    by_hand.seal(tmp_path, INFO, seed=1)
    after = nearest.folder_of(tmp_path, INFO, "classifier")
    pixels = nearest.folder_of(tmp_path, INFO, "pixels")
    assert len({before, after, pixels}) == 3
    for folder in (before, after, pixels):
        folder.mkdir(parents=True)
    nearest.remove_older(after)
    assert not before.exists()
    assert after.exists()
    assert pixels.exists()


def test_cards(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    assert not nearest.is_there(folder)
    sealed.seal(folder, lambda made: (made / nearest.CARD).write_text("{}"), {})
    assert nearest.is_there(folder)
    with pytest.raises(DamagedError):
        nearest.read_card(folder)
