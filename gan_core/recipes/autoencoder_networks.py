"""The encoder and the decoder that `vae` and `autoencoder` share."""

from __future__ import annotations

import math

from gan_core.config import Settings
from gan_core.recipes.layers import Activation, Dense, Flatten, Network, Reshape
from gan_core.recipes.recipe import ImageShape

_HIDDEN_UNITS = 256


def encoder(shape: ImageShape, num_codes: int) -> Network:
    """`[N, H, W, C]` to `[N, num_codes]`: all pixels → 256 → codes."""
    return Network(
        name="encoder",
        input_shape=shape,
        layers=(
            Flatten(),
            Dense(units=_HIDDEN_UNITS),
            Activation(function="relu"),
            Dense(units=num_codes),
        ),
    )


def decoder(settings: Settings, shape: ImageShape) -> Network:
    """`[N, latent_size]` to `[N, H, W, C]` from 0 to 1: 256 → all pixels."""
    return Network(
        name="generator",
        input_shape=(settings.latent_size,),
        layers=(
            Dense(units=_HIDDEN_UNITS),
            Activation(function="relu"),
            Dense(units=math.prod(shape)),
            Activation(function="sigmoid"),
            Reshape(shape=shape),
        ),
    )
