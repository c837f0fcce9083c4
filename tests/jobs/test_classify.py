"""The classifier's training, seen from outside: how it stands, who may start it, what comes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_core.access.people import OWNER
from gan_core.config import DatasetInfo
from gan_core.data.own.prepare import Options
from gan_core.errors import BadInputError, ConflictError, JobFailedError
from gan_core.inference.classifier import Classifier
from gan_core.jobs import classify, own_sets
from gan_core.runs import classifiers
from gan_core.runs.lock import FileLock, is_held
from tests import classifier_by_hand as by_hand

INFO = DatasetInfo(name="x", num_train=9, num_test=1, image_size=4, channels=1, num_classes=2)
LEVELS = {"bright": 200, "dark": 30}


@pytest.fixture
def busy(tmp_path: Path):
    """Somebody trains a classifier."""
    home = classifiers.home(tmp_path)
    home.mkdir()
    with FileLock.acquire(home / ".lock"):
        yield home


def note(runs_dir: Path, done: int) -> Path:
    folder = classifiers.folder_of(runs_dir, INFO)
    folder.parent.mkdir(exist_ok=True)
    classifiers.write_progress(folder, classifiers.Progress(done=done, total=100))
    return folder


def test_nothing_yet(tmp_path: Path) -> None:
    assert classify.standing(tmp_path, INFO) == classify.Standing("none")
    alone = INFO.model_copy(update={"num_classes": 1})
    assert classify.standing(tmp_path, alone).state == "unsuited"
    with pytest.raises(BadInputError, match="no classes"):
        classify.start(tmp_path, alone, tmp_path, by=OWNER)
    with pytest.raises(BadInputError, match="no classes"):
        classify.ensure(tmp_path, alone, tmp_path, by=OWNER)


def test_under_way_then_ready(tmp_path: Path, busy: Path) -> None:
    note(tmp_path, 40)
    assert classify.standing(tmp_path, INFO) == classify.Standing("training", 0.4)
    classify.start(tmp_path, INFO, tmp_path, by=OWNER)  # is on its way: nothing to do
    by_hand.seal(tmp_path, INFO)
    ready = classify.standing(tmp_path, INFO)
    assert ready.state == "ready"
    assert ready.card is not None
    assert ready.card.accuracy == by_hand.ACCURACY
    assert classify.ensure(tmp_path, INFO, tmp_path, by=OWNER) == classifiers.folder_of(
        tmp_path, INFO
    )


def test_one_that_ended_without_a_result(tmp_path: Path) -> None:
    folder = note(tmp_path, 40)
    classifiers.log_of(folder).write_text("loading\nno space left\n")
    assert classify.standing(tmp_path, INFO) == classify.Standing("failed", reason="no space left")


def test_one_at_a_time(tmp_path: Path, busy: Path) -> None:
    with pytest.raises(ConflictError, match="another classifier"):
        classify.start(tmp_path, INFO, tmp_path, by=OWNER)
    assert classify.standing(tmp_path, INFO).state == "none"


def picture(level: int, seed: int):
    """Noise around a level."""
    noise = np.random.default_rng(seed).integers(-20, 20, (28, 28))
    return (level + noise).astype(np.uint8)


def test_a_real_one_and_the_reason_why_there_is_none(tmp_path: Path) -> None:
    """Two kinds of pictures, dark and bright, from the files to the words."""
    source = tmp_path / "pictures"
    for kind, level in LEVELS.items():
        (source / kind).mkdir(parents=True)
        for i in range(30):
            Image.fromarray(picture(level, i)).save(source / kind / f"{i}.png")
    runs_dir = tmp_path / "runs"
    options = Options(sizes=(28,), fit="crop", channels=1, title="two kinds")
    own = own_sets.prepare(runs_dir, source, options, limits="command-line", by=OWNER)
    told: list[float] = []
    folder = classify.ensure(
        runs_dir, own.info, tmp_path, own_dir=own.folder, progress=told.append, by=OWNER
    )
    assert told
    assert all(0 <= share <= 1 for share in told)
    found = Classifier.open(folder)
    assert found.card.class_names == ("bright", "dark")
    assert found.card.accuracy == 1
    new = np.stack([picture(level, 99) for level in LEVELS.values()])[..., np.newaxis]
    assert found.classify(new)[0].tolist() == [0, 1]
    assert classify.standing(runs_dir, own.info).state == "ready"
    assert not is_held(classifiers.home(runs_dir) / ".lock")

    lost = own.info.model_copy(update={"name": "own:0123456789abcdef"})
    with pytest.raises(JobFailedError, match="pictures"):
        classify.ensure(runs_dir, lost, tmp_path, own_dir=tmp_path / "nowhere", by=OWNER)
    assert classify.standing(runs_dir, lost).state == "failed"
