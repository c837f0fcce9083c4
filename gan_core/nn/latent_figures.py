"""What an autoencoder's codes say of real images, by the networks as they are in memory."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.evaluation import LatentFigures
from gan_core.latent.pixels import from_bytes
from gan_core.metrics import codes
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe


def latent_figures(
    recipe: Recipe, config: RunConfig, state: TrainState, images: NDArray[np.uint8]
) -> LatentFigures | None:
    """The figures of images uint8 `[N, H, W, C]`; `None` where nothing encodes them."""
    if recipe.encoder is None:
        return None
    return codes.measured(
        from_bytes(images, config.settings.pixel_range),
        lambda pixels: np.asarray(state.encoder(tf.constant(pixels), training=False)),
        lambda latents: np.asarray(state.generator(tf.constant(latents), training=False)),
        latent_size=config.settings.latent_size,
    )
