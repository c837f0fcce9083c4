"""`shapes`: one coloured shape on black, made by formula, with everything known of each image.

For lessons about directions in the latent space: what is asked there (which way is larger, which
way is red?) can be answered here exactly. Nothing is drawn at random: image i has the shape and
the colour that i counts to, and its size and angle come from a sequence that fills the square
evenly (Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data.shape_outlines import OUTLINES
from gan_core.data.values import Attribute, Dataset, DatasetCard, Images
from gan_core.text import N_

SHAPES = tuple(OUTLINES)
COLOURS: Mapping[str, tuple[int, int, int]] = {
    "red": (228, 60, 50),
    "yellow": (240, 196, 48),
    "green": (64, 180, 84),
    "blue": (64, 120, 236),
    "purple": (172, 84, 208),
}
SIZES = (0.3, 0.8)
"""Smallest and largest: the shape's height as a part of the image's side."""
ANGLES = (-45.0, 45.0)
"""Degrees, counted clockwise from upright."""

NUM_TRAIN = 4000
NUM_TEST = 1000
NATIVE_SIZE = 64

_PLASTIC = 1.32471795724474602596  # the root of x³ = x + 1
_CHUNK = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Attributes:
    """What each of N images shows.

    Attributes:
        shape: int64 `[N]`, an index of `SHAPES`.
        colour: int64 `[N]`, an index of `COLOURS`.
        size: float64 `[N]`, within `SIZES`.
        angle: float64 `[N]`, within `ANGLES`.
    """

    shape: NDArray[np.int64]
    colour: NDArray[np.int64]
    size: NDArray[np.float64]
    angle: NDArray[np.float64]

    def by_name(self) -> dict[str, Attribute]:
        """The four arrays by name."""
        return {
            "shape": self.shape,
            "colour": self.colour,
            "size": self.size,
            "angle": self.angle,
        }


def attributes(start: int, count: int) -> Attributes:
    """What images `start` to `start + count` show; the test images follow the training images."""
    index = np.arange(start, start + count, dtype=np.int64)
    first, second = (np.modf(0.5 + index / _PLASTIC**power)[0] for power in (1, 2))
    return Attributes(
        shape=index % len(SHAPES),
        colour=index // len(SHAPES) % len(COLOURS),
        size=SIZES[0] + (SIZES[1] - SIZES[0]) * first,
        angle=ANGLES[0] + (ANGLES[1] - ANGLES[0]) * second,
    )


def render(shown: Attributes, image_size: int) -> Images:
    """Draw N images, uint8 `[N, image_size, image_size, 3]`, with smooth edges.

    A pixel's colour is the shape's, as strong as the part of the pixel that the shape covers,
    told from the distance between the pixel's centre and the outline.
    """
    images = np.empty((len(shown.shape), image_size, image_size, 3), np.uint8)
    palette = np.array(list(COLOURS.values()), np.float32)
    for number, outline in enumerate(OUTLINES.values()):
        those = np.flatnonzero(shown.shape == number)
        for chosen in np.array_split(those, math.ceil(len(those) / _CHUNK) or 1):
            size = shown.size[chosen, np.newaxis, np.newaxis]
            x, y = _own_coordinates(size, shown.angle[chosen], image_size)
            distance = outline(x, y) * (size * (image_size / 2)).astype(np.float32)  # in pixels
            cover = np.clip(0.5 - distance, 0.0, 1.0)[..., np.newaxis]
            colour = palette[shown.colour[chosen], np.newaxis, np.newaxis]
            images[chosen] = np.rint(cover * colour).astype(np.uint8)
    return images


def load(image_size: int = NATIVE_SIZE) -> Dataset:
    """All images, drawn at this size rather than resized to it; label = shape."""
    train, test = attributes(0, NUM_TRAIN), attributes(NUM_TRAIN, NUM_TEST)
    return Dataset(
        info=_INFO.model_copy(update={"image_size": image_size}),
        train_images=render(train, image_size),
        train_labels=train.shape,
        test_images=render(test, image_size),
        test_labels=test.shape,
        train_attributes=train.by_name(),
        test_attributes=test.by_name(),
    )


def sample_pool(data_dir: Path) -> Images:  # noqa: ARG001 - every data set is asked in these words
    """Images to draw a preview from."""
    return render(attributes(NUM_TRAIN, NUM_TEST), NATIVE_SIZE)


def _own_coordinates(
    size: NDArray[np.float64], angle: NDArray[np.float64], image_size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each pixel's centre as the upright shape of height 2 sees it, both `[N, S, S]`."""
    line = (np.arange(image_size) + 0.5) * (2 / image_size) - 1
    right, down = line[np.newaxis, np.newaxis, :], line[np.newaxis, :, np.newaxis]
    turn = np.radians(angle)[:, np.newaxis, np.newaxis]
    x = (right * np.cos(turn) + down * np.sin(turn)) / size
    y = (down * np.cos(turn) - right * np.sin(turn)) / size
    return x.astype(np.float32), y.astype(np.float32)


_INFO = DatasetInfo(
    name="shapes",
    num_train=NUM_TRAIN,
    num_test=NUM_TEST,
    image_size=NATIVE_SIZE,
    channels=3,
    num_classes=len(SHAPES),
    class_names=SHAPES,
)

CARD = DatasetCard(
    name="shapes",
    title=N_("Shapes: 5 000 coloured shapes, everything known"),
    text=N_(
        "4 000 images to learn from and 1 000 held out: an ellipse, a rectangle, a triangle, an "
        "arrow or a heart in one of five colours, of any size and leaning up to 45° to either "
        "side, alone on black. The program draws them by formula, so nothing is downloaded, and "
        "shape, colour, size and angle of every image are known exactly.\n\n"
        "**What to watch.** There are just four things to learn here, two that jump (shape, "
        "colour) and two that glide (size, angle). Look for directions in the latent space that "
        "change one and leave the others alone. Colours mixed within one shape, or something "
        "between a heart and an arrow, show where the generator glides although the data jump."
    ),
    info=_INFO,
    licence=N_("made by this program; free to use (CC0)"),
    download_bytes=0,
    ready=lambda data_dir: True,  # noqa: ARG005 - made on the spot
)
