"""One picture file, of any size and mode, as a square of bytes.

Only formats that Pillow decodes by itself, in this process, are opened; what a file says of its
size is looked at before any pixel is decoded.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from gan_core.data.own.limits import Limits
from gan_core.data.own.report import Reason
from gan_core.data.own.timing import TooSlowError, at_most

Fit = Literal["crop", "pad"]
Bytes = NDArray[np.uint8]

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
SUFFIXES = frozenset(
    {
        ".apng", ".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpe",
        ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp",
    }
)  # fmt: skip
MIN_SIDE = 8
HEAD_BYTES = 32
_STARTS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*",
    b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"P4", b"P5", b"P6",
)  # fmt: skip
_ISO_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
_ORIENTATION = 0x0112
_PIECE_BYTES = 1024
"""Fed to a decoder at a time; in between it can be ended. Pillow's own 64 KB may hold minutes."""
_WHITE = (255, 255, 255, 255)
_COLOUR_DISTANCE = 16

# What decoders raise for bytes that are not what they claim. Pillow promises only OSError.
_FAULTS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError,
    AttributeError, AssertionError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


class UnreadableError(Exception):
    """A picture that is left out, with the reason for the report."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason: Reason = reason
        self.detail = detail
        super().__init__(reason)


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture, and what was done to make it plain.

    Attributes:
        image: mode `L` or `RGB`, at least as large as what was asked for.
        size: width and height as it came, upright.
        animated, transparent, rotated, deep: see `report.Report`.
    """

    image: Image.Image
    size: tuple[int, int]
    animated: bool = False
    transparent: bool = False
    rotated: bool = False
    deep: bool = False


def suffix_of(name: str) -> str:
    """The ending of a file's name in small letters, such as `.png`; a path object is ten times as
    slow, and there may be a hundred thousand names.
    """
    dot = name.rfind(".")
    return name[dot:].lower() if dot > name.rfind("/") + 1 else ""


def looks_like_a_picture(name: str, head: bytes) -> bool:
    """Whether a file is taken for a picture: by its name, else by its first bytes."""
    if suffix_of(name) in SUFFIXES:
        return True
    is_riff = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    is_iso = head[4:8] == b"ftyp" and head[8:12] in _ISO_BRANDS
    return head.startswith(_STARTS) or is_riff or is_iso


def decode(
    content: bytes,
    limits: Limits,
    side: int,
    take_pixels: Callable[[int], None] = lambda num_pixels: None,  # noqa: ARG005
) -> Picture:
    """The first frame of a picture file, upright, on white, 8 bits a value.

    Args:
        content: the file.
        limits: bounds its pixels and its time.
        side: a JPEG may be decoded at a fraction of its size, but not below twice this.
        take_pixels: told how many pixels it has before they are decoded; may refuse them.

    Raises:
        UnreadableError: it is left out.
    """
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise UnreadableError("heic")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata; what matters is raised
            with at_most(limits.picture_secs):
                return _decode(content, limits, side, take_pixels)
    except TooSlowError as error:
        raise UnreadableError("too_slow") from error
    except Image.DecompressionBombError as error:
        raise UnreadableError("too_many_pixels", str(error)) from error
    except UnidentifiedImageError as error:
        raise UnreadableError("damaged") from error
    except MemoryError as error:
        raise UnreadableError("memory") from error
    except _FAULTS as error:
        raise UnreadableError("damaged", str(error)) from error


def _decode(
    content: bytes, limits: Limits, side: int, take_pixels: Callable[[int], None]
) -> Picture:
    with _opened(content) as image:
        width, height = image.size
        if width * height > limits.pixels:
            raise UnreadableError("too_many_pixels", f"{width} × {height}")
        if min(width, height) < MIN_SIDE:
            raise UnreadableError("too_small", f"{width} × {height}")
        take_pixels(width * height)
        image.decodermaxblock = _PIECE_BYTES
        # A camera's second frame is a depth map or a preview, not an animation.
        animated = image.format != "MPO" and bool(getattr(image, "is_animated", False))
        image.draft(None, (2 * side, 2 * side))
        image.load()
        upright, rotated = _upright(image)
        if upright.size != image.size:  # a quarter turn
            width, height = height, width
        plain, transparent, deep = to_plain(upright)
    return Picture(plain, (width, height), animated, transparent, rotated, deep)


