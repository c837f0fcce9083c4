"""Which classifier belongs to which data set, and what its files say."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core.config import DatasetInfo
from gan_core.errors import DamagedError
from gan_core.runs import classifiers
from tests import classifier_by_hand as by_hand

INFO = DatasetInfo(name="x", num_train=9, num_test=1, image_size=4, channels=1, num_classes=2)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"title": "another"}, True),
        ({"name": "y"}, False),
        ({"image_size": 8}, False),
        ({"channels": 3}, False),
        ({"num_classes": 3}, False),
        ({"num_train": 8}, False),
        ({"class_names": ("a", "b")}, False),
    ],
)
def test_one_for_each_data_set_and_shape(change: dict[str, object], same: bool) -> None:
    other = INFO.model_copy(update=change)
    assert (classifiers.key_of(INFO) == classifiers.key_of(other)) is same


@pytest.mark.parametrize(("num_classes", "suits"), [(0, False), (1, False), (2, True), (10, True)])
def test_at_least_two_classes(num_classes: int, suits: bool) -> None:
    assert classifiers.suits(INFO.model_copy(update={"num_classes": num_classes})) is suits


def test_classes_without_names_are_numbers() -> None:
    assert classifiers.class_names(INFO) == ("0", "1")
    named = INFO.model_copy(update={"class_names": ("cat", "fish")})
    assert classifiers.class_names(named) == ("cat", "fish")


def test_a_card_is_read_or_refused(tmp_path: Path) -> None:
    folder = by_hand.seal(tmp_path, INFO)
    assert classifiers.is_there(folder)
    assert classifiers.read_card(folder).accuracy == by_hand.ACCURACY
    (folder / classifiers.CARD).write_text("{}")
    with pytest.raises(DamagedError, match=r"card\.json"):
        classifiers.read_card(folder)


def test_progress_is_told_and_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "abc"
    assert classifiers.read_progress(folder) is None
    classifiers.write_progress(folder, classifiers.Progress(done=30, total=40))
    found = classifiers.read_progress(folder)
    assert found is not None
    assert found.share == 0.75
    (tmp_path / "abc.json").write_text('{"done": -1, "total": 0}')
    assert classifiers.read_progress(folder) is None
    classifiers.clear_progress(folder)
    classifiers.clear_progress(folder)
    assert list(tmp_path.iterdir()) == []
