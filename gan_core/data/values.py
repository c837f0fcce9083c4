"""What this room hands out: arrays, and the card that describes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]

Progress = Callable[[str, int, int], None]
"""Called with the file being fetched, the bytes had so far, and the bytes in all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """All of a data set in memory; the arrays are read-only.

    Attributes:
        info: sizes and counts, as the arrays have them.
        train_images: uint8 `[N, H, W, C]`, 0 to 255.
        train_labels: int64 `[N]`, 0 to `num_classes` - 1; `None` where nothing is labelled.
        test_images: uint8 `[M, H, W, C]`; M is 0 where nothing is held out.
        test_labels: int64 `[M]`, or `None`.
    """

    info: DatasetInfo
    train_images: Images
    train_labels: Labels | None
    test_images: Images
    test_labels: Labels | None

    def __post_init__(self) -> None:
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            if array is not None:
                array.flags.writeable = False


@dataclass(frozen=True, kw_only=True)
class DatasetCard:
    """What a page or the command line says of a data set before loading it.

    Attributes:
        name: as typed on the command line.
        title: a short heading; marked for translation, as are `text` and `licence`.
        text: Markdown for a learner: what it is, what to watch.
        info: sizes and counts.
        licence: under which terms the images may be used.
        download_bytes: what `prepare` fetches when nothing is there yet; 0 where nothing ever is.
        ready: whether `load` needs no download first, given the data folder; quick, because
            names and sizes are looked at, not checksums.
    """

    name: str
    title: str
    text: str
    info: DatasetInfo
    licence: str
    download_bytes: int
    ready: Callable[[Path], bool]
