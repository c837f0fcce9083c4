"""`dense-conv-gan`: the training guide's GAN, a dense G against a convolutional D.

114 064 parameters in G; D has 81 281 in its variant `bn` and 402 305 in `pool`.
"""

from __future__ import annotations

import math

from gan_core.config import Settings
from gan_core.recipes.layers import (
    Activation,
    Conv,
    Dense,
    Flatten,
    MaxPool,
    Network,
    Reshape,
    flat,
)
from gan_core.recipes.parts import (
    DENSE_SIZES,
    Stack,
    batch_spread,
    dropout,
    last_activation,
    latent_head,
    norm,
    slope,
)
from gan_core.recipes.recipe import EVERY_EPOCH, ImageShape, Recipe, Turns
from gan_core.recipes.toolbox import GAN_DEFAULTS
from gan_core.text import N_


def generator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, latent_size]` to `[N, H, W, C]`: 128 → all pixels."""
    layers: Stack = [
        latent_head(settings),
        Dense(units=128),
        norm(settings.g_norm),
        Activation(function="relu"),
        Dense(units=math.prod(shape)),
        last_activation(settings),
        Reshape(shape=shape),
    ]
    return Network(name="generator", input_shape=(settings.latent_size,), layers=flat(layers))


def discriminator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to one logit, by the variant that the setting `d_variant` names."""
    make = _pooling if settings.d_variant == "pool" else _normalising
    return Network(name="discriminator", input_shape=shape, layers=flat(make(settings)))


def _normalising(settings: Settings) -> Stack:
    """14×14×64 → 7×7×128 with batch normalisation → 1."""
    return [
        Conv(filters=64, kernel=3, stride=2),
        slope(settings),
        dropout(settings),
        Conv(filters=128, kernel=3, stride=2),
        norm(settings.d_norm),
        slope(settings),
        dropout(settings),
        batch_spread(settings),
        Flatten(),
        Dense(units=1),
    ]


def _pooling(settings: Settings) -> Stack:
    """14×14×64 → pooled to 7×7×64 → 128 → 1."""
    return [
        Conv(filters=64, kernel=3, stride=2),
        slope(settings),
        MaxPool(size=2),
        dropout(settings),
        batch_spread(settings),
        Flatten(),
        Dense(units=128),
        slope(settings),
        dropout(settings),
        Dense(units=1),
    ]


RECIPE = Recipe(
    name="dense-conv-gan",
    title=N_("Dense G, convolutional D"),
    summary=N_("An unequal pair, made to be experimented with: the toolbox's test bench."),
    story=N_(
        "The guide that this pair comes from is about what goes wrong. G has one hidden layer of "
        "128 units and draws all pixels at once; D sees with convolutions. D is the stronger, so "
        "everything in the toolbox shows: learning-rate schedules, weight decay, dropout, noise "
        "on D's inputs, gradient clipping, other losses, a term for diversity.\n\n"
        "**What is wrong here?** The guide's own listing scales the images to [-1, 1] and ends "
        "G with a sigmoid, which can only reach [0, 1]: half of the range is out of G's reach, "
        "and D needs to look at nothing else. Set the pixel range to -1,1 and see. Here both "
        "are [0, 1].\n\n"
        "D comes in two variants: with batch normalisation, and with pooling and a dense layer."
    ),
    watch=N_(
        "- **D's loss** is the sum of two parts: 1.39 means that D only guesses.\n"
        "- **The sheet**: G is small; its digits stay thin and speckled. Change one setting at a "
        "time and repeat over several seeds before you believe a difference."
    ),
    source=N_("the published guide to training GANs with Keras"),
    dataset="mnist",
    defaults={
        **GAN_DEFAULTS,
        "batch_size": 128,
        "latent_size": 100,
        "g_lr": 1e-4,
        "d_lr": 1e-4,
        "beta_1": 0.9,
        "d_norm": "batch",
        "d_variant": "bn",
        "output_activation": "sigmoid",
        "pixel_range": "0,1",
        "log_every": 10,
        "snapshot_every": EVERY_EPOCH,
    },
    essential=("batch_size", "latent_size", "d_variant", "g_lr", "d_lr", "loss"),
    generator=generator,
    discriminator=discriminator,
    turns=Turns(simultaneous=True),
    d_loss_scale="sum",
    default_epochs=100,
    sheet_every=EVERY_EPOCH,
    sheet_columns=5,
    reference_images_per_s=2200.0,
    suits_cpu=True,
    jit_on_cpu=False,
    image_sizes=DENSE_SIZES,
)
