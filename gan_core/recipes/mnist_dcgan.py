"""`mnist-dcgan`: the from-scratch Keras DCGAN, to the letter.

1 164 289 parameters in G and 40 705 in D for 28×28 grey images and 100 latents.
"""

from __future__ import annotations

from gan_core.config import Settings
from gan_core.recipes.layers import Conv, Dense, Flatten, Network, Reshape, enlarge, flat
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
from gan_core.recipes.recipe import EpochCheck, ImageShape, Preset, Recipe, Turns
from gan_core.recipes.toolbox import GAN_DEFAULTS
from gan_core.text import N_


def generator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, latent_size]` to `[N, H, W, C]`: 7×7×128 → 14×14×128 → 28×28×128 → 28×28×1."""
    size, channels = shape[0], shape[2]
    times = doublings(size)
    base = size >> times
    layers: Stack = [
        latent_head(settings),
        Dense(units=base * base * 128),
        norm(settings.g_norm),
        slope(settings),
        Reshape(shape=(base, base, 128)),
    ]
    for _ in range(times):
        layers += [
            enlarge(settings.upsampling, filters=128, kernel=4, bias=True),
            norm(settings.g_norm),
            slope(settings),
        ]
    layers += [
        Conv(filters=channels, kernel=settings.last_kernel or 7),
        last_activation(settings),
    ]
    return Network(name="generator", input_shape=(settings.latent_size,), layers=flat(layers))


def discriminator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to one logit: two strided convolutions with dropout, then a dense layer."""
    layers: Stack = []
    for _ in range(doublings(shape[0])):
        layers += [
            Conv(filters=64, kernel=3, stride=2),
            norm(settings.d_norm),
            slope(settings),
            dropout(settings),
        ]
    layers += [batch_spread(settings), Flatten(), Dense(units=1)]
    return Network(name="discriminator", input_shape=shape, layers=flat(layers))


RECIPE = Recipe(
    name="mnist-dcgan",
    title=N_("MNIST DCGAN"),
    summary=N_("The network of the best-known step-by-step text, layer for layer."),
    story=N_(
        "The generator takes 100 random numbers, makes 128 maps of 7×7 from them and enlarges "
        "them twice to 28×28. A last 7×7 convolution draws the digit. The discriminator is far "
        "smaller: two strided convolutions, each followed by dropout, then one decision.\n\n"
        "Each step first shows D 128 real and 128 generated images, then lets G try to fool it "
        "with 256 new ones. An epoch is 234 such steps; the text trains for 100 epochs. Made "
        "for a GPU: on two processor cores a step takes seconds."
    ),
    watch=N_(
        "- **D's loss** hovers around 0.69 (0.5 to 0.8), **G's** between 0.5 and 2.\n"
        "- **D's accuracy** swings widely, on real images from 4 % to 98 % in a good run: it is "
        "a rough and unreliable measure. Trust the sheet.\n"
        "- **Failure** looks like this: D's loss falls to 0.000, G's climbs past 9, accuracy "
        "100 % on both, and the images turn blank.\n"
        "- Poor digits at epoch 10, good ones by 30 to 40, hardly better at 100."
    ),
    source=N_("the widely read step-by-step Keras DCGAN for MNIST"),
    dataset="mnist",
    defaults={
        **GAN_DEFAULTS,
        "batch_size": 256,
        "latent_size": 100,
        "g_lr": 2e-4,
        "d_lr": 2e-4,
        "d_batches": "joint",
        "dropout": 0.4,
        "upsampling": "transpose",
        "last_kernel": 7,
        "output_activation": "sigmoid",
        "pixel_range": "0,1",
        "log_every": 1,
        "snapshot_every": 234,
    },
    essential=("batch_size", "latent_size", "g_lr", "d_lr", "label_smoothing"),
    generator=generator,
    discriminator=discriminator,
    turns=Turns(half_batches=True, inference_fakes=True),
    draw="with_replacement",
    d_loss_scale="mean",
    epoch_check=EpochCheck(every_epochs=10, num_images=100),
    presets=(
        Preset(
            title=N_("No dropout in D"),
            changes={"dropout": 0.0},
            outcome=N_("a reader saw D's accuracy at 100 % on real and 3 % on generated images"),
        ),
        Preset(
            title=N_("tanh instead of sigmoid"),
            changes={"output_activation": "tanh", "pixel_range": "-1,1"},
            outcome=N_("a reader saw D's loss stay under 0.5"),
        ),
        Preset(
            title=N_("tanh, last kernel 3×3"),
            changes={"output_activation": "tanh", "pixel_range": "-1,1", "last_kernel": 3},
            outcome=N_("with tanh and the 7×7 kernel a reader saw black images; 3×3 cured it"),
        ),
        Preset(
            title=N_("KL as D's loss"),
            changes={"loss": "kl"},
            outcome=N_("a reader saw D's accuracy at 100 % on real and 0 % on generated images"),
        ),
        Preset(
            title=N_("5 000 latents"),
            changes={"latent_size": 5000},
            outcome=N_("a reader saw better digits than with 100, in 120 minutes instead of 45"),
        ),
        Preset(
            title=N_("Batch normalisation, one-sided smoothing"),
            changes={"g_norm": "batch", "d_norm": "batch", "label_smoothing": 0.1},
            outcome=N_("two of the text's own suggestions; compare the sheets"),
        ),
    ),
    default_epochs=100,
    sheet_every=26,
    sheet_columns=10,
    reference_images_per_s=300.0,
    suits_cpu=False,
    jit_on_cpu=False,
    image_sizes=CONVOLUTIONAL_SIZES,
)
