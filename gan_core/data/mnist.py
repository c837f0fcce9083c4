"""`mnist`: the 70 000 handwritten digits of LeCun, Cortes and Burges, as four idx files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data import idx, remote
from gan_core.data.remote import RemoteFile
from gan_core.data.values import Dataset, DatasetCard, Images, Labels, Progress
from gan_core.errors import DamagedError, NotFoundError
from gan_core.text import N_

_SIDE = 28
_INFO = DatasetInfo(
    name="mnist", num_train=60_000, num_test=10_000, image_size=_SIDE, channels=1, num_classes=10
)


def _file(name: str, num_bytes: int, sha256: str) -> RemoteFile:
    return RemoteFile(
        folder="mnist",
        name=name,
        num_bytes=num_bytes,
        sha256=sha256,
        home="https://storage.googleapis.com/cvdf-datasets/mnist/",
    )


# The checksums are those of the files whose published MD5 sums are f68b3c2d…, d53e105e…,
# 9fb629c4… and ec29112d…, in this order.
TRAIN_IMAGES = _file(
    "train-images-idx3-ubyte.gz",
    9_912_422,
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
)
TRAIN_LABELS = _file(
    "train-labels-idx1-ubyte.gz",
    28_881,
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
)
TEST_IMAGES = _file(
    "t10k-images-idx3-ubyte.gz",
    1_648_877,
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
)
TEST_LABELS = _file(
    "t10k-labels-idx1-ubyte.gz",
    4_542,
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def prepare(data_dir: Path, *, mirror: str | None, progress: Progress | None) -> DatasetInfo:
    """Check the four files and download those that are missing; see `remote.fetch_missing`."""
    remote.fetch_missing(FILES, data_dir, mirror=mirror, progress=progress)
    return _INFO


def load(data_dir: Path) -> Dataset:
    """All images and labels, in their published order.

    Raises:
        NotFoundError: a file is missing.
        DamagedError: a file is not the right one.
    """
    return Dataset(
        info=_INFO,
        train_images=_images(TRAIN_IMAGES, _INFO.num_train, data_dir),
        train_labels=_labels(TRAIN_LABELS, _INFO.num_train, data_dir),
        test_images=_images(TEST_IMAGES, _INFO.num_test, data_dir),
        test_labels=_labels(TEST_LABELS, _INFO.num_test, data_dir),
    )


def sample_pool(data_dir: Path) -> Images:
    """Images to draw a preview from: the test images, a sixth of the reading."""
    return _images(TEST_IMAGES, _INFO.num_test, data_dir)


def _read(file: RemoteFile, shape: tuple[int, ...], data_dir: Path) -> NDArray[np.uint8]:
    path = file.path(data_dir)
    try:
        packed = remote.read_verified(file, data_dir)
    except FileNotFoundError as error:
        raise NotFoundError(
            N_("`mnist` is not there yet: {file} is missing."),
            N_("Download it first, or train on `digits`, which needs no download."),
            file=path,
        ) from error
    return idx.read(packed, shape, str(path))


def _images(file: RemoteFile, num_images: int, data_dir: Path) -> Images:
    return _read(file, (num_images, _SIDE, _SIDE), data_dir)[..., np.newaxis]


def _labels(file: RemoteFile, num_images: int, data_dir: Path) -> Labels:
    labels = _read(file, (num_images,), data_dir).astype(np.int64)
    if labels.max() >= _INFO.num_classes:
        raise DamagedError(
            N_("{file} holds the label {found}; digits go from 0 to 9."),
            file=file.path(data_dir),
            found=int(labels.max()),
        )
    return labels


CARD = DatasetCard(
    name="mnist",
    title=N_("MNIST: 70 000 handwritten digits"),
    text=N_(
        "The classic first data set: 60 000 digits to learn from and 10 000 held out for "
        "judging, 28 × 28 grey pixels each, white ink on black. Half were written by American "
        "census workers, half by pupils; each was scaled to fit 20 × 20 pixels and centred by "
        "its mass.\n\n"
        "**What to watch.** One pass over all images, an epoch, is 60 000 images: on a computer "
        "without a GPU judge by the sample sheet, not by epochs. The digits are not evenly "
        "spread: most are 1s, fewest are 5s. If the sheet shows the same digit over and over, the "
        "generator has collapsed to a few answers that fool the discriminator."
    ),
    info=_INFO,
    licence=N_("CC BY-SA 3.0 (Yann LeCun and Corinna Cortes)"),
    download_bytes=sum(file.num_bytes for file in FILES),
    ready=lambda data_dir: all(file.is_present(data_dir) for file in FILES),
)
