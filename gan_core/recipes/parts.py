"""Pieces that the layer lists of several recipes share: what a setting switches on or off."""

from __future__ import annotations

from collections.abc import Sequence

from gan_core.config import Settings
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Dropout,
    Layer,
    LeakyReLU,
    MinibatchStd,
    ToUniform,
)

Stack = list[Layer | Sequence[Layer] | None]
"""Layers as a recipe writes them down, before `flat` joins them."""

CONVOLUTIONAL_SIZES = (28, 32, 64, 128)
DENSE_SIZES = (28, 32, 64)
"""Larger images would make a dense layer of a hundred million weights."""


def doublings(size: int) -> int:
    """How often 7 or 8 pixels are doubled to reach `size`: 28 and 32 twice, 64 three times."""
    return {28: 2, 32: 2, 64: 3, 128: 4}[size]


def latent_head(settings: Settings) -> Layer | None:
    """G's first layer: latents come in normal and leave it uniform on [-1, 1], if so wished."""
    return ToUniform() if settings.latent_distribution == "uniform" else None


def norm(kind: str | None, momentum: float = 0.99) -> BatchNorm | None:
    """Batch normalisation, if the setting asks for it."""
    return BatchNorm(momentum=momentum) if kind == "batch" else None


def slope(settings: Settings) -> LeakyReLU:
    """Leaky ReLU with the run's slope."""
    return LeakyReLU(slope=settings.leaky_slope or 0.0)


def dropout(settings: Settings) -> Dropout | None:
    """Dropout in D, if there is any."""
    return Dropout(rate=settings.dropout) if settings.dropout else None


def batch_spread(settings: Settings) -> MinibatchStd | None:
    """The layer that lets D see how varied a batch is, before its decision."""
    return MinibatchStd() if settings.minibatch_std == "on" else None


def last_activation(settings: Settings) -> Activation:
    """What bounds G's pixels."""
    return Activation(function=settings.output_activation or "tanh")
