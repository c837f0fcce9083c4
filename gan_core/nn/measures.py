"""What is measured beside the training: D's verdicts, and the check at the end of an epoch."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.nn import seeds
from gan_core.nn.losses import accuracies, game
from gan_core.nn.pixels import scale
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.verdicts import Verdict


def probabilities(logits: tf.Tensor, verdict: Verdict) -> tf.Tensor | None:
    """D's probability of each image being real, `[N]`; `None` where its answer is no verdict."""
    match verdict:
        case "sigmoid":
            return tf.sigmoid(logits[:, 0])
        case "clip":
            return tf.clip_by_value(logits[:, 0], 0.0, 1.0)
        case "none":
            return None


class EpochChecker:
    """D and G on held-out images and fresh latents, in inference mode and without smoothing."""

    def __init__(
        self, recipe: Recipe, config: RunConfig, state: TrainState, images: NDArray[np.uint8]
    ) -> None:
        """Nothing is computed yet.

        Args:
            recipe: says how often and how many.
            config: of the run.
            state: whose networks are asked.
            images: real ones to ask about, uint8 `[M, H, W, C]`.
        """
        self._recipe, self._config, self._state, self._images = recipe, config, state, images
        self._compiled = tf.function(self._measure, autograph=False)

    def is_due(self, step: int) -> bool:
        """Whether an epoch ends with this step after which it is measured."""
        check, per_epoch = self._recipe.epoch_check, self._config.steps_per_epoch
        return check is not None and step % (check.every_epochs * per_epoch) == 0

    def measure(self, step: int) -> dict[str, float]:
        """`eval_d_loss`, `eval_g_loss`, `eval_acc_real` and `eval_acc_fake`."""
        check = self._recipe.epoch_check
        assert check is not None  # noqa: S101 - see is_due
        rng = seeds.generator(self._config.seed, "epoch check", step)
        num = min(check.num_images, len(self._images))
        real = self._images[np.sort(rng.choice(len(self._images), num, replace=False))]
        latents = rng.standard_normal((num, self._config.settings.latent_size), np.float32)
        values = self._compiled(tf.constant(real), tf.constant(latents)).numpy()
        names = ("eval_d_loss", "eval_g_loss", "eval_acc_real", "eval_acc_fake")
        return dict(zip(names, map(float, values), strict=True))

    def _measure(self, real: tf.Tensor, latents: tf.Tensor) -> tf.Tensor:
        settings, d = self._config.settings, self._state.discriminator
        played = game(settings.loss)
        real_logits = d(scale(real, settings.pixel_range), training=False)
        fake_logits = d(self._state.shown_generator(latents, training=False), training=False)
        weight = 0.5 if self._recipe.d_loss_scale == "mean" else 1.0
        d_loss = weight * (played.real(real_logits, 1.0) + played.fake(fake_logits))
        accuracy = accuracies(real_logits, fake_logits, settings.loss)
        return tf.stack([d_loss, played.fool(fake_logits), *accuracy])
