"""Sheets put every pixel where it belongs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from gan_core.charts.sheet import png_bytes, sheet, to_display, upscale
from gan_core.errors import BadInputError


def _images(count: int, channels: int = 1, height: int = 5, width: int = 4) -> NDArray[np.uint8]:
    shape = (count, height, width, channels)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@given(
    st.integers(1, 12),
    st.integers(1, 14),
    st.integers(1, 3),
    st.integers(0, 3),
    st.sampled_from([1, 3]),
)
def test_each_image_is_found_in_its_cell(
    count: int, columns: int, scale: int, gap: int, channels: int
) -> None:
    images = _images(count, channels)
    made = sheet(images, columns, scale, gap)
    pixels = np.asarray(made).reshape(made.height, made.width, channels)[::scale, ::scale]
    columns = min(columns, count)
    rows = -(-count // columns)
    assert pixels.shape[:2] == (rows * (5 + gap) - gap, columns * (4 + gap) - gap)
    for index, image in enumerate(images):
        top, left = index // columns * (5 + gap), index % columns * (4 + gap)
        assert np.array_equal(pixels[top : top + 5, left : left + 4], image)


def test_background_shows_where_no_image_is() -> None:
    made = sheet(_images(3), 2, gap=2, background=(10, 20, 30))
    assert made.mode == "RGB"
    assert made.getpixel((4, 0)) == (10, 20, 30)
    assert made.getpixel((made.width - 1, made.height - 1)) == (10, 20, 30)


def test_ink_on_white_is_for_grey_images_alone() -> None:
    grey, colour = _images(2), _images(2, 3)
    assert np.array_equal(to_display(grey, True), 255 - grey)
    assert np.array_equal(to_display(grey, False), grey)
    assert np.array_equal(to_display(colour, True), colour)


def test_upscale_is_crisp() -> None:
    image = Image.fromarray(np.array([[0, 255]], np.uint8))
    assert np.asarray(upscale(image, 3)).tolist() == [[0, 0, 0, 255, 255, 255]] * 3


def test_png_holds_the_same_pixels() -> None:
    made = sheet(_images(4), 2)
    with Image.open(io.BytesIO(png_bytes(made))) as read:
        assert np.array_equal(np.asarray(read), np.asarray(made))


@pytest.mark.parametrize(
    ("field", "images", "columns", "scale", "gap"),
    [
        ("images", np.zeros((0, 5, 5, 1), np.uint8), 1, 1, 1),
        ("images", np.zeros((1, 5, 5, 2), np.uint8), 1, 1, 1),
        ("images", np.zeros((1, 5, 5, 1), np.float32), 1, 1, 1),
        ("columns", np.zeros((1, 5, 5, 1), np.uint8), 0, 1, 1),
        ("scale", np.zeros((1, 5, 5, 1), np.uint8), 1, 0, 1),
        ("scale", np.zeros((400, 28, 28, 1), np.uint8), 20, 64, 1),
        ("gap", np.zeros((1, 5, 5, 1), np.uint8), 1, 1, -1),
    ],
)
def test_refused(field: str, images: NDArray[np.uint8], columns: int, scale: int, gap: int) -> None:
    with pytest.raises(BadInputError) as caught:
        sheet(images, columns, scale, gap)
    assert caught.value.field == field
