"""Indices of training images, in the runs folder: one for each data set and measure.

    .nearest/<key>/      codes.npy, images.npy, small.safetensors, card.json, manifest.json: sealed
    .nearest/<key>.json  how far its making is
    .nearest/<key>.log   what its making printed

An image's code is at most 64 numbers, float16; near codes are near images by the measure:

- `pixels`: the root mean square difference of all pixel values, 0 to 1.
- `classifier`: the distance in the features of the data set's classifier, the layer before its
  last; 1 is how far apart two training images are that have nothing to do with each other.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, DatasetInfo, Frozen
from gan_core.errors import DamagedError
from gan_core.runs import classifiers, sealed
from gan_core.runs.files import read_json
from gan_core.text import N_

Measure = Literal["classifier", "pixels"]
MEASURES = get_args(Measure)

CODES, IMAGES, SMALL, CARD = "codes.npy", "images.npy", "small.safetensors", "card.json"
CODE_SIZE = 64

_FOLDER = ".nearest"


class Card(Frozen):
    """What an index is.

    Attributes:
        dataset: the name of the data set.
        measure: see above.
        image_shape: `(H, W, C)`.
        num_images: how many training images it knows, which of a very large set is every n-th.
        num_train: how many training images there are.
        num_held_out: by how many held-out images the usual distance was found.
        are_held_out: whether these were held out; else they are training images themselves, each
            compared with all others.
    """

    schema_version: int = SCHEMA_VERSION
    dataset: str
    measure: Measure
    image_shape: tuple[int, int, int]
    num_images: int = Field(ge=2)
    num_train: int = Field(ge=2)
    num_held_out: int = Field(ge=1)
    are_held_out: bool


def home(runs_dir: Path) -> Path:
    """Where the indices of a runs folder lie."""
    return runs_dir / _FOLDER


def best_measure(runs_dir: Path, info: DatasetInfo) -> Measure:
    """By what images of a data set are compared: by its classifier where there is one."""
    if classifiers.suits(info) and classifiers.is_there(classifiers.folder_of(runs_dir, info)):
        return "classifier"
    return "pixels"


def folder_of(runs_dir: Path, info: DatasetInfo, measure: Measure) -> Path:
    """The sealed folder of an index, whether it is there or not; another classifier has another.

    Raises:
        DamagedError: the classifier's manifest cannot be read.
    """
    name = f"{classifiers.key_of(info)}-{measure}"
    if measure == "classifier":
        manifest = sealed.read_manifest(classifiers.folder_of(runs_dir, info))
        name += f"-{str(manifest['sha256'].get(classifiers.MODEL))[:8]}"
    return home(runs_dir) / name


def remove_older(folder: Path) -> None:
    """Remove the indices that this one takes the place of: those of earlier classifiers."""
    dataset, measure, *_ = folder.name.split("-")
    for entry in folder.parent.glob(f"{dataset}-{measure}-*"):
        if entry.is_dir() and entry != folder:
            shutil.rmtree(entry, ignore_errors=True)


def is_there(folder: Path) -> bool:
    """Whether an index was sealed here."""
    return (folder / sealed.MANIFEST).is_file()


def read_card(folder: Path) -> Card:
    """What an index is.

    Raises:
        DamagedError: missing, altered, or not a card.
    """
    try:
        return Card.model_validate(read_json(sealed.verified(folder, CARD)))
    except ValidationError as error:
        raise DamagedError(N_("{file} is damaged."), file=CARD) from error
