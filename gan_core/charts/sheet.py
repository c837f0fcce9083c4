"""Sheets of images: many small pictures in one, crisp.

Images are uint8 `[N, H, W, C]`, C 1 (grey) or 3 (colour), as everywhere in the program.
"""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_core.errors import BadInputError
from gan_core.runs.sheet import GREY, tile, to_picture
from gan_core.text import N_

__all__ = [
    "check_images",
    "check_pixels",
    "png_bytes",
    "sheet",
    "to_display",
    "to_picture",
    "upscale",
]

Images = NDArray[np.uint8]
Colour = tuple[int, int, int]

MAX_SCALE = 64
MAX_PIXELS = 40_000_000


def to_display(images: Images, invert: bool) -> Images:
    """The images as shown: grey ones as ink on white where `invert`; colour is never inverted.

    `invert` is a display setting; pixels that are stored or measured never pass through here.

    Raises:
        BadInputError: not images `[N, H, W, 1 or 3]` of uint8.
    """
    check_images(images)
    return 255 - images if invert and images.shape[-1] == 1 else images


def sheet(
    images: Images,
    columns: int,
    scale: int = 1,
    gap: int = 1,
    invert: bool = False,
    background: Colour = GREY,
) -> Image.Image:
    """Set images in rows of `columns`, from left to right and top to bottom.

    Args:
        images: `[N, H, W, C]`.
        columns: images in a row; fewer images than that make a shorter row.
        scale: each pixel becomes a square of this side.
        gap: pixels between images, before scaling.
        invert: see `to_display`.
        background: what shows in the gaps and where the last row ends early.

    Returns:
        An image of mode "L" where images and background are grey, else "RGB".

    Raises:
        BadInputError: not images, a number out of bounds, or a sheet of more than 40 megapixels.
    """
    shown = to_display(images, invert)
    _check_at_least("columns", columns, 1)
    _check_at_least("gap", gap, 0)
    count, height, width, channels = shown.shape
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    check_pixels((rows * (height + gap) - gap) * (columns * (width + gap) - gap), scale)
    if channels == 1 and len(set(background)) > 1:
        shown = np.repeat(shown, 3, axis=-1)
    return upscale(to_picture(tile(shown, columns, gap=gap, frame=0, fill=background)), scale)


def upscale(image: Image.Image, factor: int) -> Image.Image:
    """Each pixel as a square of side `factor`: crisp, nothing blended.

    Raises:
        BadInputError: the factor is out of bounds, or the result above 40 megapixels.
    """
    check_pixels(image.width * image.height, factor)
    if factor == 1:
        return image
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)


def png_bytes(image: Image.Image) -> bytes:
    """The image as a PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def check_images(images: Images) -> None:
    """Refuse what is not one or more images of uint8 `[N, H, W, 1 or 3]`.

    Raises:
        BadInputError: not such an array.
    """
    if images.ndim != 4 or images.size == 0 or images.shape[-1] not in (1, 3):
        raise BadInputError(
            N_("Images of shape [N, H, W, 1 or 3] are needed; given {shape}."),
            field="images",
            shape=images.shape,
        )
    if images.dtype != np.uint8:
        raise BadInputError(
            N_("Images of 8 bits a value are needed; given {dtype}."),
            field="images",
            dtype=str(images.dtype),
        )


def check_pixels(num_pixels: int, scale: int) -> None:
    """Refuse a picture too large to make, before any of it is made.

    Args:
        num_pixels: pixels before scaling.
        scale: 1 to 64.

    Raises:
        BadInputError: the scale is out of bounds, or the result above 40 megapixels.
    """
    if not 1 <= scale <= MAX_SCALE:
        raise BadInputError(
            N_("The scale must be 1 to {high}; given {given}."),
            field="scale",
            high=MAX_SCALE,
            given=scale,
        )
    if num_pixels * scale**2 > MAX_PIXELS:
        raise BadInputError(
            N_("The picture would have {given} megapixels; at most {high} are made."),
            N_("Choose a smaller scale or fewer images."),
            field="scale",
            given=math.ceil(num_pixels * scale**2 / 1e6),
            high=MAX_PIXELS // 1_000_000,
        )


def _check_at_least(field: str, given: int, low: int) -> None:
    if given < low:
        raise BadInputError(
            N_("At least {low} is needed; given {given}."), field=field, low=low, given=given
        )
