"""Layers that Keras does not have. They have no weights."""

from __future__ import annotations

import math

import keras
from keras import ops

_PACKAGE = "latent_studio"
_SMALL = 1e-8


@keras.saving.register_keras_serializable(package=_PACKAGE)
class MinibatchStd(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """See `recipes.layers.MinibatchStd`."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """`[N, ..., C]` to `[N, ..., C + 1]`."""
        values = ops.cast(inputs, "float32")
        centred = values - ops.mean(values, axis=0, keepdims=True)
        # The small number keeps the root's slope finite for a batch of equal images.
        spread = ops.sqrt(ops.mean(ops.square(centred), axis=0) + _SMALL)
        level = ops.cast(ops.mean(spread), inputs.dtype)
        return ops.concatenate([inputs, ops.zeros_like(inputs[..., :1]) + level], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """One feature more."""
        return (*input_shape[:-1], (input_shape[-1] or 0) + 1)


@keras.saving.register_keras_serializable(package=_PACKAGE)
class ToUniform(keras.layers.Layer):  # type: ignore[misc]
    """See `recipes.layers.ToUniform`."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """`erf(x / √2)`, value by value."""
        return ops.erf(inputs / math.sqrt(2.0))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The same."""
        return input_shape
