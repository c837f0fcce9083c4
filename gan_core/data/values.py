"""What this room hands out: arrays, and the card that describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]

Attribute = NDArray[np.int64] | NDArray[np.float64]

Progress = Callable[[str, int, int], None]
"""Called with the file being fetched, the bytes had so far, and the bytes in all."""


def _no_attributes() -> Mapping[str, Attribute]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """All of a data set; the arrays are read-only, in memory or mapped from a file.

    Attributes:
        info: sizes and counts, as the arrays have them.
        train_images: uint8 `[N, H, W, C]`, 0 to 255.
        train_labels: int64 `[N]`, 0 to `num_classes` - 1; `None` where nothing is labelled.
        test_images: uint8 `[M, H, W, C]`; M is 0 where nothing is held out.
        test_labels: int64 `[M]`, or `None`.
        train_attributes, test_attributes: what else is known of each image, by name, `[N]` and
            `[M]`; empty for most data sets.
    """

    info: DatasetInfo
    train_images: Images
    train_labels: Labels | None
    test_images: Images
    test_labels: Labels | None
    train_attributes: Mapping[str, Attribute] = field(default_factory=_no_attributes)
    test_attributes: Mapping[str, Attribute] = field(default_factory=_no_attributes)

    def __post_init__(self) -> None:
        known = (*self.train_attributes.values(), *self.test_attributes.values())
        arrays = (self.train_images, self.train_labels, self.test_images, self.test_labels)
        for array in (*arrays, *known):
            if array is not None:
                array.flags.writeable = False


@dataclass(frozen=True, kw_only=True)
class DatasetCard:
    """What a page or the command line says of a data set before loading it.

    Attributes:
        name: as typed on the command line; with its selection, in the one order that equal
            selections share.
        title: a short heading; marked for translation, as are `text` and `licence`.
        text: Markdown for a learner: what it is, what to watch.
        info: sizes and counts.
        licence: under which terms the images may be used.
        download_bytes: what `prepare` fetches when nothing is there yet, or, where the data folder
            is known, of what is missing; 0 where nothing ever is fetched.
        ready: whether `load` needs no download first, given the data folder; quick, because
            names and sizes are looked at, not checksums.
        selectable: what may follow the family's name after a colon, in the order in which a page
            offers it (`cifar10:cat,dog` takes two of ten; what lies in the data folder comes
            first). Empty where the set is taken whole. For one or several of them, describe
            `family + ":" + ",".join(picked)`; for none, the family's name alone.
    """

    name: str
    title: str
    text: str
    info: DatasetInfo
    licence: str
    download_bytes: int
    ready: Callable[[Path], bool]
    selectable: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The name without a selection."""
        return self.name.partition(":")[0] if self.selectable else self.name
