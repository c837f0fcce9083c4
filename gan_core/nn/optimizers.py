"""The optimisers of a run, made from its settings."""

from __future__ import annotations

from typing import Any

import keras

from gan_core.nn.fused_adam import FusedAdam

_NOT_DECAYED = ["bias", "gamma", "beta"]


def make_optimizer(
    kind: str | None,
    learning_rate: float,
    *,
    beta_1: float | None = None,
    beta_2: float | None = None,
    weight_decay: float | None = None,
    grad_clip: float | None = None,
) -> keras.optimizers.Optimizer:
    """A fresh optimiser.

    Args:
        kind: `adam` (or `None`), `rmsprop` or `sgd`.
        learning_rate: of the first step.
        beta_1: Adam's momentum, and SGD's.
        beta_2: Adam's memory of the gradients' size.
        weight_decay: decoupled (Loshchilov and Hutter 2019, arXiv 1711.05101); biases and
            normalisation are left out of it. 0 or `None` is off.
        grad_clip: the longest gradient over all weights together; 0 or `None` is off.
    """
    options: dict[str, Any] = {}
    if weight_decay:
        options["weight_decay"] = weight_decay
    if grad_clip:
        options["global_clipnorm"] = grad_clip
    if kind == "rmsprop":
        made = keras.optimizers.RMSprop(learning_rate, **options)
    elif kind == "sgd":
        made = keras.optimizers.SGD(learning_rate, momentum=beta_1 or 0.0, **options)
    else:
        betas = {"beta_1": beta_1, "beta_2": beta_2}
        given = {name: value for name, value in betas.items() if value is not None}
        made = FusedAdam(learning_rate, **given, **options)
    if weight_decay:
        made.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    return made
