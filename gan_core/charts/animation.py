"""Frames in, one file out: GIF, WebP, MP4, or a strip in PNG.

Every format holds exactly as many frames as were given. Pillow's own animation writers, and
libwebp's, merge a frame with an equal one before it and lengthen its time; so each frame is
encoded alone here and set into the container by the format's own rules (GIF89a; "WebP Container
Specification", RFC 9649). That also keeps only one frame in memory at a time.
"""

from __future__ import annotations

import io
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import GifImagePlugin, Image

from gan_core.charts.sheet import (
    Images,
    check_images,
    check_pixels,
    png_bytes,
    sheet,
    to_display,
    to_picture,
    upscale,
)
from gan_core.errors import BadInputError, GanCoreError
from gan_core.text import N_

Format = Literal["gif", "webp", "mp4", "png"]

FORMATS: tuple[Format, ...] = ("gif", "webp", "mp4", "png")
MAX_FRAMES = 600
# Viewers show GIF frames of less than 2 hundredths of a second far too slowly.
MAX_FPS = 50
MAX_STRIP_WIDTH = 4096
_GREYS = bytes(value for grey in range(256) for value in (grey, grey, grey))


def save_animation(
    frames: Images,
    path: Path | None,
    format: Format,  # noqa: A002 - the word for it, as in Pillow
    fps: float = 20,
    scale: int = 4,
    invert: bool = False,
) -> bytes:
    """Encode frames, and write them to `path` where one is given.

    GIF and WebP repeat for ever. WebP is lossless; GIF is too for grey images, colour ones get
    the best 256 colours of each frame. MP4 is H.264 (yuv420p, as browsers want it), the last
    row or column doubled where a side is odd. PNG is a strip from left to right, in rows where
    it would be wider than 4096 pixels.

    Args:
        frames: uint8 `[N, H, W, C]`, 1 to 600 of them.
        path: the file to write, or None.
        format: "gif", "webp", "mp4" or "png".
        fps: frames a second, 1 to 50; the strip does not use it.
        scale: each pixel becomes a square of this side.
        invert: ink on white, see `to_display`.

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: not images, a value out of bounds, or more than 40 megapixels in all.
        GanCoreError: MP4 was asked for and there is no ffmpeg.
    """
    _check(frames, format, fps, scale)
    shown = to_display(frames, invert)
    match format:
        case "gif":
            encoded = _gif(shown, fps, scale)
        case "webp":
            encoded = _webp(shown, fps, scale)
        case "mp4":
            encoded = _mp4(shown, fps, scale)
        case "png":
            encoded = _strip(shown, scale)
    if path is not None:
        path.write_bytes(encoded)
    return encoded


def _check(frames: Images, chosen: str, fps: float, scale: int) -> None:
    if chosen not in FORMATS:
        raise BadInputError(
            N_("The format must be one of {allowed}; given {given}."),
            field="format",
            allowed=", ".join(FORMATS),
            given=chosen,
        )
    check_images(frames)
    count, height, width = frames.shape[:3]
    if count > MAX_FRAMES:
        raise BadInputError(
            N_("At most {high} frames can be saved; given {given}."),
            field="frames",
            high=MAX_FRAMES,
            given=count,
        )
    if not 1 <= fps <= MAX_FPS:
        raise BadInputError(
            N_("Frames a second must be 1 to {high}; given {given}."),
            field="fps",
            high=MAX_FPS,
            given=fps,
        )
    check_pixels(count * height * width, scale)


def _pictures(frames: Images, scale: int) -> Iterator[Image.Image]:
    for frame in frames:
        yield upscale(to_picture(frame), scale)


def _durations(num_frames: int, fps: float, ticks_per_sec: int) -> list[int]:
    """Whole ticks for each frame, so rounded that the whole takes `num_frames / fps` seconds."""
    ends = [round(ticks_per_sec * index / fps) for index in range(num_frames + 1)]
    return [after - before for before, after in itertools.pairwise(ends)]


