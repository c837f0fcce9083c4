"""One step of an autoencoder, plain or variational: encode, draw, decode, compare, update.

Kingma and Welling 2013, "Auto-encoding variational Bayes", arXiv 1312.6114: the loss of an image
is the binary cross-entropy of its pixels, added up, and for the variational one the divergence of
its code from the standard normal distribution (their appendix B), times β (Higgins et al. 2017,
"beta-VAE"; 1 is Kingma's and Welling's own).
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.nn import seeds
from gan_core.nn.gan_step import set_rates
from gan_core.nn.pixels import scale
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe

_SMALLEST = 1e-7  # keeps the logarithm of a probability finite
_VALIDATION_BATCH = 1000


def metric_names(recipe: Recipe) -> tuple[str, ...]:
    """What a step of this autoencoder measures; `loss` is `reconstruction` + β·`kl`."""
    names = ("loss", "reconstruction", "kl")
    return names if recipe.family == "vae" else names[:2]


def reconstruction(images: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
    """Mean over images of the cross-entropy added up over pixels.

    Args:
        images: `[N, H, W, C]`, 0 to 1.
        decoded: the same of the decoder, strictly between 0 and 1 after clipping.
    """
    p = tf.clip_by_value(decoded, _SMALLEST, 1.0 - _SMALLEST)
    entropy = -(images * tf.math.log(p) + (1.0 - images) * tf.math.log(1.0 - p))
    return tf.reduce_mean(tf.reduce_sum(entropy, axis=[1, 2, 3]))


def divergence(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """Mean over images of KL(N(mean, variance) || N(0, I)); both arguments `[N, Z]`."""
    terms = 1.0 + log_variance - tf.square(mean) - tf.exp(log_variance)
    return tf.reduce_mean(-0.5 * tf.reduce_sum(terms, axis=1))


class AutoencoderStep:
    """`(step int64 [], images uint8 [batch_size, H, W, C])` to the metrics, float32 [2 or 3]."""

    def __init__(self, recipe: Recipe, config: RunConfig, state: TrainState) -> None:
        """Look up what the step needs; nothing is computed yet."""
        self._variational = recipe.family == "vae"
        self._beta = 1.0 if config.settings.beta is None else config.settings.beta
        self._config, self._state = config, state
        self._noise_key = seeds.key(config.seed, "noise of the codes")
        self._validate = tf.function(self._measured, autograph=False)

    def __call__(self, number: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        """Train for one step."""
        set_rates(self._config, self._state, number)
        state = self._state
        variables = state.encoder.trainable_variables + state.generator.trainable_variables
        with tf.GradientTape() as tape:
            metrics = self._losses(images, self._noise_key, number, training=True)
        gradients = tape.gradient(metrics[0], variables)
        state.g_optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return tf.stack(metrics)

    def validation_loss(self, images: NDArray[np.uint8], epoch: int) -> float:
        """The loss on held-out images uint8 `[M, H, W, C]`, codes drawn as in training."""
        key = seeds.key(self._config.seed, f"validation {epoch}")
        total = 0.0
        for start in range(0, len(images), _VALIDATION_BATCH):
            part = images[start : start + _VALIDATION_BATCH]
            noise_key = tf.constant(key, tf.int64)
            loss = self._validate(tf.constant(part), noise_key, tf.constant(start, tf.int64))
            total += float(loss) * len(part)
        return total / len(images)

    def _measured(self, images: tf.Tensor, key: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
        return self._losses(images, key, number, training=False)[0]

    def _losses(
        self, images: tf.Tensor, key: int | tf.Tensor, number: tf.Tensor, *, training: bool
    ) -> list[tf.Tensor]:
        pixels = scale(images, self._config.settings.pixel_range)
        codes = self._state.encoder(pixels, training=training)
        if not self._variational:
            loss = reconstruction(pixels, self._state.generator(codes, training=training))
            return [loss, loss]
        mean, log_variance = tf.split(codes, 2, axis=1)
        noise = seeds.normal(tuple(mean.shape), key, number)
        latents = mean + tf.exp(0.5 * log_variance) * noise
        rebuilt = reconstruction(pixels, self._state.generator(latents, training=training))
        kl = divergence(mean, log_variance)
        weighted = kl if self._beta == 1.0 else self._beta * kl  # at 1 the published graph, exactly
        return [rebuilt + weighted, rebuilt, kl]
