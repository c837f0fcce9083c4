"""One picture that a visitor sends, read by a process with limits."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.data.own.picture import PICTURE, Ground, on_ground
from gan_core.data.own.report import REASONS
from gan_core.errors import BadInputError
from gan_core.jobs.process import SOURCE_ROOT, child_environment, module_command
from gan_core.text import N_

MAX_BYTES = PICTURE.source_bytes


def read_picture(
    content: bytes, shape: tuple[int, int, int], ground: Ground
) -> tuple[NDArray[np.uint8], bool]:
    """A picture file as a run's pixels, and whether it had to be inverted for its ground.

    Costs a process and its memory: whoever calls it sees to it that few do at a time.

    Args:
        content: the file.
        shape: `(H, W, C)` of the run, square.
        ground: what the run's own images lie on.

    Returns:
        uint8 `[H, W, C]`.

    Raises:
        BadInputError: too large, or no picture that can be read.
    """
    if len(content) > MAX_BYTES:
        raise too_large()
    return on_ground(_read(content, shape), ground)


def too_large() -> BadInputError:
    """What is said of a file of more than `MAX_BYTES`."""
    return BadInputError(
        N_("the picture is larger than {limit} MB."), field="picture", limit=MAX_BYTES // 10**6
    )


def _read(content: bytes, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    side, _, channels = shape
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch, "picture"), Path(scratch, "pixels")
        source.write_bytes(content)
        reason = _ended(str(source), str(side), str(channels), str(target))
        found = target.read_bytes() if target.is_file() else b""
    if reason is not None or len(found) != side * side * channels:
        raise BadInputError(
            N_("the picture cannot be read: {reason}."),
            N_("PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF are read here."),
            field="picture",
            reason=REASONS.get(reason or "", REASONS["damaged"]),
        )
    return np.frombuffer(found, np.uint8).reshape(side, side, channels)


def _ended(*arguments: str) -> str | None:
    """Run the process to its end; `None` when it made something, else why it did not."""
    with tempfile.TemporaryFile() as printed:
        try:
            finished = subprocess.run(  # noqa: S603 - our own module
                module_command("gan_core.data.own.picture", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.DEVNULL,
                cwd=SOURCE_ROOT,
                # One thread: threads reserve address space, which is limited.
                env={**child_environment(), "OPENBLAS_NUM_THREADS": "1"},
                timeout=PICTURE.wall_secs,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "memory"
        if finished.returncode == 0:
            return None
        printed.seek(0)
        return printed.read(100).decode(errors="replace") or "damaged"
