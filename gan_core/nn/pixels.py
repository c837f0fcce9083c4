"""From stored bytes to what the networks see; `latent.pixels` has the way back."""

from __future__ import annotations

import tensorflow as tf


def scale(images: tf.Tensor, pixel_range: str) -> tf.Tensor:
    """Bytes 0 to 255 as float32 in the run's pixel range, `-1,1` or `0,1`."""
    values = tf.cast(images, tf.float32)
    return values / 127.5 - 1.0 if pixel_range == "-1,1" else values / 255.0
