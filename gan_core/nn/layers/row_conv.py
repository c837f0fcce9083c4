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

    Its gradients are two matrix products with the images' patches of the result's gradient: a
    library's gradient of a kernel with few maps is as wasteful as its convolution.

    Args:
        images: `[N, H, W, C]`.
        kernel: `[k, l, C, F]`.

    Returns:
        `[N, H, W, F]`.
    """

    def gradients(slope: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return _gradients(images, kernel, slope)

    return tf.custom_gradient(lambda *_: (_sum_of_columns(images, kernel), gradients))(
        images, kernel
    )


def _sum_of_columns(images: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    height, width, channels, filters = kernel.shape
    columns = tf.reshape(tf.transpose(kernel, [0, 2, 1, 3]), [height, 1, channels, width * filters])
    maps = tf.nn.conv2d(images, columns, strides=1, padding="SAME")
    before = (width - 1) // 2
    maps = tf.pad(maps, [[0, 0], [0, 0], [before, width - 1 - before], [0, 0]])
    num_columns = images.shape[2]
    return tf.add_n(
        [maps[:, :, j : j + num_columns, j * filters : (j + 1) * filters] for j in range(width)]
    )


def _gradients(
    images: tf.Tensor, kernel: tf.Tensor, slope: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Of the images and of the kernel, from the result's gradient `[N, H, W, F]`."""
    height, width, channels, filters = kernel.shape
    num_rows, num_columns = images.shape[1:3]
    patches = tf.reshape(
        _patches(slope, height, width), [-1, num_rows * num_columns, height * width * filters]
    )
    flat_kernel = tf.reshape(tf.transpose(kernel, [2, 0, 1, 3]), [channels, -1])
    to_images = tf.reshape(tf.matmul(patches, flat_kernel, transpose_b=True), tf.shape(images))
    pixels = tf.reshape(images, [-1, num_rows * num_columns, channels])
    to_kernel = tf.reduce_sum(tf.matmul(pixels, patches, transpose_a=True), axis=0)
    shape = [channels, height, width, filters]
    return to_images, tf.transpose(tf.reshape(to_kernel, shape), [1, 2, 0, 3])


def _patches(slope: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """What each place of the images has contributed to: `[N, H, W, k * l * F]`."""
    num_rows, num_columns = slope.shape[1:3]
    above, left = (height - 1) // 2, (width - 1) // 2
    padded = tf.pad(slope, [[0, 0], [height - 1 - above, above], [width - 1 - left, left], [0, 0]])
    rows = tf.concat([padded[:, :, j : j + num_columns] for j in reversed(range(width))], axis=-1)
    return tf.concat([rows[:, i : i + num_rows] for i in reversed(range(height))], axis=-1)
