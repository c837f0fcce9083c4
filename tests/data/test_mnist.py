import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.data.content import Exact
from gan_core.data.mnist import MNIST, TEST_IMAGES, TEST_LABELS, TRAIN_LABELS
from gan_core.errors import DamagedError, NotFoundError

PUBLISHED_MD5 = [
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "d53e105ee54ea40749a09fcbcd1e9432",
    "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c",
]


@pytest.fixture
def own_dir(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder of one's own, with the real files as links but for two small copies."""
    folder = tmp_path / "data"
    (folder / "mnist").mkdir(parents=True)
    for file in MNIST.files:
        if file in (TRAIN_LABELS, TEST_LABELS):
            shutil.copyfile(file.path(data_dir), file.path(folder))
        else:
            file.path(folder).symlink_to(file.path(data_dir))
    return folder


def load(name: str, folder: Path) -> data.Dataset:
    return data.load(data.describe(name).info, folder)


def test_the_files_are_the_published_ones(data_dir: Path) -> None:
    data.prepare("mnist", data_dir)
    found = [
        hashlib.md5(file.path(data_dir).read_bytes(), usedforsecurity=False).hexdigest()
        for file in MNIST.files
    ]
    assert found == PUBLISHED_MD5


def test_holds_what_its_card_says(data_dir: Path) -> None:
    loaded = data.load(data.describe("mnist").info, data_dir)
    assert loaded.info == data.describe("mnist").info
    assert loaded.train_images.shape == (60_000, 28, 28, 1)
    assert loaded.test_images.shape == (10_000, 28, 28, 1)
    assert loaded.train_labels is not None
    assert loaded.test_labels is not None
    assert loaded.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert loaded.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(loaded.train_labels).argmax() == 1
    assert np.bincount(loaded.train_labels).argmin() == 5
    assert loaded.train_images.mean() == pytest.approx(33.318, abs=0.001)


def test_arrays_cannot_be_changed(data_dir: Path) -> None:
    loaded = data.load(data.describe("mnist").info, data_dir)
    for array in (loaded.train_images, loaded.train_labels, loaded.test_images, loaded.test_labels):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_present_files_are_never_fetched_again(own_dir: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (own_dir / "mnist").iterdir()}
    calls: list[object] = []
    # Nobody listens at this address: asking it would fail.
    data.prepare(
        "mnist", own_dir, mirror="http://127.0.0.1:9/", progress=lambda *call: calls.append(call)
    )
    assert calls == []
    assert {path: path.stat().st_mtime_ns for path in (own_dir / "mnist").iterdir()} == before


def test_a_file_of_another_size_is_named_and_kept(own_dir: Path) -> None:
    path = TEST_LABELS.path(own_dir)
    path.write_bytes(b"mine")
    assert not data.describe("mnist").ready(own_dir)
    for use in (data.prepare, load):
        with pytest.raises(DamagedError) as refused:
            use("mnist", own_dir)
        assert refused.value.message == (
            f"{path} is not what it should be: it has 4 bytes instead of 4542."
        )
        assert "delete it" in refused.value.hint
    assert path.read_bytes() == b"mine"


def test_one_flipped_bit_is_noticed(own_dir: Path) -> None:
    path = TRAIN_LABELS.path(own_dir)
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    assert isinstance(TRAIN_LABELS.content, Exact)
    for use in (data.prepare, load):
        with pytest.raises(DamagedError) as refused:
            use("mnist", own_dir)
        assert str(path) in refused.value.message
        assert TRAIN_LABELS.content.checksum in refused.value.message
        assert hashlib.sha256(content).hexdigest() in refused.value.message
    assert path.read_bytes() == content


def test_a_folder_in_a_files_place_is_named(own_dir: Path) -> None:
    path = TEST_LABELS.path(own_dir)
    path.unlink()
    path.mkdir()
    assert not data.describe("mnist").ready(own_dir)
    with pytest.raises(DamagedError, match="t10k-labels"):
        data.prepare("mnist", own_dir)


def test_loading_without_preparing_names_the_missing_file(own_dir: Path) -> None:
    TEST_IMAGES.path(own_dir).unlink()
    assert not data.describe("mnist").ready(own_dir)
    with pytest.raises(NotFoundError, match=TEST_IMAGES.name) as refused:
        data.load(data.describe("mnist").info, own_dir)
    assert "digits" in refused.value.hint
