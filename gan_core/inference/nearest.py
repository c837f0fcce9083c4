"""The nearest training images of an image, and whether it is nearer to them than is usual."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data import prepared
from gan_core.errors import BadInputError, DamagedError
from gan_core.portable.features import Features
from gan_core.runs import checkpoints, classifiers, nearest, sealed
from gan_core.text import N_

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

NUM_RANKED = 50


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What lies nearest to an image.

    Attributes:
        images: the nearest training images, uint8 `[K, H, W, C]`, the nearest first.
        distances: how far they are, float32 `[K]`; see `runs.nearest` for the measures.
        labels: their classes `[K]`, or `None`.
        typical: how far a real image that was held out is from its nearest one, the median.
        closer_than_share: the share of held-out images that are nearer to their nearest
            training image than this one is: near 0, this one is closer than real ones are.
    """

    images: Bytes
    distances: Floats
    labels: NDArray[np.int64] | None
    typical: float
    closer_than_share: float


@dataclass(frozen=True, eq=False)
class Coder:
    """Turns what is known of images, `[N, F]`, into codes `[N, K]`, K at most 64.

    Attributes:
        mean: float32 `[F]`.
        basis: float32 `[F, K]`; orthogonal columns, all as long as the measure's unit wants.
    """

    mean: Floats
    basis: Floats

    def __call__(self, known: Floats) -> Floats:
        """Their codes, float32 `[N, K]`."""
        return np.asarray((known - self.mean) @ self.basis, np.float32)


def as_pixels(images: Bytes) -> Floats:
    """Images `[N, H, W, C]` as rows `[N, F]` whose distance is their root mean square difference.

    Pixels count from 0 to 1.
    """
    rows = images.reshape(len(images), -1).astype(np.float32)
    return rows / np.float32(255.0 * np.sqrt(rows.shape[1]))


class NearestIndex:
    """The training images of a data set, found by likeness. Safe to share between threads."""

    def __init__(
        self,
        card: nearest.Card,
        known_of: Callable[[Bytes], Floats],
        coder: Coder,
        codes: NDArray[np.float16],
        images: Bytes,
        labels: NDArray[np.int64] | None,
        held_out: Floats,
    ) -> None:
        self.card = card
        self._known_of = known_of
        self._coder = coder
        self._codes = codes
        self._images = images
        self._labels = labels
        self._held_out = np.sort(held_out)

    @classmethod
    def open(cls, folder: Path, features: Features | None, own_dir: Path | None) -> Self:
        """Load an index; codes and images stay on the disk and are mapped.

        Args:
            folder: sealed by `python -m gan_core.inference.nearest_build`.
            features: of the data set's classifier, for that measure.
            own_dir: the folder of a prepared own set, whose images are not kept twice.

        Raises:
            NotFoundError: the own set's images are not there.
            DamagedError: a file is missing, altered or does not fit the others.
        """
        card = nearest.read_card(folder)
        small = checkpoints.read_arrays(sealed.verified(folder, nearest.SMALL))
        codes = _mapped(sealed.verified(folder, nearest.CODES))
        if own_dir is None:
            images = _mapped(sealed.verified(folder, nearest.IMAGES))
        else:
            images = prepared.open_set(own_dir).images()[: card.num_images]
        right = (
            {"mean", "basis", "held_out"} <= small.keys()
            and codes.shape == (card.num_images, small["basis"].shape[1])
            and images.shape == (card.num_images, *card.image_shape)
            and (features is not None) == (card.measure == "classifier")
        )
        if not right:
            raise DamagedError(N_("The manifest of {folder} is damaged."), folder=folder.name)
        labels = small.get("labels")
        return cls(
            card,
            as_pixels if features is None else features,
            Coder(small["mean"].astype(np.float32), small["basis"].astype(np.float32)),
            codes,
            images,
            None if labels is None else labels.astype(np.int64),
            small["held_out"].astype(np.float32),
        )

    def nearest_to(self, image: Bytes, count: int) -> Neighbours:
        """The training images nearest to one, uint8 `[H, W, C]`.

        Raises:
            BadInputError: it has another shape.
        """
        if image.shape != self.card.image_shape:
            raise BadInputError(
                N_("the image has shape {given}; this data set's have {shape}."),
                field="image",
                given=image.shape,
                shape=self.card.image_shape,
            )
        known = self._known_of(image[np.newaxis])
        rows = nearest_rows(self._codes, self._coder(known), NUM_RANKED)[0]
        codes = self._codes[rows]
        apart = true_distances(self.card.measure, known, self._coder, codes, self._images, rows)
        order = np.argsort(apart, kind="stable")[:count]
        chosen = rows[order]
        nearest_distance = float(apart[order[0]])
        return Neighbours(
            images=np.asarray(self._images[chosen]),
            distances=apart[order],
            labels=None if self._labels is None else self._labels[chosen],
            typical=float(np.median(self._held_out)),
            closer_than_share=float(
                np.searchsorted(self._held_out, nearest_distance) / len(self._held_out)
            ),
        )