def _opened(content: bytes) -> ImageFile.ImageFile:
    return Image.open(io.BytesIO(content), formats=FORMATS)


def _upright(image: Image.Image) -> tuple[Image.Image, bool]:
    """The picture turned as its camera noted, and whether it had to be."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
        if orientation in range(2, 9):
            return ImageOps.exif_transpose(image), True
    except _FAULTS:  # the note is damaged, the pixels are not
        pass
    return image, False


def to_plain(image: Image.Image) -> tuple[Image.Image, bool, bool]:
    """Any mode as `L` or `RGB`; whether it was transparent, and whether deeper than 8 bits."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image, False, False
    if image.mode.startswith(("I", "F")):
        return _from_deep(image), False, True
    if image.mode == "1":
        return image.convert("L"), False, False
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        seen_through = layered.getchannel("A").getextrema() != (255, 255)
        if seen_through:
            layered = Image.alpha_composite(Image.new("RGBA", layered.size, _WHITE), layered)
        grey = image.mode in ("L", "LA", "La")
        return layered.convert("L" if grey else "RGB"), seen_through, False
    return image.convert("RGB"), False, False


def _from_deep(image: Image.Image) -> Image.Image:
    """16- and 32-bit grey as 8 bits: Pillow's own conversion would cut off, not scale."""
    values = np.asarray(image)
    if not np.isfinite(values).all():
        raise UnreadableError("not_finite")
    low, high = float(values.min()), float(values.max())
    if image.mode == "F" and low >= 0 and high <= 1:
        scaled = values * 255.0
    elif low >= 0 and high <= 255 and image.mode in ("I", "F"):
        scaled = values
    elif low >= 0 and high <= 65535:
        scaled = values / 257.0
    else:  # heights, temperatures: from the darkest to the brightest
        scaled = (values - low) * (255.0 / max(high - low, 1e-12))
    return Image.fromarray(np.rint(np.clip(scaled, 0, 255)).astype(np.uint8), "L")


def fit(image: Image.Image, side: int, how: Fit, channels: int) -> Bytes:
    """A picture as uint8 `[side, side, channels]`.

    Args:
        image: mode `L` or `RGB`.
        side: height and width wanted; a picture of just that size keeps its pixels.
        how: `crop` takes the largest square in the middle; `pad` keeps everything and fills the
            rest with the colour of the picture's own border.
        channels: 1 for grey, 3 for colour.
    """
    plain = image.convert("L" if channels == 1 else "RGB")
    width, height = plain.size
    if (width, height) != (side, side):
        plain = _cropped(plain, side) if how == "crop" else _padded(plain, side)
    return np.asarray(plain, np.uint8).reshape(side, side, channels)


def _cropped(image: Image.Image, side: int) -> Image.Image:
    edge = min(image.size)
    left, top = (image.width - edge) / 2, (image.height - edge) / 2
    box = (left, top, left + edge, top + edge)
    return image.resize((side, side), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _padded(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = image.resize(inner, Image.Resampling.LANCZOS, reducing_gap=3.0)
    pixels = np.asarray(small).reshape(inner[1], inner[0], -1)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colour = tuple(int(value) for value in np.median(border, axis=0))
    square = Image.new(small.mode, (side, side), colour if len(colour) > 1 else colour[0])
    square.paste(small, ((side - inner[0]) // 2, (side - inner[1]) // 2))
    return square


def is_coloured(image: Image.Image) -> bool:
    """Whether colour is to be seen: more than one pixel in a hundred is far from grey."""
    if image.mode != "RGB":
        return False
    pixels = np.asarray(image.resize((32, 32), Image.Resampling.BOX), np.int16)
    distance = pixels.max(axis=-1) - pixels.min(axis=-1)
    return bool((distance > _COLOUR_DISTANCE).mean() > 0.01)
