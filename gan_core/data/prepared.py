"""Prepared sets: pictures of one size in one array on disk, opened without being loaded.

A prepared set is a folder:

    card.json      what it is: sizes, counts, title, how it was made
    images.npy     uint8 `[N, H, W, C]`, the training images first, then those held out
    labels.npy     int64 `[N]`, where there are classes
    report.json    what was found in the source, for people
    manifest.json  SHA-256 of each of the others

It appears under its name when it is whole. Images are mapped, not read: a set may be larger than
memory. Checksums are compared once, when a run begins.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gan_core.config import SCHEMA_VERSION, DatasetInfo, Frozen
from gan_core.data.values import Dataset, Images
from gan_core.errors import DamagedError, DiskFullError, NotFoundError, ReadOnlyError
from gan_core.text import N_

CARD, IMAGES, LABELS, REPORT = "card.json", "images.npy", "labels.npy", "report.json"
MANIFEST = "manifest.json"
FILES = (CARD, IMAGES, LABELS, REPORT, MANIFEST)
PREFIX = "own:"
"""Begins the name of a data set that is a prepared one: `own:<id>`."""

_ID = re.compile(r"[0-9a-f]{16}")
_HEADER_BYTES = 128
_MAX_JSON_BYTES = 16_000_000
_TEMPORARY = ".tmp-"


class Card(Frozen):
    """What a prepared set is.

    Attributes:
        info: sizes and counts; its name is `own:<id>`.
        fit: how pictures became squares.
        created: when, ISO 8601.
    """

    schema_version: int = SCHEMA_VERSION
    info: DatasetInfo
    fit: Literal["crop", "pad"]
    created: str


@dataclass(frozen=True)
class PreparedSet:
    """One prepared set on disk; its card was read, its arrays were not."""

    folder: Path
    card: Card

    @property
    def info(self) -> DatasetInfo:
        """Sizes and counts."""
        return self.card.info

    @property
    def id(self) -> str:
        """The part of its name that follows `own:`."""
        return self.card.info.name.removeprefix(PREFIX)

    def images(self) -> Images:
        """All images `[N, H, W, C]`, mapped, read-only, checksums not compared.

        Raises:
            DamagedError: not the array that the card describes.
        """
        size, channels = self.info.image_size, self.info.channels
        count = self.info.num_train + self.info.num_test
        return _mapped(self.folder / IMAGES, np.uint8, (count, size, size, channels))

    def labels(self) -> NDArray[np.int64] | None:
        """The labels `[N]`, or `None` where nothing is labelled.

        Raises:
            DamagedError: not the array that the card describes.
        """
        if not self.info.num_classes:
            return None
        count = self.info.num_train + self.info.num_test
        labels = _mapped(self.folder / LABELS, np.int64, (count,))
        if labels.min() < 0 or labels.max() >= self.info.num_classes:
            raise DamagedError(N_("{file} holds labels that no class has."), file=LABELS)
        return np.array(labels)

    def report(self) -> dict[str, Any]:
        """What was found in the source; empty where it cannot be read."""
        try:
            value = _read_json(self.folder / REPORT)
        except (DamagedError, FileNotFoundError):
            return {}
        return value if isinstance(value, dict) else {}


def is_own(name: str) -> bool:
    """Whether a data set's name is that of a prepared one."""
    return name.startswith(PREFIX)


def is_id(text: str) -> bool:
    """Whether a text can be a prepared set's id."""
    return _ID.fullmatch(text) is not None


def open_set(folder: Path) -> PreparedSet:
    """The prepared set in a folder.

    Raises:
        NotFoundError: there is none.
        DamagedError: its card cannot be read.
    """
    try:
        card = Card.model_validate(_read_json(folder / CARD))
    except FileNotFoundError as error:
        raise NotFoundError(
            N_("the pictures of this data set are not here."),
            N_("Prepare them again from the files that they came from."),
            field="dataset",
        ) from error
    except ValidationError as error:
        raise DamagedError(N_("{file} is damaged."), file=CARD) from error
    return PreparedSet(folder, card)


def load(info: DatasetInfo, own_dir: Path | None) -> Dataset:
    """A run's pictures, mapped from its own copy of the prepared set.

    Args:
        info: what the run records of its data set.
        own_dir: the folder of the copy.

    Raises:
        NotFoundError: they are not there.
        DamagedError: they are not what the run was made with.
    """
    if own_dir is None or not (own_dir / CARD).is_file():
        raise NotFoundError(
            N_("the pictures of this run are not here."),
            N_("They lie in its folder `dataset`. Copy the whole run, or train a new one."),
            field="dataset",
        )
    found = open_set(own_dir)
    if found.info != info:
        raise DamagedError(N_("the pictures in {folder} are not this run's."), folder=own_dir.name)
    verify(own_dir)
    images, labels, cut = found.images(), found.labels(), info.num_train
    return Dataset(
        info=info,
        train_images=images[:cut],
        train_labels=None if labels is None else labels[:cut],
        test_images=images[cut:],
        test_labels=None if labels is None else labels[cut:],
    )