def true_distances(
    measure: nearest.Measure,
    known: Floats,
    coder: Coder,
    codes: NDArray[np.float16],
    images: Bytes,
    rows: NDArray[np.int64],
) -> Floats:
    """The distances `[M]` of something known `[1, F]` to M images.

    By pixels, the images themselves are compared: codes leave out fine detail. Features are
    compared by their codes, which hold nearly all of them.

    Args:
        measure, known, coder: what is compared, and how.
        codes: of the M images, float16 `[M, K]`.
        images: all of them, uint8 `[N, H, W, C]`.
        rows: which M of these.
    """
    if measure == "pixels":
        return np.asarray(np.linalg.norm(as_pixels(images[rows]) - known, axis=1))
    return np.asarray(np.linalg.norm(codes.astype(np.float32) - coder(known), axis=1))


def nearest_rows(
    codes: NDArray[np.float16], wanted: Floats, count: int, *, rows_at_once: int = 8192
) -> NDArray[np.int64]:
    """For each of `wanted` `[Q, K]` the rows of the nearest codes `[N, K]`, unordered.

    Returns:
        int64 `[Q, min(count, N)]`.
    """
    best_rows = np.empty((len(wanted), 0), np.int64)
    best = np.empty((len(wanted), 0), np.float32)
    for start in range(0, len(codes), rows_at_once):
        part = codes[start : start + rows_at_once].astype(np.float32)
        # |c - w|² without |w|², which is the same for all.
        apart = np.einsum("nk,nk->n", part, part) - 2.0 * (wanted @ part.T)
        rows = np.broadcast_to(np.arange(start, start + len(part)), apart.shape)
        best, best_rows = np.hstack([best, apart]), np.hstack([best_rows, rows])
        if best.shape[1] > count:
            kept = np.argpartition(best, count - 1, axis=1)[:, :count]
            best = np.take_along_axis(best, kept, axis=1)
            best_rows = np.take_along_axis(best_rows, kept, axis=1)
    return best_rows


class NearestCache:
    """The indices used last, shared by all viewers."""

    def __init__(self, max_entries: int = 4) -> None:
        self._max_entries = max_entries
        self._loaded: OrderedDict[tuple[str, str, int], NearestIndex] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, runs_dir: Path, info: DatasetInfo, measure: nearest.Measure, own_dir: Path | None
    ) -> NearestIndex:
        """The index of a data set, which must be there.

        Raises:
            NotFoundError, DamagedError: it cannot be loaded.
        """
        folder = nearest.folder_of(runs_dir, info, measure)
        made = (folder / sealed.MANIFEST).stat().st_mtime_ns
        key = (str(folder), str(own_dir), made)
        with self._lock:
            if key not in self._loaded:
                classifier = classifiers.folder_of(runs_dir, info)
                features = Features.open(classifier) if measure == "classifier" else None
                self._loaded[key] = NearestIndex.open(folder, features, own_dir)
            self._loaded.move_to_end(key)
            while len(self._loaded) > self._max_entries:
                self._loaded.popitem(last=False)
            return self._loaded[key]


def _mapped(path: Path) -> NDArray[Any]:
    try:
        found: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=path.name, reason=str(error)
        ) from error
    return found
