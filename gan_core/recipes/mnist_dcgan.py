"""`mnist-dcgan`: the from-scratch Keras DCGAN, to the letter.

1 164 289 parameters in G and 40 705 in D for 28×28 grey images and 100 latents.
"""

from __future__ import annotations

from gan_core.config import Settings
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    Network,
    Reshape,
    enlarge,
    flat,
)
from gan_core.recipes.recipe import ImageShape, Recipe
from gan_core.text import N_


def generator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, latent_size]` to `[N, H, W, C]`: 7×7×128 → 14×14×128 → 28×28×128 → 28×28×1."""
    height, width, channels = shape
    slope = LeakyReLU(slope=settings.leaky_slope or 0.0)
    norm = BatchNorm() if settings.g_norm == "batch" else None
    layers = [
        Dense(units=height // 4 * (width // 4) * 128),
        norm,
        slope,
        Reshape(shape=(height // 4, width // 4, 128)),
        enlarge(settings.upsampling, filters=128, kernel=4, bias=True),
        norm,
        slope,
        enlarge(settings.upsampling, filters=128, kernel=4, bias=True),
        norm,
        slope,
        Conv(filters=channels, kernel=7),
        Activation(function=settings.output_activation or "sigmoid"),
    ]
    return Network(name="generator", input_shape=(settings.latent_size,), layers=flat(layers))


def discriminator(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to one logit: two strided convolutions with dropout, then a dense layer."""
    slope = LeakyReLU(slope=settings.leaky_slope or 0.0)
    norm = BatchNorm() if settings.d_norm == "batch" else None
    dropout = Dropout(rate=settings.dropout) if settings.dropout else None
    layers = [
        Conv(filters=64, kernel=3, stride=2),
        norm,
        slope,
        dropout,
        Conv(filters=64, kernel=3, stride=2),
        norm,
        slope,
        dropout,
        Flatten(),
        Dense(units=1),
    ]
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
        "batch_size": 256,
        "latent_size": 100,
        "g_lr": 2e-4,
        "d_lr": 2e-4,
        "beta_1": 0.5,
        "label_smoothing": 0.0,
        "dropout": 0.4,
        "leaky_slope": 0.2,
        "g_norm": "none",
        "d_norm": "none",
        "upsampling": "transpose",
        "output_activation": "sigmoid",
        "pixel_range": "0,1",
        "precision": "float32",
        "log_every": 1,
        "snapshot_every": 234,
        "checkpoint_secs": 30.0,
    },
    essential=("batch_size", "latent_size", "g_lr", "d_lr", "label_smoothing"),
    generator=generator,
    discriminator=discriminator,
    update="alternating_stacked",
    draw="with_replacement",
    d_loss_scale="mean",
    default_epochs=100,
    sheet_every=26,
    sheet_columns=10,
    reference_images_per_s=240.0,
    suits_cpu=False,
    jit_on_cpu=False,
    image_sizes=(28, 32, 64),
)
