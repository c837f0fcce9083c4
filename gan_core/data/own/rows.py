"""A source whose pictures are rows of arrays: which array is what, and rows as pictures."""

from __future__ import annotations

import math
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_core.data.own import arrays
from gan_core.data.own.arrays import StoredArray
from gan_core.data.own.limits import Limits
from gan_core.data.own.pictures import MIN_SIDE, Picture, UnreadableError, to_plain
from gan_core.data.own.sources import Budget
from gan_core.data.own.tree import MAX_CLASSES, Place
from gan_core.errors import BadInputError, DamagedError, GanCoreError
from gan_core.text import N_

_MAX_SIDE = 8192
_SAMPLES = 64
_SPLIT_WORDS = (("train", "train"), ("test", "test"), ("val", "val"))


@dataclass(frozen=True)
class _Layout:
    """How a row becomes a picture: its shape `(H, W, C)`, and whether channels come first."""

    shape: tuple[int, int, int]
    channels_first: bool = False


class RowSource:
    """Rows of one or several arrays, the training ones first."""

    def __init__(
        self,
        kind: str,
        files: Sequence[Path],
        opened: Sequence[StoredArray | zipfile.ZipFile],
        pairs: Sequence[_Pair],
    ) -> None:
        self.kind = kind
        self.files = files
        self.name_encoding = ""
        self._opened = opened
        self._parts = [(pair.images, _layout(pair.images), _scale(pair.images)) for pair in pairs]
        several = len(pairs) > 1
        self.names: list[str] = []
        self.places: list[Place] = []
        self._index: list[tuple[int, int]] = []
        for number, pair in enumerate(pairs):
            labels = _labels(pair)
            for row in range(len(pair.images)):
                self.names.append(f"{pair.images.name}[{row}]")
                self.places.append(Place(pair.split if several else "", labels[row]))
                self._index.append((number, row))

    def read(self, index: int, side: int) -> Picture:  # noqa: ARG002 - as for files
        """See `Source.read`."""
        part, row = self._index[index]
        stored, layout, scale = self._parts[part]
        pixels = stored.row(row).reshape(
            np.roll(layout.shape, 1) if layout.channels_first else layout.shape
        )
        if layout.channels_first:
            pixels = np.moveaxis(pixels, 0, -1)
        plain = scale.to_bytes(pixels)
        height, width, channels = plain.shape
        image = Image.fromarray(plain[:, :, 0] if channels == 1 else np.ascontiguousarray(plain))
        image, transparent, _deep = to_plain(image)
        return Picture(
            image, (width, height), transparent=transparent, deep=stored.header.dtype.itemsize > 1
        )

    def close(self) -> None:
        """Close all files."""
        for opened in self._opened:
            opened.close()


@dataclass(frozen=True)
class _Pair:
    """Images, and the labels that belong to them."""

    images: StoredArray
    labels: StoredArray | None
    split: str


