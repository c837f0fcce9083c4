"""What the plane of a run shows: the held-out images and, for each snapshot, their codes."""

from __future__ import annotations

import functools
import io
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_core import data
from gan_core.config import DatasetInfo
from gan_core.data.prepared import is_own
from gan_core.errors import GanCoreError
from gan_core.latent.plane import (
    Holes,
    Limits,
    Plane,
    find_holes,
    limits_of,
    manifold_axes,
    manifold_points,
    plane_of,
)
from gan_core.recipes import registry
from gan_core.runs import sealed, snapshots
from gan_core.runs.sheet import tile, to_picture
from gan_core.runs.store import RunView
from pages._parts.studio import engines, studio

MAX_POINTS = 10_000
MANIFOLD_SIDE = 15
MAX_CLASSES = 256  # a label travels as one byte

_MAX_BYTES = 64_000_000  # of shown images, which stay in memory
_MAX_THUMBNAIL = 32
_ENCODED_AT_ONCE = 1000  # images as float32 beside all of them as bytes

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Shown:
    """The images whose codes are shown.

    Attributes:
        images: uint8 `[N, H, W, C]`, N at most 10 000.
        labels: uint8 `[N]`, or `None` where nothing is labelled.
        held_out: whether they are test images; a set without any shows training images.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8] | None
    held_out: bool


@dataclass(frozen=True, eq=False)
class Codes:
    """The codes of the shown images at one snapshot.

    Attributes:
        points: where they stand on the plane, float32 `[N, 2]`.
        across, up: where the columns and rows of the manifold's sheet lie, both rising.
    """

    plane: Plane
    points: NDArray[np.float32]
    limits: Limits
    holes: Holes
    across: NDArray[np.float32]
    up: NDArray[np.float32]


class Kept(Generic[Value]):
    """The values asked for last; each is made once, however many viewers wait for it."""

    def __init__(
        self,
        max_entries: int,
        *,
        max_bytes: int = 0,
        size: Callable[[Value], int] = lambda value: 0,  # noqa: ARG005
    ) -> None:
        """Nothing is kept yet.

        Args:
            max_entries: how many are kept.
            max_bytes: how large all of them may be together; the newest one is kept in any case.
            size: tells how large one is, in bytes.
        """
        self._max_entries, self._max_bytes, self._size = max_entries, max_bytes, size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made now if it is not there."""
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
            self._values.move_to_end(key)
            while len(self._values) > 1 and self._is_too_much():
                self._values.popitem(last=False)
            return self._values[key]

    def _is_too_much(self) -> bool:
        num_bytes = sum(map(self._size, self._values.values()))
        return len(self._values) > self._max_entries or num_bytes > self._max_bytes


@functools.cache
def _kept_images() -> Kept[Shown]:
    return Kept(max_entries=2)


@functools.cache
def _kept_atlases() -> Kept[bytes]:
    return Kept(max_entries=2)


@functools.cache
def _kept_codes() -> Kept[Codes]:
    return Kept(max_entries=24)


def has_plane(run: RunView) -> bool:
    """Whether images of this run's data set can be turned into latents by now."""
    if run.damage:
        return False
    steps = snapshots.list_steps(run.paths)
    files = (snapshots.onnx_file("encoder"), snapshots.weights_file("encoder"))
    return bool(steps) and any((run.paths.snapshot(steps[-1]) / name).is_file() for name in files)


def class_names(info: DatasetInfo) -> list[str]:
    """A name for each class of a data set; its number where it has none."""
    if not 0 < info.num_classes <= MAX_CLASSES:
        return []
    return list(info.class_names) or [str(index) for index in range(info.num_classes)]


def shown_images(run: RunView) -> Shown:
    """The images of a run's plane.

    Raises:
        GanCoreError: the data set cannot be loaded.
    """
    info, own_dir = run.sound_config().dataset, _own_dir(run)
    data_dir = studio().data_dir
    return _kept_images().get((info, data_dir, own_dir), lambda: _load(info, data_dir, own_dir))


