"""Independent streams of random numbers from one seed.

A stream is a word. `numpy` streams come from a `SeedSequence`, TensorFlow's from a stateless
generator keyed by (stream, step): nothing has to be remembered to continue a run but its step.
"""

from __future__ import annotations

import zlib

import numpy as np
import tensorflow as tf

_ALGORITHM = "philox"
"""Named, because the default differs from device to device. XLA draws other numbers from it than
TensorFlow's own kernels, which is one more reason to keep a run's choice of compiler."""


def key(seed: int, stream: str) -> int:
    """A whole number below 2³¹ that depends on the seed and the name of the stream."""
    words = np.random.SeedSequence([seed, zlib.crc32(stream.encode())]).generate_state(1)
    return int(words[0] >> 1)


def generator(seed: int, stream: str, position: int = 0) -> np.random.Generator:
    """A NumPy generator for one position (a step, an epoch) of a stream."""
    return np.random.default_rng([seed, zlib.crc32(stream.encode()), position])


def normal(shape: tuple[int, ...], stream_key: int | tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Standard normal numbers of `shape` for one step of a stream, float32."""
    seed = tf.stack([tf.cast(stream_key, tf.int64), tf.cast(step, tf.int64)])
    return tf.random.stateless_normal(shape, seed=seed, alg=_ALGORITHM)


def uniform(shape: tuple[int, ...], stream_key: int | tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Numbers of `shape`, uniform in [0, 1), for one step of a stream, float32."""
    seed = tf.stack([tf.cast(stream_key, tf.int64), tf.cast(step, tf.int64)])
    return tf.random.stateless_uniform(shape, seed=seed, alg=_ALGORITHM)
