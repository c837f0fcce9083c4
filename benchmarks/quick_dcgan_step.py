"""Images a second of `quick-dcgan`'s step, beside the same step written in other ways.

    python -m benchmarks.quick_dcgan_step [--quick] [--dataset mnist] [--data-dir DIR]

All train the same networks on the same images in one process, in turns. The peer is the published
way: Keras' `train_on_batch` on D, then on a stack of G and a frozen D.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.harness import Work, configure, cpu_kernels, interleave, print_table
from gan_core import data
from gan_core.config import RunConfig
from gan_core.nn import build, device, seeds
from gan_core.nn.batches import Batches
from gan_core.nn.losses import cross_entropy
from gan_core.nn.pixels import scale
from gan_core.nn.source import Resident
from gan_core.nn.state import initial_state
from gan_core.nn.step import make_step, plain_step
from gan_core.recipes.recipe import Recipe

GOAL = 1300.0
"""Images a second that a run must reach on two free cores."""

Images = NDArray[np.uint8]


def ours(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    """The step as a run uses it: data on the device, metrics fetched when they are logged."""
    state = initial_state(recipe, config)
    step = make_step(config, plain_step(recipe, config, state))
    source = Resident(images, Batches(len(images), config.settings.batch_size, config.seed))

    def work(num_steps: int) -> None:
        for _ in range(num_steps):
            number = tf.constant(state.step, tf.int64)
            metrics = step(number, source.batch(state.step))
            state.step += 1
            if state.step % config.settings.log_every == 0:
                metrics.numpy()
        metrics.numpy()

    return work


def unfused(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    """A plain `tf.function` for D and one for G, batches from the host, metrics at every step."""
    state = initial_state(recipe, config)
    settings = config.settings
    g, d = state.generator, state.discriminator
    shape = (settings.batch_size, settings.latent_size)

    @tf.function(autograph=False)
    def update_d(real_images: tf.Tensor) -> tf.Tensor:
        fake_images = g(tf.random.normal(shape), training=True)
        with tf.GradientTape() as tape:
            real_loss = cross_entropy(d(real_images, training=True), 1.0)
            loss = real_loss + cross_entropy(d(fake_images, training=True), 0.0)
        gradients = tape.gradient(loss, d.trainable_variables)
        state.d_optimizer.apply_gradients(zip(gradients, d.trainable_variables, strict=True))
        return loss

    @tf.function(autograph=False)
    def update_g() -> tf.Tensor:
        with tf.GradientTape() as tape:
            fake_logits = d(g(tf.random.normal(shape), training=True), training=True)
            loss = cross_entropy(fake_logits, 1.0)
        gradients = tape.gradient(loss, g.trainable_variables)
        state.g_optimizer.apply_gradients(zip(gradients, g.trainable_variables, strict=True))
        return loss

    draw = np.random.default_rng(0)

    def work(num_steps: int) -> None:
        for _ in range(num_steps):
            chosen = images[draw.integers(0, len(images), settings.batch_size)]
            real_images = scale(tf.constant(chosen), settings.pixel_range)
            d_loss, g_loss = update_d(real_images), update_g()
            float(d_loss), float(g_loss)

    return work


def published(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    """Keras alone: D's `train_on_batch` on real, then on fake images; then the stack's.

    The batch of D's real images is a whole one, as in our step.
    """
    g, d, stack = _published_models(recipe, config)
    settings = config.settings
    draw = np.random.default_rng(0)
    num = settings.batch_size

    def work(num_steps: int) -> None:
        for _ in range(num_steps):
            chosen = images[draw.integers(0, len(images), num)]
            real_images = chosen.astype(np.float32) / 127.5 - 1.0
            latents = draw.standard_normal((num, settings.latent_size)).astype(np.float32)
            fake_images = g.predict(latents, verbose=0)
            d.train_on_batch(real_images, np.ones((num, 1), np.float32))
            d.train_on_batch(fake_images, np.zeros((num, 1), np.float32))
            latents = draw.standard_normal((num, settings.latent_size)).astype(np.float32)
            stack.train_on_batch(latents, np.ones((num, 1), np.float32))

    return work


def _published_models(recipe: Recipe, config: RunConfig) -> tuple[Any, Any, Any]:
    settings = config.settings
    networks = recipe.networks(settings, config.dataset.image_shape)
    g, d = (build.build(n, seed=seeds.key(1, n.name), init_std=0.02) for n in networks)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    d.compile(
        loss=loss,
        optimizer=keras.optimizers.Adam(settings.d_lr, beta_1=settings.beta_1),
        metrics=["accuracy"],
    )
    # D's own training function is made before it is frozen: under Keras 3 it would else stop
    # learning, and the comparison would flatter the peer.
    d.train_on_batch(
        np.zeros((settings.batch_size, *config.dataset.image_shape), np.float32),
        np.ones((settings.batch_size, 1), np.float32),
    )
    d.trainable = False
    stack = keras.Sequential([g, d])
    stack.compile(loss=loss, optimizer=keras.optimizers.Adam(settings.g_lr, beta_1=settings.beta_1))
    return g, d, stack


def main() -> int:
    """Measure and print; 1 when a run would be slower than the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few steps: does it run?")
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    num_steps, num_rounds = (5, 2) if given.quick else (60, 7)
    device.prepare(cpu_kernels())
    recipe, config = configure("quick-dcgan", given.dataset, given.data_dir, steps=1000)
    jitted = config.model_copy(update={"kernels": cpu_kernels(jit=True)})
    images = data.load(data.describe(given.dataset).info, given.data_dir).train_images
    works = {
        "ours: one fused step, as a run uses it": ours(recipe, config, images),
        "the same, compiled by XLA": ours(recipe, jitted, images),
        "D and G as two functions, unfused": unfused(recipe, config, images),
        "Keras train_on_batch, as published": published(recipe, config, images),
    }
    rows = interleave(
        works,
        num_steps=num_steps,
        images_per_step=config.settings.batch_size,
        num_rounds=num_rounds,
    )
    title = f"quick-dcgan on {given.dataset}, batch {config.settings.batch_size}"
    print_table(f"{title}, {cpu_kernels().intra_op_threads} threads", rows, unit="images/s")
    reached = rows[0].median >= GOAL
    sys.stdout.write(f"goal: {GOAL:.0f} images/s, {'reached' if reached else 'missed'}\n")
    return 0 if reached or given.quick else 1


if __name__ == "__main__":
    sys.exit(main())
