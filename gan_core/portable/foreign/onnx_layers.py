"""Nodes of an ONNX chain, one by one, as layers of ours.

ONNX's images are `[N, C, H, W]`, ours `[N, H, W, C]`. The running value is held in our order;
`axes` says how ONNX sees it: `first` with the channels in front, `last` as we do, and `unsettled`
after a plain reshape, until a layer tells whether the first or the last axis is the channels'.
Where it was the first, the dense layer before the reshape has its outputs put into our order.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.portable.foreign import onnx_file
from gan_core.portable.foreign.budget import listed
from gan_core.portable.foreign.chain import (
    Generator,
    generator_network,
    image_layers,
    layer_of,
    next_shape,
)
from gan_core.portable.foreign.kernels import Kernel, from_one_point, placed
from gan_core.portable.foreign.limits import refused
from gan_core.portable.foreign.onnx_file import Node
from gan_core.portable.onnx_graph import Arrays
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Flatten,
    Layer,
    LeakyReLU,
    Reshape,
    Shape,
    ToUniform,
    Upsample,
)
from gan_core.text import N_

_FUNCTIONS = {"Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid"}
_EPSILON = 1e-3
_POINTWISE = (Activation, LeakyReLU)

Vector = NDArray[np.float64]


def read_onnx(path: Path) -> Generator:
    """The generator of an ONNX file.

    Raises:
        BadInputError: see `gan_core.portable.foreign`.
    """
    graph = onnx_file.parse(path)
    shape = onnx_file.latent_shape(graph)
    reading = _Reading(shape)
    for node in onnx_file.chain_of(graph):
        reading.take(node)
    reading.settle_image()
    network, pixel_range = generator_network(math.prod(shape), reading.layers)
    weights: Arrays = {}
    for name, arrays in zip(network.layer_names, reading.arrays, strict=True):
        weights |= {f"{name}/{key}": np.asarray(v, np.float32) for key, v in arrays.items()}
    return Generator(network=network, weights=weights, pixel_range=pixel_range)


class _Reading:
    """Layers in the making; the arrays of each lie beside it."""

    def __init__(self, latent_shape: Shape) -> None:
        self.layers: list[Layer] = []
        self.arrays: list[dict[str, NDArray[np.floating]]] = []
        self.shape: Shape = (math.prod(latent_shape),)
        self.axes: Literal["first", "last", "unsettled"] = "unsettled"
        self._divided = False  # by √2, which only an error function may follow
        if len(latent_shape) > 1:
            self._reshape(latent_shape)

    def take(self, node: Node) -> None:
        """Add what one node does.

        Raises:
            BadInputError: it cannot be read.
        """
        kind = node.kind
        if self._divided != (kind == "Erf"):
            raise _unknown("Div" if self._divided else kind)
        if kind in _FUNCTIONS:
            self._add(layer_of(Activation, function=_FUNCTIONS[kind]))
        elif kind == "LeakyRelu":
            self._add(layer_of(LeakyReLU, slope=float(node.attributes.get("alpha", 0.01))))
        elif kind in _READERS:
            getattr(self, _READERS[kind])(node)
        elif kind not in {"Identity", "Dropout"}:
            raise _unknown(kind)

    def settle_image(self) -> None:
        """Decide at the end where the channels are, and make an image of what is none."""
        for layer in image_layers(self.shape):
            self._add(layer)
        if len(self.shape) == 3 and self.axes == "unsettled":
            in_front, behind = self.shape[0] in {1, 3}, self.shape[2] in {1, 3}
            if in_front and not (behind and self.shape[0] == self.shape[1]):
                self._to_channels_first()

    def _add(self, layer: Layer, **arrays: NDArray[np.floating]) -> None:
        self.shape = next_shape(layer, self.shape)
        self.layers.append(layer)
        self.arrays.append(arrays)

    def _reshape(self, shape: Shape) -> None:
        self._add(layer_of(Reshape, shape=shape))
        self.axes = "unsettled"

    # What nodes do

    def _take_erf(self, _node: Node) -> None:
        self._divided = False
        self._add(ToUniform())

    def _take_matmul(self, node: Node) -> None:
        self._dense(node, node.constant(1))

    def _take_gemm(self, node: Node) -> None:
        given = node.attributes
        if given.get("transA", 0) or node.place != 0:
            raise _unknown("Gemm")
        kernel = np.asarray(node.constant(1), np.float64) * float(given.get("alpha", 1.0))
        self._dense(node, kernel.T if given.get("transB", 0) else kernel)
        if len(node.operands) > 2:
            self._shift(self._per_channel(node.constant(2)) * float(given.get("beta", 1.0)))

    def _dense(self, node: Node, kernel: NDArray[Any]) -> None:
        if node.place != 0 or kernel.ndim != 2 or (kernel.shape[0],) != self.shape:
            raise _unknown(node.kind)
        layer = layer_of(Dense, units=kernel.shape[1])
        self._add(layer, kernel=kernel.astype(np.float64), bias=np.zeros(kernel.shape[1]))

    def _take_add(self, node: Node) -> None:
        vector = self._per_channel(node.constant(1 - node.place))
        if node.kind == "Sub" and node.place == 1:
            raise _unknown("Sub")
        self._shift(-vector if node.kind == "Sub" else vector)

    def _take_mul(self, node: Node) -> None:
        constant = np.asarray(node.constant(1 - node.place), np.float64)
        if node.kind == "Div":
            if node.place == 1 or not constant.all():
                raise _unknown("Div")
            constant = 1 / constant
        if constant.size == 1 and not self.layers and abs(constant.item() ** 2 - 0.5) < 1e-6:
            self._divided = True
            return
        self._scale(self._per_channel(constant))

    def _take_batch_norm(self, node: Node) -> None:
        if len(self.shape) == 3:
            self._to_channels_first()
        size = (self.shape[-1],)
        gamma, beta, mean, variance = (node.constant(i).astype(np.float64) for i in range(1, 5))
        if any(x.shape != size for x in (gamma, beta, mean, variance)):
            raise _unknown(node.kind)
        layer = layer_of(BatchNorm, epsilon=float(node.attributes.get("epsilon", 1e-5)))
        self._add(layer, gamma=gamma, beta=beta, moving_mean=mean, moving_variance=variance)

    def _take_reshape(self, node: Node) -> None:
        target = [int(size) for size in node.constant(1).ravel()]
        dims = [0, *self._seen()]
        sizes = [dims[i] if x == 0 and i < len(dims) else x for i, x in enumerate(target)][1:]
        if sizes.count(-1) == 1:
            known = -math.prod(sizes)
            sizes = [math.prod(self.shape) // known if x == -1 and known else x for x in sizes]
        self._reshape_to(tuple(sizes), node)

    def _take_flatten(self, node: Node) -> None:
        if node.attributes.get("axis", 1) != 1:
            raise _unknown("Flatten")
        self._reshape_to((math.prod(self.shape),), node)

    def _take_unsqueeze(self, node: Node) -> None:
        """Axes of one value are put in or taken out: a reshape."""
        axes = node.attributes.get("axes")
        axes = list(axes) if axes is not None else [int(x) for x in node.constant(1).ravel()]
        seen = [0, *self._seen()]
        if node.kind == "Squeeze":
            left = [x for i, x in enumerate(seen) if i not in {a % len(seen) for a in axes}]
        else:
            rank = len(seen) + len(axes)
            new = {a % rank for a in axes}
            rest = iter(seen)
            left = [1 if i in new else next(rest, 0) for i in range(rank)]
        if left[:1] != [0]:
            raise _unknown(node.kind)
        self._reshape_to(tuple(left[1:]), node)

    def _reshape_to(self, shape: Shape, node: Node) -> None:
        if self.axes == "first" and not _is_line(self.shape):
            raise _unknown(node.kind)
        self._reshape(shape)

    def _take_transpose(self, node: Node) -> None:
        order = list(node.attributes.get("perm", ()))
        if order == list(range(len(self.shape) + 1)):
            return
        if len(self.shape) != 3 or order not in ([0, 3, 1, 2], [0, 2, 3, 1]):
            raise _unknown("Transpose")
        if order == [0, 2, 3, 1]:
            self._to_channels_first()
            self.axes = "last"
        elif self.axes == "first":
            raise _unknown("Transpose")
        else:
            self.axes = "first"

    def _take_resize(self, node: Node) -> None:
        self._to_channels_first()
        given = node.attributes
        way = (given.get("coordinate_transformation_mode", "half_pixel"),
               given.get("nearest_mode", "round_prefer_floor"))  # fmt: skip
        nearest = {("asymmetric", "floor"), ("half_pixel", "round_prefer_floor"),
                   ("half_pixel", "round_prefer_ceil")}  # fmt: skip
        if given.get("mode", "nearest") != "nearest" or way not in nearest:
            raise _unknown(node.kind)
        scales = self._scales(node)
        if scales[:2] != [1, 1] or scales[2] != scales[3]:
            raise _unknown(node.kind)
        if scales[2] != 1:
            self._add(layer_of(Upsample, factor=scales[2]))

    def _scales(self, node: Node) -> list[int]:
        last = node.constant(len(node.operands) - 1).ravel().astype(np.float64)
        if len(last) != 4:
            raise _unknown(node.kind)
        if len(node.operands) == 4:  # the size that it shall have
            last = np.array([1.0, *(last[1:] / self._seen())])
        if not (last == np.rint(last)).all() or last.max() > 8 or last.min() < 1:
            raise _unknown(node.kind)
        return [int(x) for x in last]

    def _take_convolution(self, node: Node) -> None:
        self._to_channels_first()
        kernel = Kernel.of(node, self.shape)
        if kernel.transposed and self.shape[:2] == (1, 1) and not kernel.enlarges_by_stride:
            dense, side = from_one_point(kernel, self.shape[2])
            self._reshape((self.shape[2],))
            self._add(layer_of(Dense, units=dense.shape[1]), kernel=dense,
                      bias=np.zeros(dense.shape[1]))  # fmt: skip
            self._reshape((*side, kernel.filters))
            self.axes = "first"
        else:
            values = placed(kernel, self.shape)
            kind: type[Conv] | type[ConvT] = ConvT if kernel.transposed else Conv
            layer: Layer = layer_of(
                kind, filters=kernel.filters, kernel=values.shape[0], stride=kernel.stride
            )
            self._add(layer, kernel=values, bias=np.zeros(kernel.filters))
        if len(node.operands) > 2:
            bias = np.asarray(node.constant(2), np.float64)
            if bias.shape != (kernel.filters,):
                raise _unknown(node.kind)
            self._shift(bias)

    # One factor or shift for each channel

    def _seen(self) -> list[int]:
        """The shape as ONNX sees it, without the batch axis."""
        if self.axes == "first" and len(self.shape) == 3:
            return [self.shape[2], *self.shape[:2]]
        return list(self.shape)

    def _per_channel(self, constant: NDArray[np.generic]) -> Vector:
        """A constant as one number for each channel; it may say where the channels are."""
        values = np.asarray(constant, np.float64)
        if values.size == 1:
            return np.full(self.shape[-1], values.item())
        seen = [1, *self._seen()]
        dims = [1] * (len(seen) - values.ndim) + list(values.shape)
        varying = [i for i, size in enumerate(dims) if size > 1]
        if len(dims) != len(seen) or len(varying) != 1 or dims[varying[0]] != seen[varying[0]]:
            raise _unknown("Add")
        if len(seen) == 4:
            if varying == [1]:
                self._to_channels_first()
            elif varying == [3] and self.axes != "first":
                self.axes = "last"
            else:
                raise _unknown("Add")
        return values.ravel()

    def _scale(self, factors: Vector) -> None:
        arrays = self._affine()
        if "gamma" in arrays:
            arrays["gamma"] = arrays["gamma"] * factors
            arrays["beta"] = arrays["beta"] * factors
            return
        # A transposed convolution's kernel is [K, K, out, in]; the others end in `out`.
        is_transposed = isinstance(self.layers[-1], ConvT)
        arrays["kernel"] = arrays["kernel"] * (factors[:, None] if is_transposed else factors)
        arrays["bias"] = arrays["bias"] * factors

    def _shift(self, shifts: Vector) -> None:
        arrays = self._affine()
        name = "beta" if "beta" in arrays else "bias"
        arrays[name] = arrays[name] + shifts

    def _affine(self) -> dict[str, NDArray[np.floating]]:
        """The arrays of the last layer, if it can carry factors; else of a new normalisation."""
        if not self.layers or not isinstance(self.layers[-1], (Dense, Conv, ConvT, BatchNorm)):
            size = self.shape[-1]
            ones, zeros = np.ones(size), np.zeros(size)
            self._add(
                BatchNorm(epsilon=_EPSILON),
                gamma=ones, beta=zeros, moving_mean=zeros, moving_variance=ones - _EPSILON,
            )  # fmt: skip
        return self.arrays[-1]

    # Where the channels are

    def _to_channels_first(self) -> None:
        """Make sure that ONNX sees the channels in front; ours are at the end."""
        if len(self.shape) != 3 or self.axes == "last":
            raise refused(N_("its images have their channels where no layer expects them."))
        if self.axes == "first":
            return
        channels, height, width = self.shape
        if _is_line((height, width, channels)):
            self._add(layer_of(Reshape, shape=(height, width, channels)))
        else:
            self._reorder((channels, height, width))
        self.axes = "first"

    def _reorder(self, shape: Shape) -> None:
        """Have the dense layer before the last reshape give its values in our order."""
        at = len(self.layers) - 1
        while at >= 0 and isinstance(self.layers[at], _POINTWISE):
            at -= 1
        before = at - 1
        while before >= 0 and isinstance(self.layers[before], (*_POINTWISE, BatchNorm, Flatten)):
            before -= 1
        kinds = tuple(type(self.layers[i]) for i in (before, at) if i >= 0)
        if kinds != (Dense, Reshape):
            raise refused(N_("its images have their channels where no layer expects them."))
        order = np.arange(math.prod(shape)).reshape(shape).transpose(1, 2, 0).ravel()
        for arrays in self.arrays[before:at]:
            for name, values in arrays.items():
                arrays[name] = values[..., order]
        self.shape = (*shape[1:], shape[0])
        self.layers[at] = layer_of(Reshape, shape=self.shape)


_READERS = {
    "Erf": "_take_erf",
    "MatMul": "_take_matmul",
    "Gemm": "_take_gemm",
    "Add": "_take_add",
    "Sub": "_take_add",
    "Mul": "_take_mul",
    "Div": "_take_mul",
    "BatchNormalization": "_take_batch_norm",
    "Reshape": "_take_reshape",
    "Flatten": "_take_flatten",
    "Squeeze": "_take_unsqueeze",
    "Unsqueeze": "_take_unsqueeze",
    "Transpose": "_take_transpose",
    "Resize": "_take_resize",
    "Conv": "_take_convolution",
    "ConvTranspose": "_take_convolution",
}


def _is_line(shape: Shape) -> bool:
    """Whether `[H, W, C]` and `[C, H, W]` hold the same numbers in the same order."""
    return len(shape) != 3 or shape[2] == 1 or shape[0] == shape[1] == 1


def _unknown(kind: str) -> Exception:
    return refused(
        N_("its node {kind} cannot be read here, not in this place or not with these numbers; "
           "nodes that can be are {allowed}."),
        kind=kind,
        allowed=listed(sorted({*_READERS, *_FUNCTIONS, "LeakyRelu", "Identity", "Dropout"})),
    )  # fmt: skip
