"""`cifar-dcgan`: cars in colour, 32×32.

2 370 563 parameters in G and 1 034 881 in D for 32×32 colour images and 100 latents.
"""

from __future__ import annotations

from gan_core.config import Settings
from gan_core.recipes.layers import Conv, Dense, Flatten, Network, Reshape, enlarge, flat
from gan_core.recipes.parts import (
    CONVOLUTIONAL_SIZES,
    Stack,
    batch_spread,
    dropout,
    last_activation,
    latent_head,
    norm,
    slope,
)
from gan_core.recipes.recipe import EVERY_EPOCH, EpochCheck, ImageShape, Recipe, Turns
from gan_core.recipes.toolbox import GAN_DEFAULTS
from gan_core.text import N_

_BN_MOMENTUM = 0.8
_WIDTHS = {28: (256,), 32: (256, 128), 64: (256, 256, 128), 128: (256, 256, 128, 128)}
"""Maps after each enlargement but the last; the base is 4×4, and 7×7 for 28 pixels."""


def generator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, latent_size]` to `[N, H, W, C]`: 4×4×192 → 8×8×256 → 16×16×128 → 32×32×3."""
    size, channels = shape[0], shape[2]
    widths = _WIDTHS[size]
    base = size >> (len(widths) + 1)
    layers: Stack = [
        latent_head(settings),
        Dense(units=base * base * 192),
        Reshape(shape=(base, base, 192)),
        norm(settings.g_norm, _BN_MOMENTUM),
        slope(settings),
    ]
    for width in widths:
        layers += [
            enlarge(settings.upsampling, filters=width, kernel=5, bias=True),
            norm(settings.g_norm, _BN_MOMENTUM),
            slope(settings),
        ]
    layers += [
        enlarge(settings.upsampling, filters=channels, kernel=5, bias=True),
        last_activation(settings),
    ]
    return Network(name="generator", input_shape=(settings.latent_size,), layers=flat(layers))


def discriminator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to one logit: 16×16×64 → 8×8×128 → 4×4×256 → 1."""
    layers: Stack = []
    for i in range(len(_WIDTHS[shape[0]]) + 1):
        layers += [
            Conv(filters=64 << min(i, 2), kernel=5, stride=2),
            norm(settings.d_norm, _BN_MOMENTUM) if i else None,
            slope(settings),
        ]
    layers += [batch_spread(settings), Flatten(), dropout(settings), Dense(units=1)]
    return Network(name="discriminator", input_shape=shape, layers=flat(layers))


RECIPE = Recipe(
    name="cifar-dcgan",
    title=N_("CIFAR DCGAN: cars in colour"),
    summary=N_("Small colour photographs of cars; the hardest of the seven."),
    story=N_(
        "5 000 photographs of cars, 32×32 pixels in colour: few images, and each different in "
        "angle, light and background. The sheet goes from brown fog to colour patches to things "
        "with wheels.\n\n"
        "G enlarges 4×4 maps three times. D is updated on a batch of real and then on a batch of "
        "generated images, with the real ones called 0.9 instead of 1 (one-sided label "
        "smoothing); then G is updated on the same latents. D learns ten times as fast as G. "
        "Images go in order, 39 batches an epoch.\n\n"
        "After each epoch both losses are measured once more, without smoothing, on 16 held-out "
        "cars and 16 generated ones."
    ),
    watch=N_(
        "- **Colours first**: fog, then sky above and road below, then bodies, then wheels. "
        "Expect shapes, not badges: 5 000 photographs are few.\n"
        "- **D's loss** is the sum of two parts (1.39: D guesses). D's high learning rate makes "
        "it swing.\n"
        "- **The held-out losses** after each epoch tell whether D learns cars by heart: then "
        "its held-out loss rises while the training one falls."
    ),
    source=N_("the published CIFAR-10 DCGAN for cars; Radford, Metz and Chintala 2016"),
    dataset="cifar10:automobile",
    defaults={
        **GAN_DEFAULTS,
        "batch_size": 128,
        "latent_size": 100,
        "g_lr": 1e-4,
        "d_lr": 1e-3,
        "label_smoothing": 0.1,
        "d_batches": "two_updates",
        "dropout": 0.2,
        "init_std": 0.02,
        "g_norm": "batch",
        "d_norm": "batch",
        "upsampling": "transpose",
        "log_every": 1,
        "snapshot_every": 390,
    },
    essential=("batch_size", "latent_size", "g_lr", "d_lr", "label_smoothing"),
    generator=generator,
    discriminator=discriminator,
    turns=Turns(inference_fakes=True, same_latents=True),
    init_std_on="convolutions",
    draw="in_order",
    d_loss_scale="sum",
    epoch_check=EpochCheck(every_epochs=1, num_images=16),
    default_epochs=200,
    sheet_every=EVERY_EPOCH,
    sheet_columns=4,
    reference_images_per_s=180.0,
    suits_cpu=False,
    jit_on_cpu=False,
    image_sizes=CONVOLUTIONAL_SIZES,
)
