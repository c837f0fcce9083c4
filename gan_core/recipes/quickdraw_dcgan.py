"""`quickdraw-dcgan`: drawings of one stroke.

2 330 944 parameters in G and 212 865 in D for 28×28 grey images and 100 latents.
"""

from __future__ import annotations

from gan_core.config import Settings
from gan_core.recipes.layers import Conv, ConvT, Dense, Flatten, Network, Reshape, enlarge, flat
from gan_core.recipes.parts import (
    CONVOLUTIONAL_SIZES,
    Stack,
    batch_spread,
    doublings,
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
    """`[N, latent_size]` to `[N, H, W, C]`: 7×7×256 → 7×7×128 → 14×14×64 → 28×28×1."""
    size, channels = shape[0], shape[2]
    times = doublings(size)
    base = size >> times
    bias = settings.g_norm != "batch"
    layers: Stack = [
        latent_head(settings),
        Dense(units=base * base * 256, bias=bias),
        norm(settings.g_norm),
        slope(settings),
        Reshape(shape=(base, base, 256)),
        ConvT(filters=128, kernel=5, bias=bias),
        norm(settings.g_norm),
        slope(settings),
    ]
    for _ in range(times - 1):
        layers += [
            enlarge(settings.upsampling, filters=64, kernel=5, bias=bias),
            norm(settings.g_norm),
            slope(settings),
        ]
    layers += [
        enlarge(settings.upsampling, filters=channels, kernel=5, bias=bias),
        last_activation(settings),
    ]
    return Network(name="generator", input_shape=(settings.latent_size,), layers=flat(layers))


def discriminator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to one logit: 14×14×64 → 7×7×128 → 1."""
    layers: Stack = []
    for i in range(doublings(shape[0])):
        layers += [
            Conv(filters=64 << min(i, 2), kernel=5, stride=2),
            norm(settings.d_norm) if i else None,
            slope(settings),
            dropout(settings),
        ]
    layers += [batch_spread(settings), Flatten(), Dense(units=1)]
    return Network(name="discriminator", input_shape=shape, layers=flat(layers))


RECIPE = Recipe(
    name="quickdraw-dcgan",
    title=N_("Quick, Draw! DCGAN"),
    summary=N_("Learns to draw a cat, a camel or whatever you choose, in a few strokes."),
    story=N_(
        "Fifteen million people drew things for a game, twenty seconds each. This network sees "
        "nothing but such drawings of one kind, the text's are camels, and learns to make new "
        "ones. Strokes are harder than digits: a line must not break.\n\n"
        "G makes 256 maps of 7×7 from 100 random numbers and enlarges them twice; D shrinks the "
        "drawing twice and decides. Both learn from one batch of 256 at each step.\n\n"
        "The trap that the text warns of: batch normalisation and dropout behave differently "
        "while training and while sampling. Here both run in training mode during the step and "
        "in inference mode on every sheet."
    ),
    watch=N_(
        "- **The sheet**, 16 drawings after each epoch: clouds first, then lines, then outlines "
        "with the right parts in the right places.\n"
        "- **D's loss** is the sum of two parts: 1.39 means that D only guesses.\n"
        "- All sixteen alike? Then G has found one drawing that fools D: see the toolbox."
    ),
    source=N_("the step-by-step Quick, Draw! DCGAN; Radford, Metz and Chintala 2016"),
    dataset="quickdraw:cat",
    defaults={
        **GAN_DEFAULTS,
        "batch_size": 256,
        "latent_size": 100,
        "g_lr": 1e-4,
        "d_lr": 1e-4,
        "beta_1": 0.9,
        "dropout": 0.3,
        "leaky_slope": 0.3,
        "g_norm": "batch",
        "upsampling": "transpose",
        "log_every": 1,
        "snapshot_every": EVERY_EPOCH,
    },
    essential=("batch_size", "latent_size", "g_lr", "d_lr"),
    generator=generator,
    discriminator=discriminator,
    turns=Turns(simultaneous=True),
    d_loss_scale="sum",
    default_epochs=100,
    sheet_every=EVERY_EPOCH,
    sheet_columns=4,
    reference_images_per_s=400.0,
    suits_cpu=False,
    jit_on_cpu=False,
    image_sizes=CONVOLUTIONAL_SIZES,
)
