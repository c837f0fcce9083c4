"""Which latents a run's sample sheets are drawn from: the same ones from its first step on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.latent.quantiles import quantile_grid
from gan_core.latent.sampling import sample_latents
from gan_core.recipes.recipe import Recipe


def sheet_latents(recipe: Recipe, config: RunConfig) -> NDArray[np.float32]:
    """The latents of every sheet of a run, float32 `[columns², latent_size]`."""
    latent_size = config.settings.latent_size
    if lies_on_grid(recipe, config):
        return quantile_grid(recipe.sheet_columns)
    return sample_latents(sheet_seed(config), recipe.sheet_columns**2, latent_size)


def sheet_seed(config: RunConfig) -> int:
    """The seed that the latents are drawn with, where they are drawn."""
    return config.seed if config.sheet_seed is None else config.sheet_seed


def lies_on_grid(recipe: Recipe, config: RunConfig) -> bool:
    """Whether the latents are evenly spread over a plane instead of drawn."""
    return recipe.sheet_latents == "quantiles" and config.settings.latent_size == 2
