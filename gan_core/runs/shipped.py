"""Classifiers that ship with the program, in `gan_core/classifiers/`: frozen and checksummed.

Made by `docs/make_classifiers.py`. `digits` serves the embedded digits, too: it learnt from all
training images of MNIST, and is tested on MNIST's own test images, which are not among them.
That of CIFAR-10 learnt from a copy whose images had been packed as JPEG.
"""

from __future__ import annotations

from pathlib import Path

from gan_core.config import DatasetInfo
from gan_core.runs import sealed

FOLDER = Path(__file__).resolve().parent.parent / "classifiers"

_SHIPPED = {
    "digits": ("digits", (28, 28, 1)),
    "mnist": ("digits", (28, 28, 1)),
    "fashion-mnist": ("fashion", (28, 28, 1)),
    "cifar10": ("cifar10", (32, 32, 3)),
    "shapes": ("shapes", (64, 64, 3)),
}
_TITLES = {"digits": "digit", "fashion": "fashion", "cifar10": "CIFAR-10", "shapes": "shape"}


def of_family(info: DatasetInfo) -> Path | None:
    """The classifier of the whole data set that a set is, or is a selection of."""
    family = info.name.partition(":")[0]
    folder, shape = _SHIPPED.get(family, ("", ()))
    if info.image_shape != shape or not (FOLDER / folder / sealed.MANIFEST).is_file():
        return None
    return FOLDER / folder


def of_classes(info: DatasetInfo) -> Path | None:
    """The classifier that names this very set's classes."""
    folder = of_family(info)
    return folder if ":" not in info.name else None


def features_name(folder: Path) -> str:
    """What the features of a shipped classifier are called, as in `digit features`."""
    return f"{_TITLES[folder.name]} features"
