"""`python -m gan_core.data.own.picture FILE SIDE CHANNELS TARGET`: one picture, as a run sees it.

Runs inside limits: the file is a stranger's. The pixels, uint8 `[side, side, channels]`, go to
the target as plain bytes; what is printed is the reason why there are none, as in
`report.REASONS`, or nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from gan_core.data.own.__main__ import confine
from gan_core.data.own.limits import Limits
from gan_core.data.own.pictures import Bytes, UnreadableError, decode, fit
from gan_core.priority import step_back

_MIB = 1024**2

PICTURE = Limits(
    source_bytes=10_000_000,
    total_bytes=10_000_000,
    file_bytes=10_000_000,
    entries=1,
    memory_bytes=700 * _MIB,
    cpu_secs=6,
    wall_secs=20,
    output_bytes=_MIB,
)
"""For one picture that a visitor sends while looking at a generator."""

Ground = Literal["dark", "light", "mixed"]

_DARK, _LIGHT = 64, 191


def main(arguments: list[str]) -> int:
    """Read one picture; return the process's exit code."""
    source, side, channels, target = Path(arguments[0]), *map(int, arguments[1:3]), arguments[3]
    Image.init()  # every decoder's module, before memory is limited
    confine(PICTURE)
    try:
        pixels = read(source.read_bytes(), side, channels)
    except UnreadableError as error:
        sys.stdout.write(error.reason)
        return 1
    except MemoryError:
        sys.stdout.write("memory")
        return 1
    Path(target).write_bytes(pixels.tobytes())
    return 0


def read(content: bytes, side: int, channels: int) -> Bytes:
    """A picture file as uint8 `[side, side, channels]`.

    A grey one is taken for a drawing and kept whole; of a coloured one the middle is taken.

    Raises:
        UnreadableError: it cannot be.
    """
    picture = decode(content, PICTURE, side)
    return fit(picture.image, side, "pad" if channels == 1 else "crop", channels)


def ground_of(images: Bytes) -> Ground:
    """Whether images `[N, H, W, C]` lie on dark or on light ground: by the values at their rims."""
    rims = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    level = float(np.median(np.concatenate([rim.ravel() for rim in rims])))
    if level <= _DARK:
        return "dark"
    return "light" if level >= _LIGHT else "mixed"


def on_ground(picture: Bytes, ground: Ground) -> tuple[Bytes, bool]:
    """A grey picture `[H, W, 1]` as drawn on the ground wanted, and whether it was inverted.

    Ink on paper is the negative of a digit as generators learn it. A coloured picture, or one
    whose ground is neither dark nor light, stays as it is.
    """
    found = ground_of(picture[np.newaxis])
    if picture.shape[-1] == 1 and {found, ground} == {"dark", "light"}:
        return np.asarray(255 - picture, np.uint8), True
    return picture, False


if __name__ == "__main__":
    step_back()
    sys.exit(main(sys.argv[1:]))