@dataclass(frozen=True)
class _Scale:
    """How stored values become bytes: `(value - low) * factor`."""

    low: float
    factor: float

    def to_bytes(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        if values.dtype == np.uint8 and self.factor == 1.0:
            return values
        as_floats = values.astype(np.float64)
        if not np.isfinite(as_floats).all():
            raise UnreadableError("not_finite")
        return np.rint(np.clip((as_floats - self.low) * self.factor, 0, 255)).astype(np.uint8)


def open_npy(path: Path, limits: Limits) -> RowSource:
    """One array: `[N, H, W]`, `[N, H, W, C]`, `[N, C, H, W]` or `[N, side²]`."""
    opener, budget = arrays.opener_of(path), Budget(limits)
    stored = StoredArray(path.name, opener, arrays.read_npy_header, limits, budget)
    return RowSource("npy", [path], [stored], [_Pair(stored, None, "")])


def open_idx(path: Path, limits: Limits) -> RowSource:
    """An idx file of images; labels are taken from the file beside it, named as MNIST names it."""
    images = _idx(path, limits)
    twin = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    if twin == path or not twin.is_file():
        return RowSource("idx", [path], [images], [_Pair(images, None, "")])
    labels = _idx(twin, limits)
    fitting = labels if len(labels) == len(images) and _is_labels(labels) else None
    return RowSource("idx", [path, twin], [images, labels], [_Pair(images, fitting, "")])


def _idx(path: Path, limits: Limits) -> StoredArray:
    budget = Budget(limits, path.stat().st_size)
    return StoredArray(path.name, arrays.opener_of(path), arrays.read_idx_header, limits, budget)


def open_npz(path: Path, limits: Limits) -> RowSource:
    """Several arrays: images by shape, labels by length, splits by the words in their names."""
    archive = arrays.open_archive(path)
    try:
        return _from_archive(archive, path, limits)
    except GanCoreError:
        archive.close()
        raise


def _from_archive(archive: zipfile.ZipFile, path: Path, limits: Limits) -> RowSource:
    found, refused = arrays.members(archive, limits, Budget(limits, path.stat().st_size))
    pairs = pair_up(found)
    if not pairs and refused:
        raise refused[0]
    if not pairs:
        raise BadInputError(
            N_("{file} holds no array of images; it holds {found}."),
            N_("Allowed are [N, H, W], [N, H, W, C], [N, C, H, W] and [N, side × side]."),
            field="dataset",
            file=path.name,
            found=", ".join(f"{a.name} {list(a.header.shape)}" for a in found[:8]) or "–",
        )
    return RowSource("npz", [path], [*found, archive], pairs)


def pair_up(found: Sequence[StoredArray]) -> list[_Pair]:
    """Which arrays are images, and which labels belong to which, the training ones first."""
    images = [a for a in found if _is_images(a)]
    deep = [a for a in images if len(a.header.shape) > 2]
    pairs: dict[str, _Pair] = {}
    for stored in deep or images:
        split = _split(stored.name)
        if split in pairs:
            continue  # a second view of the same images, such as a small version of them
        mates = [
            a for a in found
            if a is not stored and len(a) == len(stored) and _is_labels(a)
            and _split(a.name) == split
        ]  # fmt: skip
        pairs[split] = _Pair(stored, mates[0] if mates else None, split)
    if "train" in pairs and "" in pairs:
        del pairs[""]
    if "train" not in pairs and "" not in pairs:  # nothing says which to train on
        return [_Pair(p.images, p.labels, "") for p in list(pairs.values())[:1]]
    order = ("train", "", "test", "val")
    return [pairs[split] for split in order if split in pairs]


def _split(name: str) -> str:
    words = re.split(r"[^a-z]+", name.lower())
    for word, split in _SPLIT_WORDS:
        if any(part.startswith(word) for part in words):
            return split
    return ""


def _is_labels(stored: StoredArray) -> bool:
    header = stored.header
    return header.dtype.kind in "iu" and math.prod(header.shape[1:]) == 1


def _is_images(stored: StoredArray) -> bool:
    try:
        _layout(stored)
    except BadInputError:
        return False
    return True


def _layout(stored: StoredArray) -> _Layout:
    """How a row of an array becomes a picture.

    Raises:
        BadInputError: its shape is none of the known ones.
    """
    shape = stored.header.shape[1:]
    if len(shape) == 1 and math.isqrt(shape[0]) ** 2 == shape[0]:
        layout = _Layout((math.isqrt(shape[0]), math.isqrt(shape[0]), 1))
    elif len(shape) == 2:
        layout = _Layout((*shape, 1))
    elif len(shape) == 3 and shape[2] in (1, 3, 4):
        layout = _Layout((shape[0], shape[1], shape[2]))
    elif len(shape) == 3 and shape[0] in (1, 3, 4):
        layout = _Layout((shape[1], shape[2], shape[0]), channels_first=True)
    else:
        layout = _Layout((0, 0, 0))
    height, width, _channels = layout.shape
    if not MIN_SIDE <= min(height, width) <= max(height, width) <= _MAX_SIDE:
        raise BadInputError(
            N_("{name} has the shape {shape}, which is none of images."),
            N_("Allowed are [N, H, W], [N, H, W, C], [N, C, H, W] and [N, side × side]."),
            field="dataset",
            name=stored.name,
            shape=list(stored.header.shape),
        )
    return layout


def _scale(stored: StoredArray) -> _Scale:
    """From the values of some rows: bytes, 0 to 1, -1 to 1, or 16 bits."""
    dtype = stored.header.dtype
    if dtype == np.uint8:
        return _Scale(0.0, 1.0)
    if dtype.kind == "b":
        return _Scale(0.0, 255.0)
    lows, highs = [], []
    for index in np.unique(np.linspace(0, len(stored) - 1, _SAMPLES).astype(int)):
        values = stored.row(int(index)).astype(np.float64)
        values = values[np.isfinite(values)]
        if values.size:
            lows.append(values.min())
            highs.append(values.max())
    low, high = min(lows, default=0.0), max(highs, default=1.0)
    if dtype.kind == "f" and high <= 1.0001:
        return _Scale(0.0, 255.0) if low >= -0.0001 else _Scale(-1.0, 127.5)
    if low >= 0 and high <= 255:
        return _Scale(0.0, 1.0)
    if low >= 0 and high <= 65535:
        return _Scale(0.0, 1 / 257)
    return _Scale(low, 255.0 / max(high - low, 1e-12))


def _labels(pair: _Pair) -> list[str]:
    """The class name of each image: its number; empty where nothing is labelled."""
    if pair.labels is None:
        return [""] * len(pair.images)
    try:
        values = pair.labels.all().reshape(-1)
    except DamagedError:
        return [""] * len(pair.images)
    classes = Counter(values.tolist())
    if not 2 <= len(classes) <= MAX_CLASSES:
        return [""] * len(pair.images)
    return [str(value) for value in values.tolist()]
