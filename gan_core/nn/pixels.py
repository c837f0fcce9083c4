"""Between stored bytes and what the networks see."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray


def scale(images: tf.Tensor, pixel_range: str) -> tf.Tensor:
    """Bytes 0 to 255 as float32 in the run's pixel range, `-1,1` or `0,1`."""
    values = tf.cast(images, tf.float32)
    return values / 127.5 - 1.0 if pixel_range == "-1,1" else values / 255.0


def to_bytes(images: NDArray[np.floating], pixel_range: str) -> NDArray[np.uint8]:
    """The inverse of `scale` for generated images, rounded and clipped."""
    values = images * 127.5 + 127.5 if pixel_range == "-1,1" else images * 255.0
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
