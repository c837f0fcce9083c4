"""The training loops of the seven systems as the published texts write them, with Keras alone.

They are the peers of our step: the same networks, batches and updates, written the way a reader
of the texts would. Keras' `train_on_batch` on D, then on a stack of G and a frozen D; for
`quickdraw-dcgan` the text's own compiled function; for the autoencoders `fit`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.harness import Work
from gan_core.config import RunConfig, Settings
from gan_core.nn import build, seeds
from gan_core.nn.autoencoder_step import divergence, reconstruction
from gan_core.nn.losses import cross_entropy
from gan_core.recipes.recipe import Recipe

Images = NDArray[np.uint8]
Values = NDArray[np.float32]


def published(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    """The published loop of a recipe; one step of it is one of ours."""
    if recipe.family != "gan":
        return _fit(recipe, config, images)
    if recipe.name == "quickdraw-dcgan":
        return _two_tapes(recipe, config, images)
    return _train_on_batch(recipe, config, images)


def _train_on_batch(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    """`mlp-gan`, `mnist-dcgan`, `dense-conv-gan`, `cifar-dcgan`, and `quick-dcgan` their way."""
    g, d, stack = _compiled(recipe, config)
    settings, num_d = config.settings, _num_d(recipe, config.settings)
    draw = np.random.default_rng(0)
    target = 1.0 - (settings.label_smoothing or 0.0)
    joint = settings.d_batches == "joint"

    before = [np.array(weight) for weight in d.weights]

    def work(num_steps: int) -> None:
        for _ in range(num_steps):
            real_images = _scaled(images[draw.integers(0, len(images), num_d)], settings)
            latents = _latents(draw, num_d, settings)
            fake_images = g.predict(latents, verbose=0)
            real, fake = np.full((num_d, 1), target), np.zeros((num_d, 1))
            if joint:
                d.train_on_batch(np.vstack([real_images, fake_images]), np.vstack([real, fake]))
            else:
                d.train_on_batch(real_images, real)
                d.train_on_batch(fake_images, fake)
            if not recipe.turns.same_latents:
                latents = _latents(draw, settings.batch_size, settings)
            stack.train_on_batch(latents, np.ones((len(latents), 1)))
        if any(np.array_equal(a, b) for a, b in zip(before, d.weights, strict=True)):
            raise AssertionError("the published loop does not train all of D")

    return work


def _num_d(recipe: Recipe, settings: Settings) -> int:
    """Real images in an update of D."""
    return settings.batch_size // 2 if recipe.turns.half_batches else settings.batch_size


def _compiled(recipe: Recipe, config: RunConfig) -> tuple[Any, Any, Any]:
    settings = config.settings
    g, d = _networks(recipe, config)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    d.compile(loss=loss, optimizer=_adam(settings.d_lr, settings), metrics=["accuracy"])
    # D's own training function is traced before D is frozen, with the batch that it will see: a
    # function traced later would not move D, and the comparison would flatter the peer.
    num = _num_d(recipe, settings) * (2 if settings.d_batches == "joint" else 1)
    d.train_on_batch(np.zeros((num, *config.dataset.image_shape), np.float32), np.ones((num, 1)))
    d.trainable = False
    stack = keras.Sequential([g, d])
    stack.compile(loss=loss, optimizer=_adam(settings.g_lr, settings))
    return g, d, stack


def _two_tapes(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    """One compiled function with a tape for each network, fed by `tf.data`."""
    g, d = _networks(recipe, config)
    settings = config.settings
    g_optimizer, d_optimizer = _adam(settings.g_lr, settings), _adam(settings.d_lr, settings)

    @tf.function
    def train(real_images: tf.Tensor) -> None:
        latents = tf.random.normal((settings.batch_size, settings.latent_size))
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake_images = g(latents, training=True)
            real_logits, fake_logits = d(real_images, training=True), d(fake_images, training=True)
            g_loss = cross_entropy(fake_logits, 1.0)
            d_loss = cross_entropy(real_logits, 1.0) + cross_entropy(fake_logits, 0.0)
        for tape, loss, model, optimizer in (
            (g_tape, g_loss, g, g_optimizer),
            (d_tape, d_loss, d, d_optimizer),
        ):
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    pixels = tf.data.Dataset.from_tensor_slices(_scaled(images, settings))
    batches = iter(pixels.shuffle(len(images)).repeat().batch(settings.batch_size))

    def work(num_steps: int) -> None:
        for _ in range(num_steps):
            train(next(batches))

    return work


class _Autoencoder(keras.Model):  # type: ignore[misc]  # Keras has no types
    """Encoder and decoder under one `train_step`, as Keras' own example has them."""

    def __init__(self, encoder: keras.Model, decoder: keras.Model, *, variational: bool) -> None:
        super().__init__()
        self.encoder, self.decoder, self.variational = encoder, decoder, variational
        self.total = keras.metrics.Mean(name="loss")
        self.noise = keras.random.SeedGenerator(1)

    def train_step(self, pixels: tf.Tensor) -> dict[str, Any]:
        """One batch `[N, H, W, C]`."""
        with tf.GradientTape() as tape:
            codes, kl = self.encoder(pixels, training=True), 0.0
            if self.variational:
                mean, log_variance = tf.split(codes, 2, axis=1)
                noise = keras.random.normal(tf.shape(mean), seed=self.noise)
                codes = mean + tf.exp(0.5 * log_variance) * noise
                kl = divergence(mean, log_variance)
            loss = reconstruction(pixels, self.decoder(codes, training=True)) + kl
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.total.update_state(loss)
        return {"loss": self.total.result()}


def _fit(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    decoder, encoder = _networks(recipe, config)
    settings = config.settings
    model = _Autoencoder(encoder, decoder, variational=recipe.family == "vae")
    model.compile(optimizer=keras.optimizers.RMSprop(settings.g_lr))
    pixels = _scaled(images, settings)

    def work(num_steps: int) -> None:
        part = pixels[: num_steps * settings.batch_size]
        model.fit(part, batch_size=settings.batch_size, epochs=1, verbose=0)

    return work


def keras_optimizers(
    recipe: Recipe, config: RunConfig, networks: dict[str, Any]
) -> dict[str, keras.optimizers.Optimizer]:
    """Keras' own, for the networks of one of our states."""
    settings = config.settings
    if recipe.family != "gan":
        made = {"g": keras.optimizers.RMSprop(settings.g_lr)}
        owned = {"g": ["encoder", "generator"]}
    else:
        made = {"g": _adam(settings.g_lr, settings), "d": _adam(settings.d_lr, settings)}
        owned = {"g": ["generator"], "d": ["discriminator"]}
    for owner, optimizer in made.items():
        optimizer.build([v for name in owned[owner] for v in networks[name].trainable_variables])
    return made


def _networks(recipe: Recipe, config: RunConfig) -> tuple[Any, Any]:
    found = recipe.networks(config.settings, config.dataset.image_shape)
    made: Callable[..., Any] = build.build
    std = config.settings.init_std or None
    first, second = (made(n, seed=seeds.key(1, n.name), init_std=std) for n in found)
    return first, second


def _adam(rate: float | None, settings: Settings) -> keras.optimizers.Adam:
    return keras.optimizers.Adam(rate, beta_1=settings.beta_1 or 0.9)


def _latents(draw: np.random.Generator, num: int, settings: Settings) -> Values:
    return draw.standard_normal((num, settings.latent_size)).astype(np.float32)


def _scaled(images: Images, settings: Settings) -> Values:
    pixels = images.astype(np.float32)
    return pixels / 255.0 if settings.pixel_range == "0,1" else pixels / 127.5 - 1.0