def atlas_png(run: RunView) -> bytes:
    """All shown images, small, in one picture of `atlas_columns` columns, as PNG.

    Raises:
        GanCoreError: the data set cannot be loaded.
    """
    images = shown_images(run).images
    key = (run.sound_config().dataset, _own_dir(run))
    return _kept_atlases().get(key, lambda: _draw_atlas(images))


def atlas_columns(num_images: int) -> int:
    """Images in a row of the atlas: a square of them."""
    return math.ceil(math.sqrt(num_images))


def thumbnail_size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of an image in the atlas; 10 000 larger ones would fill the browser."""
    scale = min(1.0, _MAX_THUMBNAIL / max(shape))
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def codes(run: RunView, step: int) -> Codes:
    """The codes of the shown images at a snapshot; kept for the snapshots asked for last.

    Raises:
        NotFoundError: no such snapshot.
        BadInputError: it has no encoder, or its answers are not finite.
        GanCoreError: the data set cannot be loaded.
    """
    snapshots.resolve_step(run.paths, step)
    content = str(sealed.read_manifest(run.paths.snapshot(step))["sha256"])
    images = shown_images(run).images
    key = (run.paths.root, step, content)
    return _kept_codes().get(key, lambda: _encode(run, step, images))


def manifold_latents(found: Codes) -> NDArray[np.float32]:
    """The latents of the manifold's sheet, row by row from the top, float32 `[225, Z]`."""
    return found.plane.latents(manifold_points(found.across, found.up))


def is_comparable(run: RunView, other: RunView) -> bool:
    """Whether two runs show the same images, so that a point of one is a point of the other."""
    return (
        run.id != other.id
        and has_plane(other)
        and other.sound_config().dataset == run.sound_config().dataset
    )


def _own_dir(run: RunView) -> Path | None:
    return run.paths.dataset if is_own(run.sound_config().dataset.name) else None


def _is_normal(run: RunView) -> bool:
    """Whether its codes were trained to follow the normal distribution."""
    try:
        return registry.get(run.sound_config().recipe).family == "vae"
    except GanCoreError:  # a recipe of another version of this program
        return False


def _load(info: DatasetInfo, data_dir: Path, own_dir: Path | None) -> Shown:
    num = min(MAX_POINTS, max(1, _MAX_BYTES // math.prod(info.image_shape)))
    loaded = data.load(info, data_dir, own_dir, at_most=num)
    held_out = len(loaded.test_images) > 0
    images = loaded.test_images if held_out else loaded.train_images
    labels = loaded.test_labels if held_out else loaded.train_labels
    known = labels is not None and info.num_classes <= MAX_CLASSES
    return Shown(
        images=np.ascontiguousarray(images),
        labels=labels.astype(np.uint8) if known and labels is not None else None,
        held_out=held_out,
    )


def _encode(run: RunView, step: int, images: NDArray[np.uint8]) -> Codes:
    engine = engines().get(run.paths, step)
    starts = range(0, len(images), _ENCODED_AT_ONCE)
    found = np.concatenate([engine.encode(images[i : i + _ENCODED_AT_ONCE]) for i in starts])
    plane = plane_of(found)
    points = plane.points(found)
    limits = limits_of(points)
    across, up = manifold_axes(points, MANIFOLD_SIDE, normal=_is_normal(run))
    return Codes(plane, points, limits, find_holes(points, limits), across, up)


def _draw_atlas(images: NDArray[np.uint8]) -> bytes:
    height, width = thumbnail_size(images.shape[1:3])
    if (height, width) != images.shape[1:3]:
        images = np.stack([_smaller(image, width, height) for image in images])
    sheet = tile(images, atlas_columns(len(images)), gap=0, frame=0, fill=(0, 0, 0))
    file = io.BytesIO()
    to_picture(sheet).save(file, "PNG", compress_level=3)
    return file.getvalue()


def _smaller(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    picture = to_picture(image).resize((width, height), Image.Resampling.BOX)
    return np.asarray(picture, np.uint8).reshape(height, width, image.shape[-1])
