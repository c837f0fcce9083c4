"""Layers of a Keras configuration, parsed as JSON, one by one into layers of ours.

Keras 2 and Keras 3 name some numbers differently; both are read. A configuration may say what it
likes about initialisers, regularisers and constraints: they have no say in what a generator makes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from gan_core.portable.foreign.budget import listed, short
from gan_core.portable.foreign.chain import Part, layer_of, next_shape
from gan_core.portable.foreign.limits import refused
from gan_core.portable.onnx_graph import Arrays, kernel_shape, layer_outputs
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    Reshape,
    Shape,
    Upsample,
)
from gan_core.text import N_

Config = Mapping[str, Any]
_FUNCTIONS = ("relu", "tanh", "sigmoid")


def parts_of(kind: str, config: Config, shape: Shape) -> list[Part]:
    """The layers of ours for one of theirs.

    Args:
        kind: its class name.
        config: its configuration.
        shape: what enters it, without the batch axis.

    Raises:
        BadInputError: no such layer is read, or not with these numbers.
    """
    if kind not in _READERS:
        raise refused(
            N_("it has a layer {given}; layers that can be read are {allowed}."),
            given=short(kind),
            allowed=listed(sorted(_READERS)),
        )
    return _READERS[kind](config, shape)


def _whole(config: Config, key: str, *, kind: str) -> int:
    value = config.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _bad(kind, key, value)
    return value


def _number(config: Config, key: str, default: float, *, kind: str) -> float:
    value = config.get(key, default)
    if isinstance(value, dict):  # older files hold NumPy numbers as {"type", "value"}
        value = value.get("value")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _bad(kind, key, value)
    return float(value)


def _expect(config: Config, kind: str, **allowed: tuple[Any, ...]) -> None:
    """Refuse a layer where a value is there and is none of the allowed ones."""
    for key, values in allowed.items():
        given = config.get(key, values[0])
        given = tuple(given) if isinstance(given, list) else given
        if given not in values:
            raise _bad(kind, key, given)


def _bad(kind: str, key: str, value: object) -> Exception:
    return refused(
        N_("its layer {kind} has {key} = {given}, which cannot be read here."),
        kind=kind,
        key=key,
        given=short(repr(value)),
    )


def _square(config: Config, key: str, *, kind: str) -> int:
    value = config.get(key)
    sides = value if isinstance(value, list) else [value, value]
    side = sides[0] if len(sides) == 2 and sides[0] == sides[1] else None
    if not isinstance(side, int) or isinstance(side, bool):
        raise _bad(kind, key, value)
    return side


def _flag(config: Config, key: str, *, kind: str) -> bool:
    value = config.get(key, True)
    if not isinstance(value, bool):
        raise _bad(kind, key, value)
    return value


def _activation(config: Config, kind: str) -> list[Part]:
    """What a layer applies at its end."""
    name = config.get("activation", "linear")
    if name in (None, "linear"):
        return []
    if name == "leaky_relu":
        return [Part(layer=LeakyReLU(slope=0.2))]
    if not isinstance(name, str) or name not in _FUNCTIONS:
        raise _bad(kind, "activation", name)
    return [Part(layer=layer_of(Activation, function=name))]


def _weighted(layer: Dense | Conv | ConvT, shape: Shape) -> Part:
    next_shape(layer, shape)
    stored = {"kernel": kernel_shape(layer, shape[-1])}
    if layer.bias:
        stored["bias"] = (layer_outputs(layer),)
    return Part(layer=layer, stored=stored)


def _dense(config: Config, shape: Shape) -> list[Part]:
    _expect(config, "Dense", quantization_config=(None,), lora_rank=(None,))
    units = _whole(config, "units", kind="Dense")
    layer = layer_of(Dense, units=units, bias=_flag(config, "use_bias", kind="Dense"))
    return [_weighted(layer, shape), *_activation(config, "Dense")]


def _convolution(kind: str, config: Config, shape: Shape) -> list[Part]:
    _expect(
        config, kind,
        data_format=("channels_last", None), dilation_rate=((1, 1), 1), groups=(1,),
        output_padding=(None,), quantization_config=(None,), lora_rank=(None,),
        padding=("same", "valid"),
    )  # fmt: skip
    bias = _flag(config, "use_bias", kind=kind)
    numbers = {
        "filters": _whole(config, "filters", kind=kind),
        "kernel": _square(config, "kernel_size", kind=kind),
        "stride": _square(config, "strides", kind=kind),
    }
    theirs: type[Conv] | type[ConvT] = Conv if kind == "Conv2D" else ConvT
    layer: Conv | ConvT = layer_of(theirs, bias=bias, **numbers)
    ending = _activation(config, kind)
    if config.get("padding", "valid") == "same":
        return [_weighted(layer, shape), *ending]
    if isinstance(layer, ConvT) and shape[:2] == (1, 1) and len(shape) == 3:
        return [*_from_one_point(layer, shape), *ending]
    is_alike = layer.kernel == (layer.stride if isinstance(layer, ConvT) else 1)
    if not is_alike or (isinstance(layer, Conv) and layer.stride != 1):
        raise _bad(kind, "padding", "valid")
    return [_weighted(layer, shape), *ending]


def _from_one_point(layer: ConvT, shape: Shape) -> list[Part]:
    """A transposed convolution of a 1 × 1 image without padding is a dense layer."""
    side, filters = layer.kernel, layer.filters

    def make(stored: Arrays) -> Arrays:
        kernel = stored["kernel"].transpose(3, 0, 1, 2).reshape(shape[-1], -1)
        bias = {"bias": np.tile(stored["bias"], side * side)} if layer.bias else {}
        return {"kernel": kernel, **bias}

    dense = layer_of(Dense, units=side * side * filters, bias=layer.bias)
    return [
        Part(layer=Reshape(shape=(shape[-1],))),
        Part(layer=dense, stored=_weighted(layer, shape).stored, make=make),
        Part(layer=layer_of(Reshape, shape=(side, side, filters))),
    ]


def _batch_norm(config: Config, shape: Shape) -> list[Part]:
    last = (-1, len(shape), (len(shape),), (-1,))
    _expect(config, "BatchNormalization", axis=last, renorm=(False, None))
    momentum = _number(config, "momentum", 0.99, kind="BatchNormalization")
    epsilon = _number(config, "epsilon", 1e-3, kind="BatchNormalization")
    layer = layer_of(BatchNorm, momentum=min(max(momentum, 0.0), 0.999), epsilon=epsilon)
    size = shape[-1]
    usual = {
        "gamma": np.ones(size) if not _flag(config, "scale", kind="BatchNormalization") else None,
        "beta": np.zeros(size) if not _flag(config, "center", kind="BatchNormalization") else None,
    }
    missing = {name: values for name, values in usual.items() if values is not None}
    stored = {
        name: (size,)
        for name in ("gamma", "beta", "moving_mean", "moving_variance")
        if name not in missing
    }
    return [Part(layer=layer, stored=stored, make=lambda found: {**missing, **found})]


def _leaky(config: Config, _shape: Shape) -> list[Part]:
    key = "negative_slope" if "negative_slope" in config else "alpha"
    slope = _number(config, key, 0.3, kind="LeakyReLU")
    return [Part(layer=layer_of(LeakyReLU, slope=slope))]


def _relu(config: Config, _shape: Shape) -> list[Part]:
    _expect(config, "ReLU", max_value=(None,), threshold=(0, None))
    slope = _number({"x": config.get("negative_slope") or 0.0}, "x", 0.0, kind="ReLU")
    if slope:
        return [Part(layer=layer_of(LeakyReLU, slope=slope))]
    return [Part(layer=Activation(function="relu"))]


def _reshape(config: Config, shape: Shape) -> list[Part]:
    target = config.get("target_shape")
    if (
        not isinstance(target, list)
        or not 1 <= len(target) <= 3
        or not all(isinstance(size, int) and not isinstance(size, bool) for size in target)
        or target.count(-1) > 1
    ):
        raise _bad("Reshape", "target_shape", target)
    total, known = math.prod(shape), math.prod(size for size in target if size != -1)
    sizes = [total // known if size == -1 and known > 0 else size for size in target]
    layer = layer_of(Reshape, shape=tuple(sizes))
    next_shape(layer, shape)
    return [Part(layer=layer)]


def _flatten(config: Config, _shape: Shape) -> list[Part]:
    _expect(config, "Flatten", data_format=("channels_last", None))
    return [Part(layer=Flatten())]


def _upsample(config: Config, shape: Shape) -> list[Part]:
    _expect(
        config, "UpSampling2D",
        interpolation=("nearest",), data_format=("channels_last", None),
    )  # fmt: skip
    factor = _square(config, "size", kind="UpSampling2D")
    if factor == 1:
        return []
    layer = layer_of(Upsample, factor=factor)
    next_shape(layer, shape)
    return [Part(layer=layer)]


def _dropout(config: Config, _shape: Shape) -> list[Part]:
    return [Part(layer=layer_of(Dropout, rate=_number(config, "rate", 0.0, kind="Dropout")))]


def _only_activation(config: Config, _shape: Shape) -> list[Part]:
    return _activation(config, "Activation")


_READERS: dict[str, Callable[[Config, Shape], list[Part]]] = {
    "Dense": _dense,
    "Conv2D": partial(_convolution, "Conv2D"),
    "Conv2DTranspose": partial(_convolution, "Conv2DTranspose"),
    "BatchNormalization": _batch_norm,
    "LeakyReLU": _leaky,
    "ReLU": _relu,
    "Activation": _only_activation,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "UpSampling2D": _upsample,
    "Dropout": _dropout,
}
