"""When a snapshot is worth a light evaluation while a run trains."""

from __future__ import annotations

import math

from gan_core.config import RunConfig
from gan_core.recipes.recipe import Recipe, taken_per_step

NUM_IMAGES = 1000
"""Images that a light evaluation looks at."""

_SHARE = 0.05  # of the time between two evaluations
_FIXED_SECS = 0.6  # features and figures, on two cores that others use as well
_FASTER_WITHOUT_TRAINING = 6.0  # images are made than trained on
_GPU_FACTOR = 10.0


def steps_that_pay(recipe: Recipe, config: RunConfig) -> int:
    """Steps that take so long, by the recipe's measured speed, that one evaluation is little."""
    rate = recipe.reference_images_per_s
    if config.kernels.device == "gpu":
        rate *= _GPU_FACTOR
    secs = _FIXED_SECS + NUM_IMAGES / (rate * _FASTER_WITHOUT_TRAINING)
    return math.ceil(secs / _SHARE * rate / taken_per_step(config.settings))
