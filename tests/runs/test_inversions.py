"""What a search leaves in the runs folder."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from gan_core.errors import DamagedError, DiskFullError, NotFoundError
from gan_core.runs import inversions
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.store import RunStore

WANTED = inversions.Wanted(run="a", step=3, inverted=True)
TARGET = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = inversions.home(tmp_path) / inversions.new_id()
    inversions.write_request(made, WANTED, TARGET)
    return made


def test_a_request_comes_back(tmp_path: Path, folder: Path) -> None:
    wanted, target = inversions.read_request(inversions.folder_of(tmp_path, folder.name))
    assert wanted == WANTED
    np.testing.assert_array_equal(target, TARGET)
    assert inversions.folders(tmp_path) == [folder]
    assert RunStore(tmp_path).list() == [], "it is no run"


def test_a_full_disk_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_args: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    for part in ("checkpoints.write_arrays", "write_json"):
        made = inversions.home(tmp_path) / inversions.new_id()
        with monkeypatch.context() as full, pytest.raises(DiskFullError, match="disk full"):
            full.setattr(f"gan_core.runs.inversions.{part}", no_space)
            inversions.write_request(made, WANTED, TARGET)
        assert list(inversions.home(tmp_path).iterdir()) == []


def test_names_that_are_not_ours(tmp_path: Path, folder: Path) -> None:
    for name in ("", "..", "../a", "x" * 32, inversions.new_id(), folder.name.upper() + "/"):
        with pytest.raises(NotFoundError):
            inversions.folder_of(tmp_path, name)


def test_damage(folder: Path) -> None:
    write_arrays(folder / inversions.TARGET, {"target": np.zeros((2, 2), np.float32)})
    with pytest.raises(DamagedError):
        inversions.read_request(folder)
    (folder / inversions.REQUEST).write_text("{}")
    with pytest.raises(DamagedError):
        inversions.read_request(folder)
    (folder / inversions.REQUEST).unlink()
    with pytest.raises(NotFoundError):
        inversions.read_request(folder)
    assert inversions.looked_at(folder) == 0
    inversions.touch(folder / "nowhere")


def test_what_was_found(folder: Path) -> None:
    assert inversions.read_found(folder) is None
    found = inversions.Found(done=5, total=10, error=0.5, z=(0.25, -3.5))
    inversions.write_found(folder, found)
    assert inversions.read_found(folder) == found
    assert found.share == 0.5
    (folder / inversions.PROGRESS).write_text('{"done": -1}')
    assert inversions.read_found(folder) is None
