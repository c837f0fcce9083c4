"""Files hold as many frames as were given, for as long, with the pixels that were given."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from gan_core.charts.animation import Format, save_animation
from gan_core.errors import BadInputError

Images = NDArray[np.uint8]


def _frames(channels: int = 1, height: int = 14, width: int = 11) -> Images:
    """Seven frames of which several neighbours are equal."""
    shape = (3, height, width, channels)
    drawn = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    return drawn[[0, 0, 0, 1, 1, 2, 2]]


def _read(encoded: bytes) -> tuple[list[Images], list[int], int]:
    with Image.open(io.BytesIO(encoded)) as image:
        shown, times = [], []
        for frame in ImageSequence.Iterator(image):
            shown.append(np.asarray(frame.convert("RGB")))
            times.append(int(frame.info["duration"]))
        return shown, times, int(image.info["loop"])


def _decoded(file: Path, num_pixels: int) -> tuple[str, Images]:
    """What ffmpeg says of a film, and its frames as grey `[N, pixels]`."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", file, "-f", "rawvideo", "-pix_fmt", "gray", "-"],
        capture_output=True,
        check=True,
    )
    return done.stderr.decode(), np.frombuffer(done.stdout, np.uint8).reshape(-1, num_pixels)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("chosen", ["gif", "webp"])
def test_equal_neighbours_stay_frames_of_their_own(chosen: Format, channels: int) -> None:
    frames = _frames(channels)
    shown, times, loop = _read(save_animation(frames, None, chosen, fps=30, scale=2))
    assert len(shown) == len(frames)
    assert loop == 0
    assert sum(times) == pytest.approx(1000 * 7 / 30, abs=5)
    for frame, expected in zip(shown, frames, strict=True):
        assert np.array_equal(frame[::2, ::2], np.broadcast_to(expected, (14, 11, 3)))


def test_gif_of_many_colours_is_near() -> None:
    frames = np.random.default_rng(2).integers(0, 256, (2, 40, 40, 3), dtype=np.uint8)
    shown, _, _ = _read(save_animation(frames, None, "gif", scale=1))
    error = np.abs(np.stack(shown).astype(int) - frames).mean()
    assert 0 < error < 25


def test_one_frame_is_enough() -> None:
    for chosen in ("gif", "webp", "mp4", "png"):
        assert save_animation(_frames()[:1], None, chosen)


def test_invert_turns_grey_frames_over() -> None:
    frames = _frames()
    shown, _, _ = _read(save_animation(frames, None, "webp", scale=1, invert=True))
    assert np.array_equal(shown[0][..., :1], 255 - frames[0])


def test_mp4_has_all_frames_even_sides_and_the_right_grey(tmp_path: Path) -> None:
    file = tmp_path / "walk.mp4"
    frames = np.repeat(np.arange(0, 240, 30, dtype=np.uint8), 3)[:, np.newaxis, np.newaxis]
    frames = np.broadcast_to(frames[..., np.newaxis], (24, 9, 11, 1))
    encoded = save_animation(frames, file, "mp4", fps=12, scale=3)
    assert file.read_bytes() == encoded
    about, shown = _decoded(file, 34 * 28)
    assert "h264" in about
    assert "yuv420p" in about
    assert "34x28" in about
    assert "12 fps" in about
    for picture, expected in zip(shown, frames, strict=True):
        assert abs(float(picture.mean()) - int(expected[0, 0, 0])) < 6


def test_strip_runs_right_and_then_down() -> None:
    with Image.open(io.BytesIO(save_animation(_frames(), None, "png", scale=1))) as strip:
        assert strip.size == (7 * 12 - 1, 14)
    many = np.zeros((600, 28, 28, 1), np.uint8)
    with Image.open(io.BytesIO(save_animation(many, None, "png", scale=4))) as strip:
        assert strip.width <= 4096
        assert strip.height == (18 * 29 - 1) * 4


@pytest.mark.parametrize(
    ("field", "count", "chosen", "fps", "scale"),
    [
        ("frames", 601, "gif", 20, 1),
        ("images", 0, "gif", 20, 1),
        ("fps", 2, "gif", 0, 1),
        ("fps", 2, "gif", 51, 1),
        ("fps", 2, "gif", float("nan"), 1),
        ("scale", 2, "gif", 20, 65),
        ("scale", 600, "webp", 20, 40),
        ("format", 2, "avi", 20, 1),
    ],
)
def test_refused(field: str, count: int, chosen: Format, fps: float, scale: int) -> None:
    with pytest.raises(BadInputError) as caught:
        save_animation(np.zeros((count, 28, 28, 1), np.uint8), None, chosen, fps, scale)
    assert caught.value.field == field


def test_sides_beyond_the_format_are_refused() -> None:
    with pytest.raises(BadInputError, match="16383"):
        save_animation(np.zeros((1, 1, 17_000, 1), np.uint8), None, "webp", scale=1)
