"""A convolution to few maps, computed a row of the kernel's columns at a time.

Convolution kernels of libraries are made for many output maps. A k×k convolution to one map, as
the last layer of a generator often is, leaves most of their width unused. The same sum in another
order is a k×1 convolution to k maps, one for each column of the kernel, which are then shifted
against each other and added:

    y[h, w] = Σ_j Q[h, w + j, j],   Q[h, w, j] = Σ_i Σ_c x[h + i, w, c] · K[i, j, c]

Weights, names and shapes are those of the plain layer; results differ in the last digits only.
"""

from __future__ import annotations

import keras
import tensorflow as tf

MAX_MAPS = 32
"""Columns times output maps up to which the rewrite can pay: beyond, a plain one is as wide."""


class RowConv2D(keras.layers.Conv2D):  # type: ignore[misc]  # Keras has no types
    """`keras.layers.Conv2D` with stride 1 and padding `same`, for few filters."""

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """`[N, H, W, C]` to `[N, H, W, filters]`; the bias comes afterwards."""
        return row_conv(inputs, tf.convert_to_tensor(kernel))


def row_conv(images: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """The 2-D convolution with stride 1 and padding `same`.

    Args:
        images: `[N, H, W, C]`.
        kernel: `[k, l, C, F]`.

    Returns:
        `[N, H, W, F]`.
    """
    height, width, channels, filters = kernel.shape
    columns = tf.reshape(tf.transpose(kernel, [0, 2, 1, 3]), [height, 1, channels, width * filters])
    maps = tf.nn.conv2d(images, columns, strides=1, padding="SAME")
    before = (width - 1) // 2
    maps = tf.pad(maps, [[0, 0], [0, 0], [before, width - 1 - before], [0, 0]])
    num_columns = images.shape[2]
    return tf.add_n(
        [maps[:, :, j : j + num_columns, j * filters : (j + 1) * filters] for j in range(width)]
    )
