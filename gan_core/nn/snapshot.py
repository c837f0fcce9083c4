"""What a snapshot holds: both networks for readers without TensorFlow, and the state to fork."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.latent.sampling import sample_latents
from gan_core.nn import build
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe
from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE, write_arrays
from gan_core.runs.files import write_json
from gan_core.runs.layout import RunPaths

NUM_GOLDEN = 16
_GOLDEN_SEED = 20_14  # any number: a reader finds the latents in the file


def write_snapshot(paths: RunPaths, recipe: Recipe, config: RunConfig, state: TrainState) -> None:
    """Write `snapshots/<step>/` as one sealed folder.

    Raises:
        DiskFullError: no space; nothing is left behind.
    """
    g, d = as_readers_compute(recipe, config, state)

    def write(folder: Path) -> None:
        write_arrays(folder / snapshots.GENERATOR_WEIGHTS, build.weights(g))
        write_arrays(folder / snapshots.DISCRIMINATOR_WEIGHTS, build.weights(d))
        write_arrays(folder / snapshots.GOLDEN, golden(g, d, config.settings.latent_size))
        write_arrays(folder / STATE_FILE, state.to_arrays())
        write_json(folder / snapshots.NETWORKS, networks_json(recipe, config))
        write_onnx(g, folder / snapshots.GENERATOR_ONNX)
        write_onnx(d, folder / snapshots.DISCRIMINATOR_ONNX)

    about = {"step": state.step, "pixel_range": config.settings.pixel_range}
    sealed.seal(paths.snapshot(state.step), write, about)


def as_readers_compute(
    recipe: Recipe, config: RunConfig, state: TrainState
) -> tuple[keras.Sequential, keras.Sequential]:
    """G and D with the state's weights, in float32: no reader computes convolutions in bfloat16."""
    if config.settings.precision == "float32":
        return state.generator, state.discriminator
    copies = []
    trained = (state.generator, state.discriminator)
    networks = recipe.networks(config.settings, config.dataset.image_shape)
    for network, model in zip(networks, trained, strict=True):
        copies.append(build.build(network, seed=config.seed))
        build.set_weights(copies[-1], build.weights(model))
    return copies[0], copies[1]


def golden(
    generator: keras.Sequential, discriminator: keras.Sequential, latent_size: int
) -> dict[str, NDArray[np.generic]]:
    """Latents with the images and logits that Keras makes of them; readers check against them.

    Computed on the CPU, as readers do: a GPU rounds the factors of its products (TF32).
    """
    latents = sample_latents(_GOLDEN_SEED, NUM_GOLDEN, latent_size)
    with tf.device("CPU:0"):
        images = generator(latents, training=False)
        logits = discriminator(images, training=False)
    return {
        "latents": latents,
        "images": np.asarray(images),
        "logits": np.asarray(logits)[:, 0],
    }


def networks_json(recipe: Recipe, config: RunConfig) -> dict[str, object]:
    """Both layer lists, as `recipes.layers.network_from_json` reads them."""
    nets = recipe.networks(config.settings, config.dataset.image_shape)
    return {net.name: net.model_dump(mode="json") for net in nets}


def write_onnx(model: keras.Sequential, path: Path) -> None:
    """Write a model as ONNX through Keras' own export; the batch axis stays free."""
    logging.getLogger("tf2onnx").setLevel(logging.WARNING)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        # Keras 3.15 asks NumPy for an alias that it no longer has.
        warnings.filterwarnings("ignore", message=r"In the future `np\.object`")
        model.export(path, format="onnx", verbose=False)
