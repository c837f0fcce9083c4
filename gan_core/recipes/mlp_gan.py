"""`mlp-gan`: the fully connected GAN that every beginner's guide shows.

1 493 520 parameters in G and 533 505 in D for 28×28 grey images and 100 latents.
"""

from __future__ import annotations

import math

from gan_core.config import Settings
from gan_core.recipes.layers import Dense, Flatten, Network, Reshape, flat
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
from gan_core.recipes.recipe import ImageShape, Recipe, Turns
from gan_core.recipes.toolbox import GAN_DEFAULTS
from gan_core.text import N_

_BN_MOMENTUM = 0.8


def generator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, latent_size]` to `[N, H, W, C]`: 256 → 512 → 1024 → all pixels."""
    layers: Stack = [
        latent_head(settings),
        *_hidden(256, settings),
        *_hidden(512, settings),
        *_hidden(1024, settings),
        Dense(units=math.prod(shape)),
        last_activation(settings),
        Reshape(shape=shape),
    ]
    return Network(name="generator", input_shape=(settings.latent_size,), layers=flat(layers))


def _hidden(units: int, settings: Settings) -> Stack:
    return [Dense(units=units), slope(settings), norm(settings.g_norm, _BN_MOMENTUM)]


def discriminator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to one logit: all pixels → 512 → 256 → 1."""
    layers = [
        Flatten(),
        Dense(units=512),
        norm(settings.d_norm, _BN_MOMENTUM),
        slope(settings),
        dropout(settings),
        Dense(units=256),
        norm(settings.d_norm, _BN_MOMENTUM),
        slope(settings),
        dropout(settings),
        batch_spread(settings),
        Dense(units=1),
    ]
    return Network(name="discriminator", input_shape=shape, layers=flat(layers))


RECIPE = Recipe(
    name="mlp-gan",
    title=N_("Fully connected GAN"),
    summary=N_("The first GAN of every beginner's guide: dense layers only."),
    story=N_(
        "A classifier learns p(y | x): which label belongs to this image. A **generative** "
        "network learns p(x): what images look like at all. A GAN does it with two networks. "
        "The generator G makes images from random numbers, the discriminator D says real or "
        "generated, and two feedback loops run: D learns from its mistakes, G learns from D.\n\n"
        "Both are plain stacks of dense layers that know nothing of neighbouring pixels. Each "
        "step shows D 16 real and then 16 generated images, then lets G try to fool it with 32. "
        "If D gets too good, its answers sit at 0 or 1 and G gets no gradient; if G gets too "
        "good, it lives off D's blind spots. Separate learning rates rebalance them.\n\n"
        "An **autoencoder** learns to rebuild what it is shown, and its latent space has holes. "
        "A **variational autoencoder** fills them, and its images are soft. A GAN never rebuilds "
        "anything, and its images are sharp. All three are here to compare."
    ),
    watch=N_(
        "- **The sheet** every 200 steps: grey noise, then blobs in the middle, then digits with "
        "speckles around them. Dense layers have to learn each pixel by itself.\n"
        "- **D's loss** near 0.69 means that D guesses; **its accuracy** between 50 % and 80 % "
        "is a fair game.\n"
        "- 30 000 steps are the published length; digits can be read from about 5 000."
    ),
    source=N_("the beginner's guides' GAN; Goodfellow et al. 2014, arXiv 1406.2661"),
    dataset="mnist",
    defaults={
        **GAN_DEFAULTS,
        "batch_size": 32,
        "latent_size": 100,
        "g_lr": 2e-4,
        "d_lr": 2e-4,
        "d_batches": "two_updates",
        "g_norm": "batch",
        "log_every": 10,
        "snapshot_every": 1000,
    },
    essential=("batch_size", "latent_size", "g_lr", "d_lr"),
    generator=generator,
    discriminator=discriminator,
    turns=Turns(half_batches=True, inference_fakes=True),
    d_loss_scale="mean",
    default_steps=30_000,
    sheet_every=200,
    sheet_columns=5,
    reference_images_per_s=3000.0,
    suits_cpu=True,
    jit_on_cpu=True,
    image_sizes=DENSE_SIZES,
)
