"""What a network gives as stored bytes: one rule for the worker's sheets and the page's images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def to_bytes(images: NDArray[np.floating], pixel_range: str) -> NDArray[np.uint8]:
    """Generated images of a run's pixel range, `-1,1` or `0,1`, as bytes, rounded and clipped."""
    values = images * 127.5 + 127.5 if pixel_range == "-1,1" else images * 255.0
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def from_bytes(images: NDArray[np.uint8], pixel_range: str) -> NDArray[np.float32]:
    """Bytes as float32 in a run's pixel range: what its networks see of real images."""
    values = images.astype(np.float32)
    return values / np.float32(127.5) - 1 if pixel_range == "-1,1" else values / np.float32(255)
