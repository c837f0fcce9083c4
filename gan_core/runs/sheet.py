"""Sample sheets: one picture of many images, the same latents every time."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_core.runs.files import write_bytes


def tile(images: NDArray[np.uint8], columns: int, *, gap: int = 2, fill: int = 128) -> Image.Image:
    """Images `[N, H, W, C]`, C of 1 or 3, in rows of `columns` with `gap` pixels between."""
    num, height, width, channels = images.shape
    rows = -(-num // columns)
    shape = (rows * (height + gap) + gap, columns * (width + gap) + gap, channels)
    canvas = np.full(shape, fill, np.uint8)
    for i, image in enumerate(images):
        row, column = divmod(i, columns)
        top, left = gap + row * (height + gap), gap + column * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return Image.fromarray(canvas[..., 0] if channels == 1 else canvas)


def write_sheet(path: Path, images: NDArray[np.uint8], columns: int) -> None:
    """Write a sheet as PNG.

    Raises:
        DiskFullError: no space; an older file stays.
    """
    buffer = io.BytesIO()
    tile(images, columns).save(buffer, "PNG")
    write_bytes(path, buffer.getvalue())
