"""The making of an index, seen from outside."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from gan_core.access.people import OWNER
from gan_core.config import DatasetInfo
from gan_core.data import describe
from gan_core.errors import JobFailedError
from gan_core.inference.nearest import NearestCache
from gan_core.jobs import detached, nearest
from gan_core.runs import classifiers
from gan_core.runs import nearest as indices
from gan_core.runs.lock import FileLock
from tests import classifier_by_hand as by_hand

DIGITS = describe("digits").info
LOST = DatasetInfo(
    name="own:0123456789abcdef", num_train=9, num_test=1, image_size=28, channels=1, num_classes=0
)


def ended(runs_dir: Path, info: DatasetInfo, measure: indices.Measure) -> nearest.Standing:
    give_up_at = time.monotonic() + 300  # a job gives way to all else
    while (now := nearest.standing(runs_dir, info, measure)).state == "building":
        assert time.monotonic() < give_up_at
        time.sleep(0.02)
    return now


@pytest.mark.parametrize("measure", ["pixels", "classifier"])
def test_a_real_one(tmp_path: Path, measure: indices.Measure) -> None:
    by_hand.seal(tmp_path, DIGITS)
    assert nearest.standing(tmp_path, DIGITS, measure) == nearest.Standing("none")
    nearest.start(tmp_path, DIGITS, measure, tmp_path, by=OWNER)
    assert ended(tmp_path, DIGITS, measure) == nearest.Standing("ready", 1.0)
    index = NearestCache().get(tmp_path, DIGITS, measure, None)
    assert index.card.measure == measure
    nearest.start(tmp_path, DIGITS, measure, tmp_path, by=OWNER)  # is there: nothing to do


def test_the_reason_why_there_is_none(tmp_path: Path) -> None:
    nearest.start(tmp_path, LOST, "pixels", tmp_path, own_dir=tmp_path / "nowhere", by=OWNER)
    now = ended(tmp_path, LOST, "pixels")
    assert now.state == "failed"
    assert "pictures of this run" in now.reason
    nearest.forget_failure(tmp_path, LOST, "pixels", by=OWNER)
    assert nearest.standing(tmp_path, LOST, "pixels").state == "none"


def test_one_at_a_time(tmp_path: Path) -> None:
    home = indices.home(tmp_path)
    home.mkdir()
    with FileLock.acquire(home / ".lock"):
        nearest.start(tmp_path, DIGITS, "pixels", tmp_path, by=OWNER)
        assert nearest.standing(tmp_path, DIGITS, "pixels").state == "none"
        folder = indices.folder_of(tmp_path, DIGITS, "pixels")
        classifiers.write_progress(folder, classifiers.Progress(done=1, total=4))
        assert nearest.standing(tmp_path, DIGITS, "pixels") == nearest.Standing("building", 0.25)


def test_a_process_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [sys.executable, "-c", "raise SystemExit('no luck')"]
    monkeypatch.setattr(detached, "module_command", lambda *_: failing)
    with pytest.raises(JobFailedError, match="no luck"):
        nearest.start(tmp_path, DIGITS, "pixels", tmp_path, by=OWNER)
