"""A visitor's picture, read by a process with limits."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from gan_core.errors import BadInputError
from gan_core.jobs.picture import MAX_BYTES, read_picture

SHAPE = (28, 28, 1)


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as this."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    empty = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + empty


def test_a_picture_becomes_a_runs_pixels() -> None:
    pixels = np.random.default_rng(0).integers(200, 256, (28, 28), np.uint8)
    found, inverted = read_picture(png(Image.fromarray(pixels)), SHAPE, "dark")
    assert inverted
    np.testing.assert_array_equal(found[..., 0], 255 - pixels)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "damaged"), (b"MZ\0\0", "damaged"), (claims(60_000, 60_000), "more pixels")],
    ids=["empty", "program", "bomb"],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        read_picture(content, SHAPE, "dark")


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(BadInputError, match="10 MB"):
        read_picture(bytes(MAX_BYTES + 1), SHAPE, "dark")
