"""Layer lists become Keras models: the same layers, the same names, the same weights."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from gan_core.nn import seeds
from gan_core.nn.layers import special
from gan_core.nn.layers.row_conv import RowConv2D
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool,
    MinibatchStd,
    Network,
    Reshape,
    ToUniform,
    Upsample,
)

Weights = dict[str, NDArray[np.generic]]


def build(
    network: Network,
    *,
    seed: int,
    init_std: float | None = None,
    init_std_on: Literal["all", "convolutions"] = "all",
    policy: keras.DTypePolicy | None = None,
    rewritten: Collection[str] = (),
) -> keras.Sequential:
    """The Keras model of a layer list, freshly initialised.

    Args:
        network: what to build.
        seed: fixes the initial weights and the dropout masks.
        init_std: deviation of the normal distribution that kernels start from; `None` for the
            framework's default (Glorot uniform).
        init_std_on: whether dense layers start from it too.
        policy: precision of the arithmetic; the last layer always answers in float32.
        rewritten: names of layers to compute in their faster way, see `layers.row_conv`.
    """
    last = len(network.layers) - 1
    model = keras.Sequential([keras.Input(network.input_shape)], name=network.name)
    for i, (layer, name) in enumerate(zip(network.layers, network.layer_names, strict=True)):
        layer_seed = seeds.key(seed, f"{network.name}/{name}")
        precision = policy if i != last else keras.DTypePolicy("float32")
        std = None if init_std_on == "convolutions" and isinstance(layer, Dense) else init_std
        model.add(_keras_layer(layer, name, layer_seed, std, precision, name in rewritten))
    return model


def _keras_layer(
    layer: Layer,
    name: str,
    seed: int,
    init_std: float | None,
    policy: keras.DTypePolicy | None,
    rewritten: bool,
) -> keras.Layer:
    common: dict[str, Any] = {"name": name, "dtype": policy}
    weighted = {**common, "kernel_initializer": _initializer(seed, init_std)}
    made = keras.layers
    match layer:
        case Dense():
            return made.Dense(layer.units, use_bias=layer.bias, **weighted)
        case Conv() | ConvT():
            kind = made.Conv2D if isinstance(layer, Conv) else made.Conv2DTranspose
            kind = RowConv2D if rewritten else kind
            return kind(
                layer.filters,
                layer.kernel,
                strides=layer.stride,
                padding="same",
                use_bias=layer.bias,
                **weighted,
            )
        case BatchNorm():
            return made.BatchNormalization(momentum=layer.momentum, epsilon=layer.epsilon, **common)
        case Activation():
            return made.Activation(layer.function, **common)
        case LeakyReLU():
            return made.LeakyReLU(negative_slope=layer.slope, **common)
        case Dropout():
            return made.Dropout(layer.rate, seed=seed, **common)
        case Reshape():
            return made.Reshape(layer.shape, **common)
        case Flatten():
            return made.Flatten(**common)
        case Upsample():
            return made.UpSampling2D(layer.factor, interpolation="nearest", **common)
        case _:
            return _special_layer(layer, common)


def _special_layer(
    layer: MaxPool | MinibatchStd | ToUniform, common: dict[str, Any]
) -> keras.Layer:
    match layer:
        case MaxPool():
            return keras.layers.MaxPooling2D(layer.size, **common)
        case MinibatchStd():
            return special.MinibatchStd(**common)
        case ToUniform():
            return special.ToUniform(**common)


def _initializer(seed: int, init_std: float | None) -> keras.Initializer:
    if init_std is None:
        return keras.initializers.GlorotUniform(seed=seed)
    return keras.initializers.RandomNormal(0.0, init_std, seed=seed)


def variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Every variable by `layer/variable`, the seed states of dropout included."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.variables
    }


def weights(model: keras.Model) -> Weights:
    """The weights by `layer/variable`: what an image depends on, no seed states."""
    return {
        f"{layer.name}/{variable.name}": np.asarray(variable)
        for layer in model.layers
        for variable in layer.weights
    }


def set_weights(model: keras.Model, values: Weights) -> None:
    """Give a model the weights that `weights` read.

    Raises:
        KeyError: a weight is missing.
        ValueError: a weight has another shape.
    """
    for layer in model.layers:
        for variable in layer.weights:
            variable.assign(values[f"{layer.name}/{variable.name}"])
