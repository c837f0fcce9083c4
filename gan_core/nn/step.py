"""The training step of a recipe, as one compiled function."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.nn import gan_step
from gan_core.nn.autoencoder_step import AutoencoderStep, metric_names
from gan_core.nn.gan_step import GanStep
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe

StepFunction = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""`(step int64 [], images uint8 [N, H, W, C])` to the metrics, float32 [M]."""


def names_of_metrics(recipe: Recipe) -> tuple[str, ...]:
    """What a step of the recipe measures, in the order of its answer."""
    return gan_step.METRIC_NAMES if recipe.family == "gan" else metric_names(recipe)


def images_per_step(config: RunConfig) -> int:
    """Real images that a step takes."""
    return config.settings.batch_size * (config.settings.d_steps or 1)


def plain_step(recipe: Recipe, config: RunConfig, state: TrainState) -> GanStep | AutoencoderStep:
    """The step before compilation."""
    kind = GanStep if recipe.family == "gan" else AutoencoderStep
    return kind(recipe, config, state)


def make_step(config: RunConfig, plain: GanStep | AutoencoderStep) -> StepFunction:
    """Compile a step as the run's record says."""
    return tf.function(plain.__call__, jit_compile=config.kernels.jit, autograph=False)  # type: ignore[no-any-return]
