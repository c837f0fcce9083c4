"""Sample sheets: one picture of many images, the same latents every time."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gan_core.errors import DamagedError
from gan_core.evaluation import SheetFigures
from gan_core.runs.files import write_bytes
from gan_core.text import N_

GAP = 2
GREY = (128, 128, 128)
_ABOUT = "latent-studio"


def tile(
    images: NDArray[np.uint8],
    columns: int,
    *,
    gap: int = GAP,
    frame: int = GAP,
    fill: Sequence[int] = GREY,
) -> NDArray[np.uint8]:
    """Set images in rows, from left to right and top to bottom.

    Args:
        images: uint8 `[N, H, W, C]`.
        columns: images in a row.
        gap: pixels between images.
        frame: pixels around them all.
        fill: the colour of both, and of what the last row leaves empty; C values are used.

    Returns:
        One image, uint8 `[H', W', C]`.
    """
    num, height, width, channels = images.shape
    rows = -(-num // columns)
    size = (rows * (height + gap) - gap + 2 * frame, columns * (width + gap) - gap + 2 * frame)
    canvas = np.empty((*size, channels), np.uint8)
    canvas[:] = fill[:channels]
    for i, image in enumerate(images):
        row, column = divmod(i, columns)
        top, left = frame + row * (height + gap), frame + column * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas


def to_picture(image: NDArray[np.uint8]) -> Image.Image:
    """One image `[H, W, C]`, C of 1 or 3, as a picture of mode "L" or "RGB"."""
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


def write_sheet(
    path: Path,
    images: NDArray[np.uint8],
    columns: int,
    p_real: NDArray[np.float32] | None,
    figures: SheetFigures | None = None,
) -> None:
    """Write a sheet as PNG, with D's verdicts in the same file so that they cannot part.

    Args:
        path: `samples/<step>.png`.
        images: uint8 `[N, H, W, C]`.
        columns: images across.
        p_real: D's probability `[N]` of each being real; `None` where D gives none.
        figures: what was measured of it, if anything.

    Raises:
        DiskFullError: no space; an older file stays.
    """
    about = {
        "columns": columns,
        "gap": GAP,
        "tile": [int(size) for size in images.shape[1:3]],
        "p_real": [] if p_real is None else [round(float(p), 3) for p in p_real],
        "figures": None if figures is None else figures.model_dump(mode="json"),
    }
    text = PngInfo()
    text.add_text(_ABOUT, json.dumps(about))
    buffer = io.BytesIO()
    to_picture(tile(images, columns)).save(buffer, "PNG", pnginfo=text)
    write_bytes(path, buffer.getvalue())


def read_about(path: Path) -> dict[str, Any]:
    """The layout of a sheet and D's verdicts: `columns`, `gap`, `tile` `[H, W]`, `p_real` `[N]`
    (empty where D gave none), `figures` (see `SheetFigures`; may be missing).

    Raises:
        FileNotFoundError: there is no such sheet.
        DamagedError: it is not a sheet that `write_sheet` wrote.
    """
    try:
        with Image.open(path, formats=["PNG"]) as image:
            about = json.loads(str(image.info[_ABOUT]))
    except FileNotFoundError:
        raise
    except (OSError, KeyError, ValueError, RecursionError, Image.DecompressionBombError) as error:
        raise DamagedError(N_("{name} is not a sample sheet."), name=path.name) from error
    if not isinstance(about, dict):
        raise DamagedError(N_("{name} is not a sample sheet."), name=path.name)
    return about


def read_images(path: Path) -> NDArray[np.uint8]:
    """The images of a sheet, uint8 `[N, H, W, C]`; what the last row leaves empty is among them.

    Raises:
        FileNotFoundError: there is no such sheet.
        DamagedError: it is not a sheet that `write_sheet` wrote.
    """
    about = read_about(path)
    try:
        height, width = map(int, about["tile"])
        with Image.open(path, formats=["PNG"]) as image:
            sheet = np.asarray(image)
        sheet = sheet.reshape(*sheet.shape[:2], -1)[GAP:, GAP:]
        rows, columns = sheet.shape[0] // (height + GAP), sheet.shape[1] // (width + GAP)
        sheet = sheet[: rows * (height + GAP), : columns * (width + GAP)]
        grid = sheet.reshape(rows, height + GAP, columns, width + GAP, -1)[:, :height, :, :width]
    except (OSError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise DamagedError(N_("{name} is not a sample sheet."), name=path.name) from error
    return np.ascontiguousarray(grid.swapaxes(1, 2)).reshape(-1, height, width, grid.shape[-1])
