"""The training step: draw, update D, update G, measure; one compiled function.

The data stay on the device as bytes; a step gathers its batch there and scales it.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.nn import seeds
from gan_core.nn.losses import accuracy, cross_entropy
from gan_core.nn.pixels import scale
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe

METRIC_NAMES = ("d_loss", "g_loss", "d_acc_real", "d_acc_fake")

StepFunction = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""`(step int64 [], indices int32 [batch_size])` to the four metrics, float32 [4]."""


def make_step(
    recipe: Recipe, config: RunConfig, state: TrainState, images: tf.Tensor
) -> StepFunction:
    """Compile the step of a recipe.

    Args:
        recipe: says in which order the networks are updated.
        config: of the run.
        state: whose variables the step changes.
        images: the training set on the device, uint8 `[N, H, W, C]`.
    """
    updates = {"simultaneous": _simultaneous, "alternating_stacked": _alternating_stacked}
    step = updates[recipe.update](config, state, images)
    return tf.function(step, jit_compile=config.kernels.jit, autograph=False)  # type: ignore[no-any-return]


def _apply(
    optimizer: tf.keras.optimizers.Optimizer, gradients: list[tf.Tensor], model: tf.keras.Model
) -> None:
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))


def _simultaneous(config: RunConfig, state: TrainState, images: tf.Tensor) -> StepFunction:
    """Both networks from one forward pass; D sees real and fake images as separate batches."""
    settings = config.settings
    shape = (settings.batch_size, settings.latent_size)
    latent_key = seeds.key(config.seed, "latents")
    real_target = 1.0 - (settings.label_smoothing or 0.0)
    g, d = state.generator, state.discriminator

    def step(number: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
        real_images = scale(tf.gather(images, indices), settings.pixel_range)
        latents = seeds.normal(shape, latent_key, number)
        with tf.GradientTape(persistent=True) as tape:
            fake_images = g(latents, training=True)
            real_logits = d(real_images, training=True)
            fake_logits = d(fake_images, training=True)
            d_loss = cross_entropy(real_logits, real_target) + cross_entropy(fake_logits, 0.0)
            g_loss = cross_entropy(fake_logits, 1.0)
        d_gradients = tape.gradient(d_loss, d.trainable_variables)
        g_gradients = tape.gradient(g_loss, g.trainable_variables)
        _apply(state.d_optimizer, d_gradients, d)
        _apply(state.g_optimizer, g_gradients, g)
        return _metrics(d_loss, g_loss, real_logits, fake_logits)

    return step


def _alternating_stacked(config: RunConfig, state: TrainState, images: tf.Tensor) -> StepFunction:
    """D on half a batch of real and half a batch of fake images, then G on a whole batch.

    As in the published loop, D's fakes come from G in inference mode and G's update draws new
    latents.
    """
    settings = config.settings
    half = settings.batch_size // 2
    d_key = seeds.key(config.seed, "d latents")
    g_key = seeds.key(config.seed, "g latents")
    real_target = 1.0 - (settings.label_smoothing or 0.0)
    g, d = state.generator, state.discriminator

    def update_d(number: tf.Tensor, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        real_images = scale(tf.gather(images, indices[:half]), settings.pixel_range)
        latents = seeds.normal((half, settings.latent_size), d_key, number)
        fake_images = g(latents, training=False)
        with tf.GradientTape() as tape:
            logits = d(tf.concat([real_images, fake_images], axis=0), training=True)
            real_logits, fake_logits = logits[:half], logits[half:]
            real_loss = cross_entropy(real_logits, real_target)
            loss = 0.5 * (real_loss + cross_entropy(fake_logits, 0.0))
        _apply(state.d_optimizer, tape.gradient(loss, d.trainable_variables), d)
        return loss, real_logits, fake_logits

    def update_g(number: tf.Tensor) -> tf.Tensor:
        latents = seeds.normal((settings.batch_size, settings.latent_size), g_key, number)
        with tf.GradientTape() as tape:
            loss = cross_entropy(d(g(latents, training=True), training=True), 1.0)
        _apply(state.g_optimizer, tape.gradient(loss, g.trainable_variables), g)
        return loss

    def step(number: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
        d_loss, real_logits, fake_logits = update_d(number, indices)
        g_loss = update_g(number)
        return _metrics(d_loss, g_loss, real_logits, fake_logits)

    return step


def _metrics(
    d_loss: tf.Tensor, g_loss: tf.Tensor, real_logits: tf.Tensor, fake_logits: tf.Tensor
) -> tf.Tensor:
    return tf.stack(
        [d_loss, g_loss, accuracy(real_logits, real=True), accuracy(fake_logits, real=False)]
    )
