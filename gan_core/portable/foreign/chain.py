"""A layer list in the making, with the arrays that belong to each layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from gan_core.config import Frozen
from gan_core.errors import DamagedError
from gan_core.portable.foreign.budget import MAX_LAYERS, check_budget, check_image
from gan_core.portable.foreign.limits import refused
from gan_core.portable.onnx_graph import Arrays
from gan_core.recipes.layers import (
    Activation,
    Dropout,
    Flatten,
    Layer,
    Network,
    Reshape,
    Shape,
    shape_after,
)
from gan_core.text import N_

PixelRange = Literal["-1,1", "0,1"]
AnyLayer = TypeVar("AnyLayer", bound=Frozen)
_RANGES: Mapping[str, PixelRange] = {"tanh": "-1,1", "sigmoid": "0,1"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Generator:
    """Somebody's generator as ours.

    Attributes:
        network: latents `[Z]` to an image `[H, W, C]`.
        weights: by `layer/variable`, float32.
        pixel_range: of what it makes, judged by its last activation.
    """

    network: Network
    weights: Arrays
    pixel_range: PixelRange


@dataclass(frozen=True, kw_only=True)
class Part:
    """One layer of ours and where its arrays come from.

    Attributes:
        layer: the layer.
        stored: the arrays in the file that it needs, by name, with the shape each must have.
        make: its own arrays from those.
    """

    layer: Layer
    stored: Mapping[str, Shape] = field(default_factory=dict)
    make: Callable[[Arrays], Arrays] = dict


def layer_of(kind: type[AnyLayer], **numbers: Any) -> AnyLayer:
    """A layer of ours, its numbers within their bounds.

    Raises:
        BadInputError: they are not.
    """
    try:
        return kind(**numbers)
    except ValidationError as error:
        first = error.errors()[0]
        raise refused(
            N_("a {kind} layer has {name} = {given}: {reason}."),
            kind=kind.__name__,
            name=".".join(map(str, first["loc"])),
            given=repr(first.get("input"))[:40],
            reason=first["msg"],
        ) from error


def next_shape(layer: Layer, shape: Shape) -> Shape:
    """The shape after a layer.

    Raises:
        BadInputError: the layer cannot take that shape.
    """
    try:
        return shape_after(layer, shape)
    except DamagedError as error:
        raise refused(N_("{reason}"), reason=error.message) from error


def image_layers(shape: Shape) -> list[Layer]:
    """What turns rows of pixels, or an image without a channel axis, into an image."""
    if len(shape) == 2:
        return [layer_of(Reshape, shape=(*shape, 1))]
    if len(shape) == 1:
        for channels in (1, 3):
            side = math.isqrt(shape[0] // channels)
            if side * side * channels == shape[0]:
                return [layer_of(Reshape, shape=(side, side, channels))]
    return []


def generator_network(latent_size: int, layers: list[Layer]) -> tuple[Network, PixelRange]:
    """The network of a chain of layers, found fit to be explored.

    Raises:
        BadInputError: it is too large, makes no image, or ends in no known pixel range.
    """
    if not 1 <= len(layers) <= MAX_LAYERS:
        raise refused(
            N_("it has {given} layers; allowed are 1 … {limit}."),
            given=len(layers),
            limit=MAX_LAYERS,
        )
    try:
        network = Network(name="generator", input_shape=(latent_size,), layers=tuple(layers))
        shape = network.shapes()[-1]
    except (ValidationError, DamagedError) as error:
        raise refused(N_("its layers do not fit together: {reason}"), reason=str(error)) from error
    check_budget(network)
    check_image(shape)
    return network, _pixel_range(layers)


def _pixel_range(layers: list[Layer]) -> PixelRange:
    telling = [x for x in layers if not isinstance(x, (Reshape, Flatten, Dropout))]
    last = telling[-1] if telling else None
    if isinstance(last, Activation) and last.function in _RANGES:
        return _RANGES[last.function]
    raise refused(
        N_("its last activation is {given}, which does not tell where black and white are; "
           "allowed are tanh and sigmoid."),
        given=last.function if isinstance(last, Activation) else "none",
    )  # fmt: skip
