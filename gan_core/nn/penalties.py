"""Terms added to a loss. They move the weights and are kept out of the curves."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

_SMALL = 1e-5


def gradient_penalty(
    critic: Callable[[tf.Tensor], tf.Tensor],
    real_images: tf.Tensor,
    fake_images: tf.Tensor,
    mix: tf.Tensor,
) -> tf.Tensor:
    """Mean of (‖∇ critic‖₂ - 1)² between the real and the generated images.

    Gulrajani et al. 2017, "Improved training of Wasserstein GANs", arXiv 1704.00028, equation 3.

    Args:
        critic: images `[N, H, W, C]` to scores `[N, 1]`.
        real_images, fake_images: `[N, H, W, C]`.
        mix: where between the two, uniform in [0, 1), `[N, 1, 1, 1]`.
    """
    between = real_images + mix * (fake_images - real_images)
    with tf.GradientTape() as tape:
        tape.watch(between)
        scores = critic(between)
    slopes = tape.gradient(scores, between)
    # The small number keeps the root's own slope finite where a gradient is all zero.
    lengths = tf.sqrt(tf.reduce_sum(tf.square(slopes), axis=[1, 2, 3]) + 1e-12)
    return tf.reduce_mean(tf.square(lengths - 1.0))


def orthogonal(kernels: list[tf.Tensor]) -> tf.Tensor:
    """Sum over kernels of ‖WᵀW ⊙ (1 - I)‖²: how much filters of a layer overlap.

    Brock et al. 2019, "Large scale GAN training", arXiv 1809.11096, equation 3.

    Args:
        kernels: each `[..., filters]`, the filters on the last axis.
    """
    total = tf.constant(0.0)
    for kernel in kernels:
        total += _overlap(tf.reshape(tf.cast(kernel, tf.float32), [-1, kernel.shape[-1]]))
    return total


def _overlap(columns: tf.Tensor) -> tf.Tensor:
    """Sum of the squared products of each two different columns of `[I, O]`.

    Of more columns than rows the rows' products are added up instead, ‖WWᵀ‖ = ‖WᵀW‖: a dense
    layer of 100 to 12 544 would need gigabytes for the columns'.
    """
    lengths = tf.reduce_sum(tf.square(columns), axis=0)
    if columns.shape[0] < columns.shape[1]:
        products = tf.matmul(columns, columns, transpose_b=True)
        return tf.reduce_sum(tf.square(products)) - tf.reduce_sum(tf.square(lengths))
    products = tf.matmul(columns, columns, transpose_a=True)
    return tf.reduce_sum(tf.square(products - tf.linalg.diag(lengths)))


def mode_seeking(
    images_a: tf.Tensor, images_b: tf.Tensor, latents_a: tf.Tensor, latents_b: tf.Tensor
) -> tf.Tensor:
    """Large where different latents give alike images.

    Mao et al. 2019, "Mode seeking GANs", arXiv 1903.05628, equation 3, turned over to be minimised:
    1 / (d(images) / d(latents)) with mean absolute differences.

    Args:
        images_a, images_b: `[N, H, W, C]`.
        latents_a, latents_b: where they come from, `[N, Z]`.
    """
    between_images = tf.reduce_mean(tf.abs(images_a - images_b))
    between_latents = tf.reduce_mean(tf.abs(latents_a - latents_b))
    return 1.0 / (between_images / between_latents + _SMALL)
