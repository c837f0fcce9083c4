"""What changes in the course of a run, as functions of its step."""

from __future__ import annotations

import math

import tensorflow as tf

_LEAST = 0.1
_CYCLES = 10


def factor(schedule: str | None, step: tf.Tensor, total_steps: int) -> tf.Tensor:
    """By what the learning rate of a step is multiplied, float32 in [0, 1].

    Args:
        schedule: `constant` (or `None`): 1. `exponential`: falls evenly on a logarithmic scale
            to a tenth at the end. `cosine`: a half wave from 1 to 0 (Loshchilov and Hutter 2017,
            arXiv 1608.03983). `cyclical`: up and down between a tenth and 1 in straight lines, ten
            times a run (Smith 2017, arXiv 1506.01186).
        step: finished steps, int64.
        total_steps: of the run.
    """
    done = _share(step, total_steps)
    match schedule:
        case "exponential":
            return tf.pow(_LEAST, done)
        case "cosine":
            return 0.5 * (1.0 + tf.cos(math.pi * done))
        case "cyclical":
            height = 1.0 - tf.abs(1.0 - 2.0 * tf.math.floormod(done * _CYCLES, 1.0))
            return _LEAST + (1.0 - _LEAST) * height
    return tf.ones_like(done)


def noise_level(initial: float, step: tf.Tensor, total_steps: int) -> tf.Tensor:
    """Standard deviation of the noise on D's inputs: falls in a straight line to 0 at the end."""
    return initial * (1.0 - _share(step, total_steps))


def ema_decay(decay: float, step: tf.Tensor) -> tf.Tensor:
    """How much of the running average stays at a step: less at first, when G is still far off."""
    number = tf.cast(step, tf.float32)
    return tf.minimum(decay, (1.0 + number) / (10.0 + number))


def _share(step: tf.Tensor, total_steps: int) -> tf.Tensor:
    return tf.minimum(tf.cast(step, tf.float32) / float(total_steps), 1.0)
