"""The games that G and D can play, on D's logits. Each loss is a mean over the batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from gan_core.config import GanLoss

_SMALLEST = 1e-7  # as Keras clips probabilities
NO_SMOOTHING = frozenset({"hinge", "wasserstein-gp"})
"""Losses without a target that could be smoothed."""


@dataclass(frozen=True)
class Game:
    """What D and G minimise.

    Attributes:
        real: D's loss on logits of real images, given the target (1, or less if smoothed).
        fake: D's loss on logits of generated images.
        fool: G's loss on the logits of its images.
    """

    real: Callable[[tf.Tensor, float], tf.Tensor]
    fake: Callable[[tf.Tensor], tf.Tensor]
    fool: Callable[[tf.Tensor], tf.Tensor]


def game(loss: GanLoss | None) -> Game:
    """The game of a setting; `None` is the non-saturating one."""
    return _GAMES[loss or "non-saturating"]


def cross_entropy(logits: tf.Tensor, target: float) -> tf.Tensor:
    """Mean binary cross-entropy of `sigmoid(logits)` against one `target` for all.

    Args:
        logits: any shape.
        target: 0 to 1; 0.9 is a smoothed "real".
    """
    return tf.reduce_mean(
        target * tf.nn.softplus(-logits) + (1.0 - target) * tf.nn.softplus(logits)
    )


def kullback_leibler(logits: tf.Tensor, target: float) -> tf.Tensor:
    """Mean of `target * log(target / p)` for p = `sigmoid(logits)`, both clipped to [1e-7, 1].

    As a loss for one output it has no term for the generated images: their target is 0.
    """
    p = tf.clip_by_value(tf.sigmoid(logits), _SMALLEST, 1.0)
    wanted = tf.clip_by_value(tf.fill(tf.shape(p), tf.cast(target, p.dtype)), _SMALLEST, 1.0)
    return tf.reduce_mean(wanted * tf.math.log(wanted / p))


def accuracies(
    real_logits: tf.Tensor, fake_logits: tf.Tensor, loss: GanLoss | None
) -> tuple[tf.Tensor, tf.Tensor]:
    """The shares of real and of generated images that D puts on the right side.

    The border is 0 for logits, ½ for least squares; a Wasserstein critic's score has no zero, so
    there it is half way between the two means.
    """
    border: tf.Tensor | float = 0.0
    if loss == "least-squares":
        border = 0.5
    elif loss == "wasserstein-gp":
        border = 0.5 * (tf.reduce_mean(real_logits) + tf.reduce_mean(fake_logits))
    return _share(real_logits > border), _share(fake_logits < border)


def _share(right: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.cast(right, tf.float32))


def _least_squares(logits: tf.Tensor, target: float) -> tf.Tensor:
    return tf.reduce_mean(tf.square(logits - target))


_GAMES: dict[GanLoss, Game] = {
    # Goodfellow et al. 2014, arXiv 1406.2661, section 3: G maximises log D.
    "non-saturating": Game(
        real=cross_entropy,
        fake=lambda logits: cross_entropy(logits, 0.0),
        fool=lambda logits: cross_entropy(logits, 1.0),
    ),
    # The same, equation 1: G minimises log(1 - D), whose slope vanishes where D is sure.
    "minimax": Game(
        real=cross_entropy,
        fake=lambda logits: cross_entropy(logits, 0.0),
        fool=lambda logits: -cross_entropy(logits, 0.0),
    ),
    # Mao et al. 2017, arXiv 1611.04076, with a = 0 and b = c = 1.
    "least-squares": Game(
        real=_least_squares,
        fake=lambda logits: _least_squares(logits, 0.0),
        fool=lambda logits: _least_squares(logits, 1.0),
    ),
    # Lim and Ye 2017, arXiv 1705.02894.
    "hinge": Game(
        real=lambda logits, _target: tf.reduce_mean(tf.nn.relu(1.0 - logits)),
        fake=lambda logits: tf.reduce_mean(tf.nn.relu(1.0 + logits)),
        fool=lambda logits: -tf.reduce_mean(logits),
    ),
    # Arjovsky et al. 2017, arXiv 1701.07875; the penalty of Gulrajani et al. is in `penalties`.
    "wasserstein-gp": Game(
        real=lambda logits, _target: -tf.reduce_mean(logits),
        fake=tf.reduce_mean,
        fool=lambda logits: -tf.reduce_mean(logits),
    ),
    # An experiment that a reader of the text reports: Keras' KLDivergence in place of D's loss.
    "kl": Game(
        real=kullback_leibler,
        fake=lambda logits: kullback_leibler(logits, 0.0),
        fool=lambda logits: cross_entropy(logits, 1.0),
    ),
}
