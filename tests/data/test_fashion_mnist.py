import hashlib
from pathlib import Path

import numpy as np

from gan_core import data
from gan_core.data.fashion_mnist import FASHION_MNIST
from tests.data.local_server import Server

PUBLISHED_MD5 = [
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "25c81989df183df01b3e8a0aad5dffbe",
    "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310",
]


def test_the_files_are_the_published_ones(data_dir: Path) -> None:
    data.prepare("fashion-mnist", data_dir)
    found = [
        hashlib.md5(file.path(data_dir).read_bytes(), usedforsecurity=False).hexdigest()
        for file in FASHION_MNIST.files
    ]
    assert found == PUBLISHED_MD5


def test_holds_what_its_card_says(data_dir: Path) -> None:
    info = data.describe("fashion-mnist").info
    loaded = data.load(info, data_dir)
    assert loaded.info == info
    assert loaded.train_images.shape == (60_000, 28, 28, 1)
    assert loaded.test_images.shape == (10_000, 28, 28, 1)
    assert loaded.train_labels is not None
    assert loaded.test_labels is not None
    assert np.bincount(loaded.train_labels).tolist() == [6000] * 10
    assert np.bincount(loaded.test_labels).tolist() == [1000] * 10
    assert [info.class_names[label] for label in loaded.train_labels[:3]] == [
        "ankle boot",
        "T-shirt/top",
        "T-shirt/top",
    ]


def test_downloads_the_real_files(server: Server, tmp_path: Path, data_dir: Path) -> None:
    data.prepare("fashion-mnist", tmp_path, mirror=server.url)
    for file in FASHION_MNIST.files:
        assert file.path(tmp_path).read_bytes() == file.path(data_dir).read_bytes()


def test_the_public_home_is_the_shops_own() -> None:
    home = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    for file in FASHION_MNIST.files:
        assert file.url(None) == home + file.name
