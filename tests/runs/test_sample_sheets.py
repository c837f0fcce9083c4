"""Sheets: every image at its place, D's verdicts in the same file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gan_core.errors import DamagedError
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.sheet import GAP, read_about, read_images, tile, write_sheet


@given(
    st.integers(1, 20),
    st.integers(1, 6),
    st.integers(1, 9),
    st.sampled_from([1, 3]),
    st.integers(0),
)
def test_every_image_at_its_place(
    num: int, columns: int, size: int, channels: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (num, size, size, channels), np.uint8)
    sheet = np.asarray(tile(images, columns))
    sheet = sheet.reshape(*sheet.shape[:2], channels)
    for i, image in enumerate(images):
        top = GAP + (i // columns) * (size + GAP)
        left = GAP + (i % columns) * (size + GAP)
        np.testing.assert_array_equal(sheet[top : top + size, left : left + size], image)


def test_verdicts_travel_with_the_sheet(paths: RunPaths) -> None:
    images = np.zeros((6, 28, 28, 1), np.uint8)
    p_real = np.linspace(0, 1, 6, dtype=np.float32)
    write_sheet(paths.sample(50), images, 3, p_real)
    about = read_about(paths.sample(50))
    assert about == {
        "columns": 3,
        "gap": GAP,
        "tile": [28, 28],
        "p_real": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
        "figures": None,
    }
    with Image.open(paths.sample(50)) as image:
        assert image.size == (3 * 30 + 2, 2 * 30 + 2)
    assert sheet_steps(paths) == [50]


def test_steps_of_sheets(paths: RunPaths) -> None:
    for name in ("0.png", "100.png", "20.png", ".tmp-3", "x.png", "7.txt"):
        (paths.samples / name).touch()
    assert sheet_steps(paths) == [0, 20, 100]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_what_is_no_sheet(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(content)
    with pytest.raises(DamagedError, match=r"1\.png is not a sample sheet"):
        read_about(path)


def test_a_picture_without_our_words(tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "1.png")
    with pytest.raises(DamagedError):
        read_about(tmp_path / "1.png")
    with pytest.raises(FileNotFoundError):
        read_about(tmp_path / "2.png")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_gives_its_images_back(paths: RunPaths, channels: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (9, 28, 28, channels), np.uint8)
    write_sheet(paths.sample(0), images, 3, None)
    np.testing.assert_array_equal(read_images(paths.sample(0)), images)
