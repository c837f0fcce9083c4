"""`cifar10`: Krizhevsky's 60 000 small colour photos of ten kinds of things, in binary records.

Each of the six files holds 10 000 records: one byte for the class, then 32 × 32 bytes of red,
of green and of blue, row by row. https://www.cs.toronto.edu/~kriz/cifar.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data import remote
from gan_core.data.cifar10_archive import unpack
from gan_core.data.content import Exact, unreadable
from gan_core.data.remote import RemoteFile
from gan_core.data.selection import Chosen, join
from gan_core.data.values import Dataset, DatasetCard, Images, Labels, Progress
from gan_core.errors import DamagedError, NotFoundError
from gan_core.text import N_

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILE = "test_batch.bin"
FOLDER = "cifar10"
BATCHES = "cifar-10-batches-bin"

# The publisher gives this MD5 sum and no other.
ARCHIVE = RemoteFile(
    folder=FOLDER,
    name="cifar-10-binary.tar.gz",
    content=Exact(
        num_bytes=170_052_171, checksum="c32a1d4ab5d03f1284b67883e8d87530", algorithm="MD5"
    ),
    home="https://www.cs.toronto.edu/~kriz/",
)

_SIDE = 32
_NUM_RECORDS = 10_000
_RECORD_BYTES = 1 + 3 * _SIDE * _SIDE
_FILE_BYTES = _NUM_RECORDS * _RECORD_BYTES
_TRAIN_PER_CLASS = 5000
_TEST_PER_CLASS = 1000


def card(chosen: Chosen, data_dir: Path | None = None) -> DatasetCard:  # noqa: ARG001
    """What is known of the photos of some classes or of all."""
    return DatasetCard(
        name=_name(chosen),
        title=_TITLE,
        text=_TEXT,
        info=_info(chosen),
        licence=_LICENCE,
        download_bytes=ARCHIVE.content.expected_bytes,
        ready=lambda folder: all(_has_size(path) for path in _paths(folder)),
        selectable=CLASSES,
    )


def prepare(
    chosen: Chosen,
    data_dir: Path,
    mirror: str | None,
    progress: Progress | None,
    *,
    archive: RemoteFile = ARCHIVE,
) -> DatasetInfo:
    """Verify the unpacked files; where one is missing, fetch the archive and unpack it.

    An archive that somebody put into the folder is used and stays; one fetched here is removed
    once it is unpacked.

    Args:
        chosen: classes.
        data_dir, mirror, progress: as in `data.prepare`.
        archive: what the archive is known by.
    """
    missing = [path.name for path in _paths(data_dir) if not path.exists()]
    if missing:
        fetched = archive.is_missing(data_dir)
        remote.fetch_missing([archive], data_dir, mirror=mirror, progress=progress)
        unpack(archive.path(data_dir), _folder(data_dir), missing, _FILE_BYTES)
        if fetched:
            archive.path(data_dir).unlink(missing_ok=True)
    _check_counts(data_dir)
    return _info(chosen)


def load(chosen: Chosen, data_dir: Path) -> Dataset:
    """The images of the chosen classes in the files' order; label 0 is the first chosen class.

    Raises:
        NotFoundError: a file is missing.
        DamagedError: a file, or all of them together, is not CIFAR-10.
    """
    _check_counts(data_dir)
    train_images, train_labels = _read(data_dir, TRAIN_FILES, chosen)
    test_images, test_labels = _read(data_dir, (TEST_FILE,), chosen)
    return Dataset(
        info=_info(chosen),
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
    )


def sample_pool(chosen: Chosen, data_dir: Path) -> Images:
    """Images to draw a preview from: the held-out ones."""
    return _read(data_dir, (TEST_FILE,), chosen)[0]


def _name(chosen: Chosen) -> str:
    return FOLDER if chosen == CLASSES else join(FOLDER, chosen)


def _info(chosen: Chosen) -> DatasetInfo:
    return DatasetInfo(
        name=_name(chosen),
        num_train=_TRAIN_PER_CLASS * len(chosen),
        num_test=_TEST_PER_CLASS * len(chosen),
        image_size=_SIDE,
        channels=3,
        num_classes=len(chosen),
        class_names=chosen,
    )


def _folder(data_dir: Path) -> Path:
    return data_dir / FOLDER / BATCHES


def _paths(data_dir: Path) -> Iterator[Path]:
    for name in (*TRAIN_FILES, TEST_FILE):
        yield _folder(data_dir) / name


def _has_size(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size == _FILE_BYTES
    except OSError:
        return False


def _records(data_dir: Path, name: str) -> NDArray[np.uint8]:
    """One file's records `[10000, 3073]`, mapped: only what is used is read."""
    path = _folder(data_dir) / name
    try:
        found = path.stat().st_size
        if found == _FILE_BYTES:
            return np.memmap(path, np.uint8, "r", shape=(_NUM_RECORDS, _RECORD_BYTES))
    except FileNotFoundError as error:
        raise NotFoundError(
            N_("`{name}` is not there yet: {file} is missing."),
            N_("Download it first, or train on `digits`, which needs no download."),
            name=FOLDER,
            file=path,
        ) from error
    except OSError as error:
        raise unreadable(str(path), error) from error
    raise DamagedError(
        N_("{file} is not what it should be: it has {found} bytes instead of {expected}."),
        remote.MOVE_IT_AWAY,
        file=path,
        found=found,
        expected=_FILE_BYTES,
    )


