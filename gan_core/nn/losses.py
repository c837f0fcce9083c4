"""Losses on logits. Each is a mean over the batch.

The logistic losses are those of Goodfellow et al. 2014, "Generative adversarial nets": D minimises
the cross-entropy of telling real from fake, G the non-saturating form of section 3.
"""

from __future__ import annotations

import tensorflow as tf


def cross_entropy(logits: tf.Tensor, target: float) -> tf.Tensor:
    """Mean binary cross-entropy of `sigmoid(logits)` against one `target` for all.

    Args:
        logits: any shape.
        target: 0 to 1; 0.9 is a smoothed "real".
    """
    return tf.reduce_mean(
        target * tf.nn.softplus(-logits) + (1.0 - target) * tf.nn.softplus(logits)
    )


def accuracy(logits: tf.Tensor, *, real: bool) -> tf.Tensor:
    """The share of `logits` on the right side of zero."""
    right = logits > 0 if real else logits < 0
    return tf.reduce_mean(tf.cast(right, tf.float32))
