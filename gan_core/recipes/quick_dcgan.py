"""`quick-dcgan`: a DCGAN small enough for a laptop without a GPU.

After Radford, Metz and Chintala (2016), "Unsupervised representation learning with deep
convolutional generative adversarial networks", at a fraction of its width.
"""

from __future__ import annotations

from gan_core.config import Settings
from gan_core.recipes.layers import (
    Activation,
    Conv,
    Dense,
    Flatten,
    Network,
    Reshape,
    enlarge,
    flat,
)
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
from gan_core.recipes.recipe import ImageShape, Recipe, Turns
from gan_core.recipes.toolbox import GAN_DEFAULTS
from gan_core.text import N_

_BN_MOMENTUM = 0.9  # looks back over about ten steps: a whole run is only minutes long


def generator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, latent_size]` to `[N, H, W, C]`: 7×7×64 → 14×14×32 → 28×28×1 for digits."""
    size, channels = shape[0], shape[2]
    times = doublings(size)
    base, width = size >> times, 16 << times
    bias = settings.g_norm != "batch"  # batch normalisation brings its own offset
    layers: Stack = [
        latent_head(settings),
        Dense(units=base * base * width, bias=bias),
        Reshape(shape=(base, base, width)),
        norm(settings.g_norm, _BN_MOMENTUM),
        Activation(function="relu"),
    ]
    for _ in range(settings.g_convolutions or 0):
        layers += [
            Conv(filters=width, kernel=3, bias=bias),
            norm(settings.g_norm, _BN_MOMENTUM),
            Activation(function="relu"),
        ]
    for i in range(1, times):
        layers += [
            enlarge(settings.upsampling, filters=width >> i, kernel=4, bias=bias),
            norm(settings.g_norm, _BN_MOMENTUM),
            Activation(function="relu"),
        ]
    layers += [
        enlarge(settings.upsampling, filters=channels, kernel=4, bias=True),
        last_activation(settings),
    ]
    return Network(name="generator", input_shape=(settings.latent_size,), layers=flat(layers))


def discriminator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to one logit: 28×28×1 → 14×14×32 → 7×7×64 → 128 → 1 for digits."""
    layers: Stack = [
        Conv(filters=32, kernel=4, stride=2),
        slope(settings),
        dropout(settings),
    ]
    for i in range(1, doublings(shape[0])):
        layers += [
            Conv(filters=32 << i, kernel=4, stride=2, bias=settings.d_norm != "batch"),
            norm(settings.d_norm, _BN_MOMENTUM),
            slope(settings),
            dropout(settings),
        ]
    layers += [batch_spread(settings), Flatten()]
    if settings.d_hidden:
        layers += [
            Dense(units=settings.d_hidden, bias=settings.d_norm != "batch"),
            norm(settings.d_norm, _BN_MOMENTUM),
            slope(settings),
        ]
    layers += [Dense(units=1)]
    return Network(name="discriminator", input_shape=shape, layers=flat(layers))


RECIPE = Recipe(
    name="quick-dcgan",
    title=N_("Quick DCGAN"),
    summary=N_("Clear digits within a minute on a laptop without a GPU."),
    story=N_(
        "Two networks play against each other. The **generator** G turns 64 random numbers into "
        "an image. The **discriminator** D sees real images and G's images and learns to tell "
        "them apart. G never sees a real image: all it learns comes from D's opinion.\n\n"
        "This one is a small DCGAN: G enlarges 7×7 feature maps twice with transposed "
        "convolutions; D shrinks the image twice with strided ones and then sees it as a whole "
        "through a dense layer. Batch normalisation keeps both steady. It is narrow on purpose, "
        "so that two processor cores are enough."
    ),
    watch=N_(
        "- **The sheet**: blobs at once, strokes after a few seconds, digits within half a "
        "minute. Each place always shows the same latent.\n"
        "- **The losses**: D's near 1.39 would mean it only guesses; between 0.4 and 1.2, with "
        "G's between 1 and 3, both are learning.\n"
        "- **D's accuracy**: well above one half on both kinds, seldom 100 % for long."
    ),
    source="Radford, Metz and Chintala 2016, arXiv 1511.06434",
    dataset="digits",
    defaults={
        **GAN_DEFAULTS,
        "batch_size": 64,
        "latent_size": 64,
        "g_lr": 1e-3,  # twice D's: measured better digits in the same minute (docs/adr/0005)
        "d_lr": 5e-4,
        "init_std": 0.02,
        "g_norm": "batch",
        "d_norm": "batch",
        "g_convolutions": 1,
        "d_hidden": 128,
        "upsampling": "transpose",
        "log_every": 10,
        "ema": 0.99,
        "snapshot_every": 500,
    },
    essential=("batch_size", "latent_size", "g_lr", "d_lr"),
    generator=generator,
    discriminator=discriminator,
    turns=Turns(simultaneous=True),
    draw="shuffled",
    d_loss_scale="sum",
    default_steps=6000,
    sheet_every=50,
    sheet_columns=8,
    reference_images_per_s=2200.0,
    suits_cpu=True,
    jit_on_cpu=False,
    image_sizes=CONVOLUTIONAL_SIZES,
)