def _check_counts(data_dir: Path) -> None:
    """Every class must have its 5 000 and 1 000: the order may differ, the images belong."""
    for names, expected in ((TRAIN_FILES, _TRAIN_PER_CLASS), ((TEST_FILE,), _TEST_PER_CLASS)):
        labels = np.concatenate([_records(data_dir, name)[:, 0] for name in names])
        counts = np.bincount(labels, minlength=len(CLASSES))
        wrong = np.flatnonzero(counts != expected)
        if len(wrong):
            raise DamagedError(
                N_(
                    "The files in {folder} are not CIFAR-10: {files} hold {found} images of "
                    "class {label}, not {expected}."
                ),
                remote.MOVE_IT_AWAY,
                folder=_folder(data_dir),
                files=", ".join(names),
                found=int(counts[wrong[0]]),
                label=int(wrong[0]),
                expected=expected if wrong[0] < len(CLASSES) else 0,
            )


def _read(data_dir: Path, names: tuple[str, ...], chosen: Chosen) -> tuple[Images, Labels]:
    """Images uint8 `[N, 32, 32, 3]` and labels `[N]` of the chosen classes."""
    label_of = np.full(256, -1, np.int64)  # by the class's byte
    label_of[[CLASSES.index(name) for name in chosen]] = np.arange(len(chosen))
    images, labels = [], []
    for name in names:
        records = _records(data_dir, name)
        found = label_of[records[:, 0]]
        wanted = np.flatnonzero(found >= 0)
        planes = records[wanted, 1:].reshape(-1, 3, _SIDE, _SIDE)  # [N, C, H, W]
        images.append(planes.transpose(0, 2, 3, 1))
        labels.append(found[wanted])
    return np.concatenate(images), np.concatenate(labels)


_TITLE = N_("CIFAR-10: 60 000 small colour photos")
_TEXT = N_(
    "50 000 colour photos to learn from and 10 000 held out, 32 × 32 pixels each, of ten kinds: "
    "airplanes, automobiles, birds, cats, deer, dogs, frogs, horses, ships and trucks, 6 000 of "
    "each. Take all of them, or only some: `cifar10:automobile` is the 5 000 + 1 000 cars.\n\n"
    "**What to watch.** Photos are much harder than digits: pose, colour, light and background "
    "all vary, and 32 × 32 pixels show little of any. One class alone is learnt far sooner than "
    "all ten. First come blobs of plausible colour, then a horizon and a dark shape, then wheels "
    "and windows. The discriminator has only 5 000 photos of a class, so in a long run it "
    "begins to know them by heart."
)
_LICENCE = N_("None stated; collected from the web for research (Alex Krizhevsky)")
