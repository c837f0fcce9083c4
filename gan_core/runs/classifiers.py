"""Classifiers of labelled data sets, in the runs folder: one for each data set and image shape.

Built-in sets have one that ships with the program; see `runs.shipped`.

    .classifiers/<key>/   classifier.onnx, golden.safetensors, card.json, manifest.json: sealed
    .classifiers/<key>.json   how far its training is
    .classifiers/<key>.log    what its training printed

Images go in as float32 `[N, H, W, C]` from 0 to 1, logits `[N, K]` come out.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, DatasetInfo, Frozen
from gan_core.errors import DamagedError
from gan_core.runs import sealed, shipped
from gan_core.runs.files import read_json, write_json
from gan_core.text import N_

MODEL, GOLDEN, CARD = "classifier.onnx", "golden.safetensors", "card.json"
MIN_CLASSES, MAX_CLASSES = 2, 1000
LOCK = ".lock"
"""In `home`; whoever holds it trains."""

_FOLDER = ".classifiers"
_MAX_PROGRESS_BYTES = 100_000

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Card(Frozen):
    """What a classifier is.

    Attributes:
        dataset: the name of the data set that it was trained on.
        class_names: a name for each class, in the order of the logits.
        image_shape: `(H, W, C)`.
        pixels: how bytes become numbers; `0,1` is the only way so far.
        accuracy: the share of held-out images that it names rightly.
        num_train, num_test: how many images it learnt from, and was tested on.
    """

    schema_version: int = SCHEMA_VERSION
    dataset: str
    class_names: tuple[str, ...] = Field(min_length=MIN_CLASSES, max_length=MAX_CLASSES)
    image_shape: tuple[int, int, int]
    pixels: Literal["0,1"] = "0,1"
    accuracy: Share
    num_train: int
    num_test: int


class Progress(Frozen):
    """How far the training of a classifier is."""

    schema_version: int = SCHEMA_VERSION
    done: int = Field(ge=0)
    total: int = Field(ge=1)

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total)


def suits(info: DatasetInfo) -> bool:
    """Whether there is anything to tell apart."""
    return MIN_CLASSES <= info.num_classes <= MAX_CLASSES


def class_names(info: DatasetInfo) -> tuple[str, ...]:
    """The names of a data set's classes; their numbers where they have none."""
    return info.class_names or tuple(str(number) for number in range(info.num_classes))


def key_of(info: DatasetInfo) -> str:
    """A name for the data set in this shape: 16 hexadecimal digits; its title plays no part."""
    identity = info.model_dump(mode="json", exclude={"title"})
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def home(runs_dir: Path) -> Path:
    """Where the classifiers of a runs folder lie."""
    return runs_dir / _FOLDER


def folder_of(runs_dir: Path, info: DatasetInfo) -> Path:
    """The sealed folder of a data set's classifier, whether it is there or not.

    One that ships with the program is taken before any that was trained here.
    """
    return shipped.of_classes(info) or home(runs_dir) / key_of(info)


def is_there(folder: Path) -> bool:
    """Whether a classifier was sealed here."""
    return (folder / sealed.MANIFEST).is_file()


def read_card(folder: Path) -> Card:
    """What a classifier is.

    Raises:
        DamagedError: missing, altered, or not a card.
    """
    try:
        return Card.model_validate(read_json(sealed.verified(folder, CARD)))
    except ValidationError as error:
        raise DamagedError(N_("{file} is damaged."), file=CARD) from error


def log_of(folder: Path) -> Path:
    """What the training printed."""
    return folder.with_name(f"{folder.name}.log")


def write_progress(folder: Path, progress: Progress) -> None:
    """Note how far the training is."""
    write_json(_progress_of(folder), progress.model_dump(mode="json"))


def read_progress(folder: Path) -> Progress | None:
    """How far the training was when it last told; `None` where nothing is known."""
    try:
        value = read_json(_progress_of(folder), max_bytes=_MAX_PROGRESS_BYTES)
        return Progress.model_validate(value)
    except (FileNotFoundError, DamagedError, ValidationError):
        return None


def clear_progress(folder: Path) -> None:
    """Forget it."""
    _progress_of(folder).unlink(missing_ok=True)


def _progress_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")