def verify(folder: Path) -> None:
    """Compare every file with its checksum; about a second for a gigabyte.

    Raises:
        DamagedError: a file is missing or altered.
    """
    try:
        manifest = _read_json(folder / MANIFEST)
    except FileNotFoundError as error:
        raise DamagedError(N_("{folder} has no manifest."), folder=folder.name) from error
    sums = manifest.get("sha256") if isinstance(manifest, dict) else None
    if not isinstance(sums, dict) or IMAGES not in sums:
        raise DamagedError(N_("The manifest of {folder} is damaged."), folder=folder.name)
    for name, expected in sums.items():
        path = folder / name
        if name not in FILES or not path.is_file() or _sha256(path) != expected:
            raise DamagedError(
                N_("{name} in {folder} is damaged: its checksum differs."),
                N_("Prepare the pictures again from the files that they came from."),
                name=name,
                folder=folder.name,
            )


class Writer:
    """Appends images to a new prepared set; memory does not grow with their number."""

    def __init__(self, folder: Path, side: int, channels: int) -> None:
        self.folder = folder
        self._shape = (side, side, channels)
        self._labels = array("q")
        self.count = 0
        self._file = (folder / IMAGES).open("xb")
        self._file.write(bytes(_HEADER_BYTES))  # written at the end, when the length is known

    def append(self, images: Images, labels: NDArray[np.int64] | int) -> None:
        """Add one image `[H, W, C]` with its label, or several `[n, H, W, C]` with theirs."""
        batch = images.reshape(-1, *self._shape)
        self._file.write(np.ascontiguousarray(batch).tobytes())
        self._labels.extend(np.broadcast_to(labels, len(batch)).tolist())
        self.count += len(batch)

    def finish(self, card: Card, report: dict[str, Any]) -> None:
        """Write the rest: header, labels, card, report, manifest."""
        self._file.seek(0)
        self._file.write(_npy_header("|u1", (self.count, *self._shape)))
        self._file.close()
        names = [IMAGES, CARD, REPORT]
        if card.info.num_classes:
            header = _npy_header("<i8", (self.count,))
            labels = np.frombuffer(self._labels, np.int64).astype("<i8")
            (self.folder / LABELS).write_bytes(header + labels.tobytes())
            names.append(LABELS)
        _write_json(self.folder / CARD, card.model_dump(mode="json"))
        _write_json(self.folder / REPORT, report)
        sums = {name: _sha256(self.folder / name) for name in sorted(names)}
        _write_json(self.folder / MANIFEST, {"schema_version": SCHEMA_VERSION, "sha256": sums})

    def close(self) -> None:
        """Give up; what was written stays for the caller to remove."""
        self._file.close()


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """A folder to fill, which takes the name `target` at the end; nothing is left on failure.

    Raises:
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    # Process ids are used again, so the id alone might meet what a killed process left.
    token = secrets.token_hex(4)
    folder = target.with_name(f"{_TEMPORARY}{target.name}-{os.getpid()}-{token}")
    with disk_words(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        try:
            yield folder
            for path in folder.iterdir():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            _name(folder, target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _name(folder: Path, target: Path) -> None:
    """Give a whole folder its name, unless somebody made the same set meanwhile."""
    try:
        folder.replace(target)
    except OSError:
        if not (target / CARD).is_file():
            raise
        shutil.rmtree(folder)


@contextmanager
def disk_words(path: Path) -> Iterator[None]:
    """Turn the system's refusals to write into words.

    Raises:
        DiskFullError: no space, the quota is used up, or a file became too large.
        ReadOnlyError: the folder cannot be written to.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFullError(
                N_("disk full: no space left to write {path}."),
                N_("Make space, then try again."),
                path=str(path),
            ) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise ReadOnlyError(
                N_("{path} cannot be written to."),
                N_("Give this user the right to write there, or choose another folder."),
                path=str(path),
            ) from error
        raise


def _mapped(path: Path, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
    """An array in a `.npy` with exactly our header, mapped read-only; nothing is unpickled."""
    kind = "|u1" if dtype is np.uint8 else "<i8"
    header = _npy_header(kind, shape)
    num_bytes = np.dtype(kind).itemsize * int(np.prod(shape, dtype=object))
    try:
        with path.open("rb") as file:
            found = file.read(_HEADER_BYTES)
        if found != header or path.stat().st_size != _HEADER_BYTES + num_bytes:
            raise DamagedError(
                N_("{file} is not the array of {shape} that its card describes."),
                file=path.name,
                shape=" × ".join(map(str, shape)),
            )
        if not num_bytes:
            return np.empty(shape, kind)
        return np.memmap(path, kind, "r", _HEADER_BYTES, shape)
    except (OSError, ValueError) as error:
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=path.name, reason=str(error)
        ) from error


def _npy_header(kind: str, shape: tuple[int, ...]) -> bytes:
    """The 128 bytes before an array's values, as numpy's format 1.0 has them."""
    words = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    length = _HEADER_BYTES - 10
    return (
        b"\x93NUMPY\x01\x00"
        + length.to_bytes(2, "little")
        + (words.ljust(length - 1).encode("ascii") + b"\n")
    )


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            raise DamagedError(N_("{file} is damaged."), file=path.name)
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=path.name, reason=str(error)
        ) from error


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
