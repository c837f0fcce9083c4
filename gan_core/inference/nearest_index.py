"""An index of training images: each looked at once, and the nearest ones found in milliseconds.

See `runs.nearest` for what it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data import Dataset, load
from gan_core.errors import BadInputError
from gan_core.inference.nearest import (
    NUM_RANKED,
    Bytes,
    Coder,
    Floats,
    as_pixels,
    nearest_rows,
    true_distances,
)
from gan_core.portable.features import Features
from gan_core.runs import classifiers, nearest, sealed
from gan_core.runs.checkpoints import Arrays, write_arrays
from gan_core.runs.files import disk_faults, write_json
from gan_core.text import N_

_AT_ONCE = 256
_MOST_BYTES = 1_000_000_000  # of images that are kept beside an index
_SAMPLE = 2000  # images that the codes' axes are found from
_SAMPLE_VALUES = 25_000_000
_NUM_HELD_OUT = 1000

Known = Callable[[Bytes], Floats]
Tell = Callable[[int, int], None]
"""Told how many images of how many are done."""


def make(
    info: DatasetInfo,
    data_dir: Path,
    target: Path,
    features: Features | None,
    own_dir: Path | None = None,
) -> None:
    """Index the training images of a data set.

    Args:
        info: what a run records of its data set.
        data_dir: the data folder.
        target: the folder to seal.
        features: compare by these; by pixels where there are none.
        own_dir: the folder of a prepared own set.

    Raises:
        BadInputError: there are fewer than two training images.
        NotFoundError, DamagedError: the images are not there, or not the right ones.
        DiskFullError, ReadOnlyError: the folder cannot be written.
    """
    data = load(info, data_dir, own_dir)
    with disk_faults(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    rows = chosen_rows(data, keep_all=own_dir is not None)

    def tell(done: int, total: int) -> None:
        classifiers.write_progress(target, classifiers.Progress(done=done, total=total))

    measure: nearest.Measure = "pixels" if features is None else "classifier"
    known_of: Known = as_pixels if features is None else features
    images = data.train_images if len(rows) == len(data.train_images) else data.train_images[rows]
    coder = axes(images, known_of, measure)
    codes = encode(images, known_of, coder, tell)
    held_out, are_held_out = usual_distances(data, images, known_of, coder, codes, measure)
    small: Arrays = {"mean": coder.mean, "basis": coder.basis, "held_out": held_out}
    if data.train_labels is not None:
        small["labels"] = data.train_labels[rows].astype(np.int32)
    card = nearest.Card(
        dataset=info.name,
        measure=measure,
        image_shape=info.image_shape,
        num_images=len(rows),
        num_train=len(data.train_images),
        num_held_out=len(held_out),
        are_held_out=are_held_out,
    )

    def fill(folder: Path) -> None:
        np.save(folder / nearest.CODES, codes)
        if own_dir is None:
            np.save(folder / nearest.IMAGES, images)
        write_arrays(folder / nearest.SMALL, small)
        write_json(folder / nearest.CARD, card.model_dump(mode="json"))

    sealed.seal(target, fill, {})
    nearest.remove_older(target)
    classifiers.clear_progress(target)


def chosen_rows(data: Dataset, *, keep_all: bool) -> NDArray[np.int64]:
    """Which training images are indexed: all, or of a very large set every n-th.

    Raises:
        BadInputError: there are fewer than two.
    """
    num = len(data.train_images)
    if num < 2:
        raise BadInputError(
            N_("{name} has {given} images; at least {least} are needed."),
            field="dataset",
            name=data.info.name,
            given=num,
            least=2,
        )
    num_bytes = num * int(np.prod(data.train_images.shape[1:]))
    stride = 1 if keep_all else -(-num_bytes // _MOST_BYTES)
    return np.arange(0, num, stride)


def axes(images: Bytes, known_of: Known, measure: nearest.Measure) -> Coder:
    """The principal axes of what is known of images, as many as a code has numbers."""
    num_values = int(np.prod(images.shape[1:]))
    num = min(len(images), _SAMPLE, max(2, _SAMPLE_VALUES // num_values))
    rows = np.linspace(0, len(images) - 1, num).astype(np.int64)
    known = np.concatenate(
        [known_of(images[rows[i : i + _AT_ONCE]]) for i in range(0, num, _AT_ONCE)]
    )
    mean = known.mean(axis=0)
    basis = principal_axes(known - mean, nearest.CODE_SIZE)
    if measure == "classifier":
        # Two unrelated images are 1 apart: the mean square distance is twice the variance.
        basis /= max(float(np.sqrt(2.0 * np.square(known - mean).sum(axis=1).mean())), 1e-9)
    return Coder(mean, np.asarray(basis, np.float32))


def principal_axes(centred: Floats, count: int) -> Floats:
    """The first principal axes of rows `[N, F]`, orthonormal columns `[F, K]`."""
    rows = centred.astype(np.float64)
    if len(rows) > rows.shape[1]:
        _, vectors = np.linalg.eigh(rows.T @ rows)
        return np.asarray(vectors[:, ::-1][:, :count], np.float32)
    # The same from the smaller matrix; of N centred rows one direction less is left.
    values, vectors = np.linalg.eigh(rows @ rows.T)
    kept = values[::-1][:count] > 1e-12 * max(values[-1], 1e-300)
    chosen = vectors[:, ::-1][:, :count][:, kept]
    return np.asarray(np.linalg.qr(rows.T @ chosen)[0], np.float32)


def encode(images: Bytes, known_of: Known, coder: Coder, tell: Tell) -> NDArray[np.float16]:
    """The codes of images, float16 `[N, K]`."""
    codes = np.empty((len(images), coder.basis.shape[1]), np.float16)
    for start in range(0, len(images), _AT_ONCE):
        part = images[start : start + _AT_ONCE]
        codes[start : start + len(part)] = coder(known_of(part))
        if start % (16 * _AT_ONCE) == 0:
            tell(start, len(images))
    return codes


def usual_distances(
    data: Dataset,
    images: Bytes,
    known_of: Known,
    coder: Coder,
    codes: NDArray[np.float16],
    measure: nearest.Measure,
) -> tuple[Floats, bool]:
    """How far real images are from their nearest training image, `[M]`; whether held-out ones.

    Where a data set holds none out, training images are compared with all others.
    """
    are_held_out = len(data.test_images) > 0
    pool = data.test_images if are_held_out else images
    asked = np.linspace(0, len(pool) - 1, min(len(pool), _NUM_HELD_OUT)).astype(np.int64)
    found = []
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        known = known_of(pool[part])
        ranked = nearest_rows(codes, coder(known), NUM_RANKED)
        for itself, seen, near in zip(part, known, ranked, strict=True):
            others = np.sort(near if are_held_out else near[near != itself])
            apart = true_distances(measure, seen[np.newaxis], coder, codes[others], images, others)
            found.append(float(apart.min()))
    return np.array(found, np.float32), are_held_out
