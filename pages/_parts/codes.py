"""Images with their latents and classes: what concept vectors are made from.

A generator's are drawn by seed and labelled by a classifier; where there is an encoder they are
real images that were held out, with the labels that came with them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.latent.sampling import sample_latents
from gan_core.runs import sealed
from gan_core.runs.store import RunView
from pages._parts.plane_data import Kept, shown_images
from pages._parts.studio import classifiers, engines, studio

ENOUGH = 150
"""Images a side after which no more are drawn."""
MAX_DRAWN = 2000

_AT_ONCE = 100
_MAX_ENTRIES, _MAX_BYTES = 256, 64_000_000
_SURE = 0.6  # a label that the classifier is less sure of says little


@dataclass(frozen=True, eq=False)
class Pool:
    """Images of one snapshot.

    Attributes:
        codes: their latents, float32 `[N, Z]`.
        images: uint8 `[N, H, W, C]`.
        labels: int64 `[N]`, -1 where the class is not sure; `None` where classes are unknown.
    """

    codes: NDArray[np.float32]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64] | None

    def rows(self, label: int | None, but: int | None = None) -> NDArray[np.int64]:
        """The positions of one class; without one, those of all classes but one."""
        if self.labels is None:
            return np.empty(0, np.int64)
        if label is not None:
            return np.flatnonzero(self.labels == label)
        return np.flatnonzero((self.labels >= 0) & (self.labels != but))


def pool(
    run: RunView,
    step: int,
    is_enough: Callable[[Pool], bool],
    progress: Callable[[float], None],
) -> Pool:
    """Images of a snapshot, until there are enough or no more; kept for the next viewer.

    Args:
        run: whose snapshot.
        step: the snapshot's step.
        is_enough: looks at those drawn so far.
        progress: told after each hundred which share of the most there can be is done.

    Raises:
        GanCoreError: the snapshot, the classifier or the data set cannot be loaded.
    """
    encodes = engines().get(run.paths, step).has_encoder
    last = -(-_num_real(run) // _AT_ONCE) if encodes else MAX_DRAWN // _AT_ONCE
    parts: list[Pool] = []
    for index in range(last):
        part = _encoded(run, step, index) if encodes else _drawn(run, step, index)
        parts.append(Pool(*part))
        found = _joined(parts)
        progress((index + 1) / last)
        if is_enough(found):
            break
    return found


def has_encoder(run: RunView, step: int) -> bool:
    """Whether real images can be turned into latents."""
    return engines().get(run.paths, step).has_encoder


def _joined(parts: list[Pool]) -> Pool:
    labels = [part.labels for part in parts if part.labels is not None]
    return Pool(
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.images for part in parts]),
        np.concatenate(labels) if len(labels) == len(parts) else None,
    )


def _num_real(run: RunView) -> int:
    return min(len(shown_images(run).images), MAX_DRAWN)


_Part = tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.int64] | None]


def _drawn(run: RunView, step: int, index: int) -> _Part:
    """Generated images; drawn and labelled apart, because a classifier may come later."""
    latents, images, _labels = _kept().get(
        _key(run, step, index), lambda: _generated(run, step, index)
    )
    classifier = classifiers().get(studio().store.root, run.sound_config().dataset)
    if classifier is None:
        return latents, images, None
    labels, confidences = classifier.classify(images)
    return latents, images, np.where(confidences >= _SURE, labels, -1)


def _generated(run: RunView, step: int, index: int) -> _Part:
    engine = engines().get(run.paths, step)
    # Seeds that nobody types: what is looked at shall not be what the vector was made from.
    latents = sample_latents(1_000_000 + index, _AT_ONCE, engine.latent_size)
    return latents, engine.images(latents), None


def _encoded(run: RunView, step: int, index: int) -> _Part:
    return _kept().get(_key(run, step, index), lambda: _encode(run, step, index))


def _encode(run: RunView, step: int, index: int) -> _Part:
    shown = shown_images(run)
    # Every so many-th, so that a set that is sorted by class gives all of them from the start.
    last = -(-_num_real(run) // _AT_ONCE)
    rows = np.linspace(0, len(shown.images) - 1, _num_real(run)).astype(np.int64)[index::last]
    codes = engines().get(run.paths, step).encode(shown.images[rows])
    labels = None if shown.labels is None else shown.labels[rows].astype(np.int64)
    return codes, shown.images[rows], labels


@functools.cache
def _kept() -> Kept[_Part]:
    """Parts for the next viewer; large images leave room for fewer."""
    return Kept(
        _MAX_ENTRIES, max_bytes=_MAX_BYTES, size=lambda part: part[0].nbytes + part[1].nbytes
    )


def _key(run: RunView, step: int, index: int) -> tuple[str, str, int]:
    """By the snapshot's content: another run may come to have its name."""
    content = str(sealed.read_manifest(run.paths.snapshot(step))["sha256"])
    return run.id, content, index
