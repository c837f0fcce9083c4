"""The training step of a recipe, as one compiled function that takes several steps a call."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.nn import gan_step
from gan_core.nn.autoencoder_step import AutoencoderStep, metric_names
from gan_core.nn.gan_step import GanStep
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe, taken_per_step

StepsFunction = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""`(first step int64 [], images uint8 [K, N, H, W, C])` to the metrics, float32 [K, M]."""


def names_of_metrics(recipe: Recipe) -> tuple[str, ...]:
    """What a step of the recipe measures, in the order of its answer."""
    return gan_step.METRIC_NAMES if recipe.family == "gan" else metric_names(recipe)


def images_per_step(config: RunConfig) -> int:
    """Real images that a step takes."""
    return taken_per_step(config.settings)


def plain_step(recipe: Recipe, config: RunConfig, state: TrainState) -> GanStep | AutoencoderStep:
    """The step before compilation."""
    kind = GanStep if recipe.family == "gan" else AutoencoderStep
    return kind(recipe, config, state)


def make_steps(config: RunConfig, plain: GanStep | AutoencoderStep) -> StepsFunction:
    """Compile a step as the run's record says; a call takes as many as it is given batches.

    It is compiled once, whatever their number, so how a run is cut into calls cannot show in its
    numbers. The loop stays outside XLA: a convolution inside a loop of XLA's is ten times slower
    on a CPU.
    """
    step = plain.__call__
    if config.kernels.jit:
        step = tf.function(step, jit_compile=True, autograph=False)
    shape = (images_per_step(config), *config.dataset.image_shape)
    signature = [tf.TensorSpec([], tf.int64), tf.TensorSpec([None, *shape], tf.uint8)]

    def steps(first: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        num_steps = tf.shape(images)[0]
        metrics = tf.TensorArray(tf.float32, size=num_steps)

        def take(i: tf.Tensor, found: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            batch = tf.ensure_shape(images[i], shape)
            return i + 1, found.write(i, step(first + tf.cast(i, tf.int64), batch))

        _, metrics = tf.while_loop(
            lambda i, _: i < num_steps, take, [0, metrics], parallel_iterations=1
        )
        return metrics.stack()

    return tf.function(steps, input_signature=signature, autograph=False)  # type: ignore[no-any-return]