def _gif(frames: Images, fps: float, scale: int) -> bytes:
    grey = frames.shape[-1] == 1
    height, width = frames.shape[1] * scale, frames.shape[2] * scale
    _check_side(width, height, 65_535)
    # Grey frames share one colour table of all greys; colour frames bring their own.
    flags, table = (b"\xf7", _GREYS) if grey else (b"\x70", b"")
    parts = [b"GIF89a", _little(width, 2), _little(height, 2), flags, b"\0\0", table]
    parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")  # repeat for ever
    durations = _durations(len(frames), fps, 100)
    for picture, hundredths in zip(_pictures(frames, scale), durations, strict=True):
        paletted = picture if grey else picture.quantize(256, dither=Image.Dither.NONE)
        parts += GifImagePlugin.getdata(
            paletted, duration=10 * hundredths, include_color_table=not grey
        )
    return b"".join([*parts, b";"])


def _webp(frames: Images, fps: float, scale: int) -> bytes:
    height, width = frames.shape[1] * scale, frames.shape[2] * scale
    _check_side(width, height, 16_383)
    canvas = _little(width - 1, 3) + _little(height - 1, 3)
    has_animation = b"\x02\0\0\0"
    parts = [
        b"WEBP",
        _chunk(b"VP8X", has_animation + canvas),
        _chunk(b"ANIM", b"\0\0\0\0" + b"\0\0"),  # no background; repeat for ever
    ]
    durations = _durations(len(frames), fps, 1000)
    for picture, millisecs in zip(_pictures(frames, scale), durations, strict=True):
        still = io.BytesIO()
        picture.convert("RGB").save(still, "WEBP", lossless=True, quality=60, method=2)
        bitstream = still.getvalue()[12:]  # without "RIFF", size, "WEBP"
        do_not_blend = b"\x02"
        where = b"\0" * 6 + canvas + _little(millisecs, 3) + do_not_blend
        parts.append(_chunk(b"ANMF", where + bitstream))
    return _chunk(b"RIFF", b"".join(parts))


def _mp4(frames: Images, fps: float, scale: int) -> bytes:
    import imageio_ffmpeg  # type: ignore[import-untyped, unused-ignore]

    try:
        imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise GanCoreError(
            N_("MP4 cannot be written here: the program ffmpeg was not found."),
            N_("Save as WebP or GIF, or install ffmpeg."),
            field="format",
        ) from error
    height, width = frames.shape[1] * scale, frames.shape[2] * scale
    padding = ((0, height % 2), (0, width % 2), (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "frames.mp4")
        writer = imageio_ffmpeg.write_frames(
            str(file),
            (width + width % 2, height + height % 2),
            fps=fps,
            codec="libx264",
            quality=None,
            macro_block_size=2,
            output_params=["-crf", "16", "-preset", "veryfast", "-movflags", "+faststart"],
        )
        writer.send(None)
        try:
            for picture in _pictures(frames, scale):
                pixels = np.pad(np.asarray(picture.convert("RGB")), padding, mode="edge")
                writer.send(np.ascontiguousarray(pixels))
        finally:
            writer.close()
        return file.read_bytes()


def _strip(frames: Images, scale: int) -> bytes:
    gap = 1
    columns = max(1, (MAX_STRIP_WIDTH // scale + gap) // (frames.shape[2] + gap))
    return png_bytes(sheet(frames, columns, scale, gap))


def _check_side(width: int, height: int, longest: int) -> None:
    if max(width, height) > longest:
        raise BadInputError(
            N_("This format allows sides of {high} pixels; given {width} × {height}."),
            field="scale",
            high=longest,
            width=width,
            height=height,
        )


def _chunk(name: bytes, content: bytes) -> bytes:
    """A RIFF chunk: name, length, content, and a zero to an even end."""
    return name + _little(len(content), 4) + content + b"\0" * (len(content) % 2)


def _little(number: int, num_bytes: int) -> bytes:
    return number.to_bytes(num_bytes, "little")
