"""Networks as declarative layer lists: what a recipe writes down and everything else reads.

A list is plain data. `nn` turns it into Keras, the pages into tables and diagrams, the exports
into programs; none of them needs the others. Shapes are NHWC without the batch axis; every
convolution pads `same`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from gan_core.config import Frozen, first_fault
from gan_core.errors import DamagedError
from gan_core.text import N_

Shape = tuple[int, ...]
Size = Annotated[int, Field(ge=1, le=1_000_000)]


class Dense(Frozen):
    """`y = x W + b`; `[N, I]` to `[N, units]`."""

    kind: Literal["dense"] = "dense"
    units: int = Field(ge=1, le=1_000_000)
    bias: bool = True


class Conv(Frozen):
    """2-D convolution, padding `same`: `[N, H, W, C]` to `[N, ceil(H/s), ceil(W/s), filters]`."""

    kind: Literal["conv"] = "conv"
    filters: int = Field(ge=1, le=8192)
    kernel: int = Field(ge=1, le=31)
    stride: int = Field(default=1, ge=1, le=8)
    bias: bool = True


class ConvT(Frozen):
    """Transposed convolution, padding `same`: `[N, H, W, C]` to `[N, H*s, W*s, filters]`."""

    kind: Literal["conv_transpose"] = "conv_transpose"
    filters: int = Field(ge=1, le=8192)
    kernel: int = Field(ge=1, le=31)
    stride: int = Field(default=1, ge=1, le=8)
    bias: bool = True


class BatchNorm(Frozen):
    """Batch normalisation over the last axis (Ioffe and Szegedy 2015).

    Its moving mean and variance count as parameters, as in the published tables.
    """

    kind: Literal["batch_norm"] = "batch_norm"
    momentum: float = Field(default=0.99, ge=0.0, lt=1.0)
    epsilon: float = Field(default=1e-3, gt=0.0)


class Activation(Frozen):
    """A function applied to each value."""

    kind: Literal["activation"] = "activation"
    function: Literal["relu", "tanh", "sigmoid"]


class LeakyReLU(Frozen):
    """`x` where positive, `slope * x` elsewhere."""

    kind: Literal["leaky_relu"] = "leaky_relu"
    slope: float = Field(default=0.2, ge=0.0, le=1.0)


class Dropout(Frozen):
    """Zeroes a share `rate` of the values while training; does nothing otherwise."""

    kind: Literal["dropout"] = "dropout"
    rate: float = Field(ge=0.0, lt=1.0)


class Reshape(Frozen):
    """`[N, …]` to `[N, *shape]`."""

    kind: Literal["reshape"] = "reshape"
    shape: tuple[Size, ...] = Field(min_length=1, max_length=3)


class Flatten(Frozen):
    """`[N, …]` to `[N, product]`."""

    kind: Literal["flatten"] = "flatten"


class Upsample(Frozen):
    """Nearest-neighbour enlargement: `[N, H, W, C]` to `[N, H*factor, W*factor, C]`."""

    kind: Literal["upsample"] = "upsample"
    factor: int = Field(default=2, ge=2, le=8)


class MaxPool(Frozen):
    """The largest of each square: `[N, H, W, C]` to `[N, H//size, W//size, C]`."""

    kind: Literal["max_pool"] = "max_pool"
    size: int = Field(default=2, ge=2, le=8)


class MinibatchStd(Frozen):
    """One more feature: how much the images of the batch differ, averaged over all features.

    Karras et al. 2018, "Progressive growing of GANs", arXiv 1710.10196, section 3: the simplest
    minibatch discrimination. `[N, F]` to `[N, F+1]`, `[N, H, W, C]` to `[N, H, W, C+1]`.
    """

    kind: Literal["minibatch_std"] = "minibatch_std"


class ToUniform(Frozen):
    """`erf(x / √2)`: standard normal numbers become uniform on [-1, 1]."""

    kind: Literal["to_uniform"] = "to_uniform"


Layer = Annotated[
    Dense
    | Conv
    | ConvT
    | BatchNorm
    | Activation
    | LeakyReLU
    | Dropout
    | Reshape
    | Flatten
    | Upsample
    | MaxPool
    | MinibatchStd
    | ToUniform,
    Field(discriminator="kind"),
]


class Network(Frozen):
    """A named chain of layers and the shape that enters it."""

    name: Literal["generator", "discriminator", "encoder", "classifier"]
    input_shape: tuple[Size, ...] = Field(min_length=1, max_length=3)
    layers: tuple[Layer, ...] = Field(min_length=1, max_length=1000)

    def shapes(self) -> list[Shape]:
        """The shape that leaves each layer, without the batch axis."""
        found: list[Shape] = []
        shape: Shape = self.input_shape
        for layer in self.layers:
            shape = shape_after(layer, shape)
            found.append(shape)
        return found

    def parameter_counts(self) -> list[int]:
        """Parameters of each layer, batch-norm statistics included."""
        inputs: list[Shape] = [self.input_shape, *self.shapes()[:-1]]
        return [
            num_parameters(layer, shape) for layer, shape in zip(self.layers, inputs, strict=True)
        ]

    @property
    def num_parameters(self) -> int:
        """All parameters, batch-norm statistics included."""
        return sum(self.parameter_counts())

    @property
    def layer_names(self) -> tuple[str, ...]:
        """A name for each layer, unique in the network and stable across versions."""
        return tuple(f"{i:02d}_{layer.kind}" for i, layer in enumerate(self.layers))


def flat(items: Iterable[Layer | Sequence[Layer] | None]) -> tuple[Layer, ...]:
    """Join layers and groups of layers; `None` (a layer that a setting switched off) vanishes."""
    found: list[Layer] = []
    for item in items:
        if item is None:
            continue
        if isinstance(item, (list, tuple)):
            found.extend(item)
        else:
            found.append(item)  # type: ignore[arg-type]
    return tuple(found)


def shape_after(layer: Layer, shape: Shape) -> Shape:
    """The shape that `layer` makes of `shape`.

    Raises:
        DamagedError: the layer cannot take that shape.
    """
    match layer:
        case Dense() if len(shape) == 1:
            return (layer.units,)
        case Conv() if len(shape) == 3:
            height, width = (math.ceil(size / layer.stride) for size in shape[:2])
            return (height, width, layer.filters)
        case ConvT() if len(shape) == 3:
            return (shape[0] * layer.stride, shape[1] * layer.stride, layer.filters)
        case Upsample() if len(shape) == 3:
            return (shape[0] * layer.factor, shape[1] * layer.factor, shape[2])
        case MaxPool() if len(shape) == 3 and min(shape[:2]) >= layer.size:
            return (shape[0] // layer.size, shape[1] // layer.size, shape[2])
        case MinibatchStd() if len(shape) in {1, 3}:
            return (*shape[:-1], shape[-1] + 1)
        case Reshape() if math.prod(layer.shape) == math.prod(shape):
            return layer.shape
        case Flatten():
            return (math.prod(shape),)
        case BatchNorm() | Activation() | LeakyReLU() | Dropout() | ToUniform():
            return shape
    raise DamagedError(
        N_("A {kind} layer cannot follow a layer of shape {shape}."), kind=layer.kind, shape=shape
    )


def num_parameters(layer: Layer, shape: Shape) -> int:
    """Parameters of `layer` when `shape` enters it."""
    match layer:
        case Dense():
            return (shape[0] + layer.bias) * layer.units
        case Conv() | ConvT():
            return (layer.kernel**2 * shape[-1] + layer.bias) * layer.filters
        case BatchNorm():
            return 4 * shape[-1]
    return 0


_NETWORK = TypeAdapter(Network)


def network_from_json(value: Any) -> Network:
    """Read a network that was written with `model_dump(mode="json")`, and check its shapes.

    Raises:
        DamagedError: an unknown layer, a number out of bounds, or shapes that do not fit.
    """
    try:
        network = _NETWORK.validate_python(value)
    except ValidationError as error:
        where, reason = first_fault(error)
        raise DamagedError(
            N_("The layer list is damaged: {where}: {reason}."), where=where, reason=reason
        ) from error
    network.shapes()
    return network


def enlarge(how: str | None, *, filters: int, kernel: int, bias: bool) -> tuple[Layer, ...]:
    """Twice the height and width: one transposed convolution, or nearest neighbour and a plain one.

    Args:
        how: the setting `upsampling`.
        filters: maps that leave it.
        kernel: of the transposed convolution; the plain one is 3×3, as is usual.
        bias: whether it has one.
    """
    if how == "nearest":
        return (Upsample(factor=2), Conv(filters=filters, kernel=3, bias=bias))
    return (ConvT(filters=filters, kernel=kernel, stride=2, bias=bias),)
