"""What a network gives as stored bytes: one rule for the worker's sheets and the page's images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def to_bytes(images: NDArray[np.floating], pixel_range: str) -> NDArray[np.uint8]:
    """Generated images of a run's pixel range, `-1,1` or `0,1`, as bytes, rounded and clipped."""
    values = images * 127.5 + 127.5 if pixel_range == "-1,1" else images * 255.0
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
