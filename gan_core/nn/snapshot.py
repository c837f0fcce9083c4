"""What a snapshot holds: both networks for readers without TensorFlow, and the state to fork."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.latent.sampling import sample_latents
from gan_core.nn import build
from gan_core.nn.state import TrainState
from gan_core.portable import bundle
from gan_core.portable.onnx_graph import to_onnx
from gan_core.recipes.layers import Network
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.verdicts import verdict_of
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
    models = as_readers_compute(recipe, config, state)
    answers = golden(models, config.settings.latent_size)
    networks: dict[str, Network] = {net.name: net for net in _networks(recipe, config)}

    def write(folder: Path) -> None:
        for role, model in models.items():
            weights = build.weights(model)
            write_arrays(folder / snapshots.weights_file(role), weights)
            write_onnx(networks[role], weights, folder / snapshots.onnx_file(role))
            if role == "generator":
                packed = bundle_of(networks[role], weights, answers, config)
                (folder / snapshots.GENERATOR_BUNDLE).write_bytes(packed)
        write_arrays(folder / snapshots.GOLDEN, answers)
        write_arrays(folder / STATE_FILE, state.to_arrays())
        write_json(folder / snapshots.NETWORKS, networks_json(recipe, config))

    about = {
        "step": state.step,
        "pixel_range": config.settings.pixel_range,
        "verdict": verdict_of(config.settings.loss) if recipe.family == "gan" else "none",
    }
    sealed.seal(paths.snapshot(state.step), write, about)


def bundle_of(
    network: Network, weights: build.Weights, answers: build.Weights, config: RunConfig
) -> bytes:
    """The generator as browsers run it."""
    return bundle.pack(
        network,
        weights,
        pixel_range=config.settings.pixel_range,
        golden_latents=answers["latents"],
        golden_images=answers["images"],
    )


def as_readers_compute(
    recipe: Recipe, config: RunConfig, state: TrainState
) -> dict[str, keras.Sequential]:
    """The networks that people use, by role, in float32: no reader computes in bfloat16.

    Where the run keeps a running average of G, that is its generator.
    """
    shown = {**state.networks, "generator": state.shown_generator}
    if config.settings.precision == "float32":
        return shown
    copies: dict[str, keras.Sequential] = {}
    for network in recipe.networks(config.settings, config.dataset.image_shape):
        copies[network.name] = build.build(network, seed=config.seed)
        build.set_weights(copies[network.name], build.weights(shown[network.name]))
    return copies


def golden(models: dict[str, keras.Sequential], latent_size: int) -> dict[str, NDArray[np.generic]]:
    """Latents with what Keras makes of them; readers check against it.

    That is images, and D's logits or the codes that the encoder gives these images. Computed on
    the CPU, as readers do: a GPU rounds the factors of its products (TF32).
    """
    latents = sample_latents(_GOLDEN_SEED, NUM_GOLDEN, latent_size)
    with tf.device("CPU:0"):
        images = models["generator"](latents, training=False)
        if "encoder" in models:
            codes = np.asarray(models["encoder"](images, training=False))[:, :latent_size]
            answers = {"codes": codes}
        else:
            logits = models["discriminator"](images, training=False)
            answers = {"logits": np.asarray(logits)[:, 0]}
    return {"latents": latents, "images": np.asarray(images), **answers}


def networks_json(recipe: Recipe, config: RunConfig) -> dict[str, object]:
    """Both layer lists, as `recipes.layers.network_from_json` reads them."""
    return {net.name: net.model_dump(mode="json") for net in _networks(recipe, config)}


def _networks(recipe: Recipe, config: RunConfig) -> tuple[Network, ...]:
    return recipe.networks(config.settings, config.dataset.image_shape)


def write_onnx(network: Network, weights: build.Weights, path: Path) -> None:
    """Write a network as ONNX; the golden answers tell readers whether it answers as Keras does."""
    path.write_bytes(to_onnx(network, weights).SerializeToString())
