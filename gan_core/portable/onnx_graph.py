"""A layer list with its weights as an ONNX graph, written operator by operator.

Source of the operators: the ONNX specification, version 15 of the standard set. Convolutions there
take `[N, C, H, W]`; ours are `[N, H, W, C]`. The graph is NHWC outside and keeps to NCHW for as
long as layers allow inside, so that an image is transposed once on its way. A batch normalisation
that directly follows a layer with a kernel is folded into it, in float64.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gan_core.errors import DamagedError
from gan_core.portable.padding import same_padding, same_padding_transposed
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool,
    MinibatchStd,
    Network,
    Reshape,
    Shape,
    ToUniform,
    Upsample,
    shape_after,
)
from gan_core.text import N_

Arrays = dict[str, NDArray[np.generic]]
Floats = NDArray[np.float32]

OPSET = 15
IR_VERSION = 8
INPUT = "keras_tensor"
OUTPUT = "Identity:0"
"""The names that Keras' own export gives, and that readers of older files know."""

_FUNCTIONS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid"}
_SMALL = 1e-8  # as in nn/layers/special.py


def to_onnx(network: Network, weights: Arrays) -> onnx.ModelProto:
    """The ONNX model of a network; it computes in float32 and its batch axis stays free.

    Args:
        network: the layers.
        weights: by `layer/variable`, as `nn.build.weights` reads them; float16 will do.

    Raises:
        DamagedError: a weight is missing or has another shape than the layer's.
    """
    graph = _Graph(network, weights)
    made = helper.make_graph(
        graph.nodes,
        network.name,
        [_value_info(INPUT, network.input_shape)],
        [_value_info(OUTPUT, network.shapes()[-1])],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(
        made, opset_imports=opsets, ir_version=IR_VERSION, producer_name="latent-studio"
    )


def _value_info(name: str, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])


class _Graph:
    """Nodes in the making: `value` is the name of what the last one gives.

    `shape` is its shape as the layer list tells it (NHWC); where `channels_first` is set, the
    value itself is `[N, C, H, W]`.
    """

    def __init__(self, network: Network, weights: Arrays) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.value = INPUT
        self.shape: Shape = network.input_shape
        self.channels_first = False
        self._weights = weights
        self._add_layers(network)
        self._to_channels_last()
        self._finish()

    def _add_layers(self, network: Network) -> None:
        named = list(zip(network.layer_names, network.layers, network.shapes(), strict=True))
        at = 0
        while at < len(named):
            name, layer, shape = named[at]
            at += 1
            if isinstance(layer, (Dense, Conv, ConvT)):
                norm = None
                if at < len(named) and isinstance(named[at][1], BatchNorm):
                    norm = named[at][:2]
                    at += 1
                self._add_linear(name, layer, norm)
            else:
                self._add(name, layer)
            self.shape = shape

    def _add(self, name: str, layer: Layer) -> None:
        match layer:
            case BatchNorm():
                scale, shift = self._norm(name, layer, self.shape[-1])
                self._affine(scale, shift)
            case Activation():
                self._node(_FUNCTIONS[layer.function])
            case LeakyReLU():
                self._node("LeakyRelu", alpha=layer.slope)
            case Reshape() | Flatten():
                self._to_channels_last()
                self._reshape(shape_after(layer, self.shape))
            case Upsample():
                self._enlarge(layer.factor)
            case MaxPool():
                self._to_channels_first()
                window = [layer.size, layer.size]
                self._node("MaxPool", kernel_shape=window, strides=window)
            case MinibatchStd():
                self._add_spread()
            case ToUniform():
                self._node("Div", self._constant(np.float32(math.sqrt(2.0))))
                self._node("Erf")
            # A dropout does nothing outside of training.

    def _add_linear(
        self, name: str, layer: Dense | Conv | ConvT, norm: tuple[str, Layer] | None
    ) -> None:
        """A layer with a kernel, and the batch normalisation that follows it."""
        inputs, outputs = self.shape[-1], layer_outputs(layer)
        kernel = self._weight(f"{name}/kernel", kernel_shape(layer, inputs)).astype(np.float64)
        bias = np.zeros(outputs)
        if layer.bias:
            bias += self._weight(f"{name}/bias", (outputs,))
        if norm is not None:
            scale, shift = self._norm(norm[0], norm[1], outputs)
            # A transposed convolution's kernel is [K, K, out, in]; the others end in `out`.
            kernel *= scale[:, None] if isinstance(layer, ConvT) else scale
            bias = bias * scale + shift
        if isinstance(layer, Dense):
            self._node("Gemm", self._constant(kernel), self._constant(bias))
            return
        self._to_channels_first()
        self._convolve(layer, kernel, bias)

    def _convolve(
        self, layer: Conv | ConvT, kernel: NDArray[np.float64], bias: NDArray[np.float64]
    ) -> None:
        strides = [layer.stride, layer.stride]
        if isinstance(layer, Conv):
            pads = [same_padding(size, layer.kernel, layer.stride) for size in self.shape[:2]]
            operands = [self._constant(kernel.transpose(3, 2, 0, 1)), self._constant(bias)]
            self._node("Conv", *operands, strides=strides, pads=_edges(pads))
            return
        before, after, beyond = same_padding_transposed(layer.kernel, layer.stride)
        operands = [self._constant(kernel.transpose(3, 2, 0, 1)), self._constant(bias)]
        extra: dict[str, Any] = {"output_padding": [beyond, beyond]} if beyond else {}
        self._node(
            "ConvTranspose", *operands, strides=strides, pads=_edges([(before, after)] * 2), **extra
        )

    def _norm(
        self, name: str, layer: Layer, size: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A batch normalisation as one factor and one shift per channel, float64 `[C]`."""
        assert isinstance(layer, BatchNorm)  # noqa: S101 - asked for such only
        gamma, beta, mean, variance = (
            self._weight(f"{name}/{part}", (size,)).astype(np.float64)
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale = gamma / np.sqrt(variance + layer.epsilon)
        return scale, beta - mean * scale

    def _affine(self, scale: NDArray[np.float64], shift: NDArray[np.float64]) -> None:
        shape = (-1, 1, 1) if self.channels_first else (-1,)
        self._node("Mul", self._constant(scale.reshape(shape)))
        self._node("Add", self._constant(shift.reshape(shape)))

    def _enlarge(self, factor: int) -> None:
        self._to_channels_first()
        scales = self._constant(np.array([1, 1, factor, factor], np.float32))
        self._node(
            "Resize", "", scales,
            mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric",
        )  # fmt: skip

    def _add_spread(self) -> None:
        """One more feature map: the mean over all features of their deviation in the batch."""
        images, size = self.value, self._apply("Shape", self.value, end=1)
        mean = self._apply("ReduceMean", images, axes=[0], keepdims=1)
        centred = self._apply("Sub", images, mean)
        variance = self._apply("ReduceMean", self._apply("Mul", centred, centred), axes=[0])
        spread = self._apply("Add", variance, self._constant(np.float32(_SMALL)))
        level = self._apply("ReduceMean", self._apply("Sqrt", spread), keepdims=1)
        axis = 1 if self.channels_first else len(self.shape)
        place = list(self.shape) if not self.channels_first else [0, *self.shape[:-1]]
        place[axis - 1] = 1
        level = self._apply("Reshape", level, self._constant(np.ones(len(place) + 1, np.int64)))
        target = self._apply("Concat", size, self._constant(np.array(place, np.int64)), axis=0)
        self.value = self._apply("Concat", images, self._apply("Expand", level, target), axis=axis)

    def _to_channels_first(self) -> None:
        if self.channels_first:
            return
        height, width, channels = self.shape
        if channels == 1 or height == width == 1:
            self._reshape((channels, height, width))  # the same numbers in the same order
        else:
            self._node("Transpose", perm=[0, 3, 1, 2])
        self.channels_first = True

    def _to_channels_last(self) -> None:
        if not self.channels_first:
            return
        height, width, channels = self.shape
        if channels == 1 or height == width == 1:
            self._reshape((height, width, channels))
        else:
            self._node("Transpose", perm=[0, 2, 3, 1])
        self.channels_first = False

    def _reshape(self, shape: Shape) -> None:
        # The 0 keeps the batch axis as it is, even where it is empty.
        self._node("Reshape", self._constant(np.array([0, *shape], np.int64)))

    def _finish(self) -> None:
        """Give the last value the name of the output."""
        if not self.nodes:
            self._node("Identity")
        self.nodes[-1].output[0] = OUTPUT

    def _node(self, kind: str, *operands: str, **attributes: Any) -> None:
        """Apply an operator to the current value; what it gives becomes the current one."""
        self.value = self._apply(kind, self.value, *operands, **attributes)

    def _apply(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def _constant(self, values: Any) -> str:
        array = np.asarray(values)
        array = np.ascontiguousarray(array if array.dtype == np.int64 else array.astype(np.float32))
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array.reshape(np.shape(values)), name))
        return name

    def _weight(self, name: str, shape: Shape) -> Floats:
        values = self._weights.get(name)
        if values is None or values.shape != shape:
            raise DamagedError(
                N_("The weights have {found} for {name}; {shape} is needed."),
                found="nothing" if values is None else values.shape,
                name=name,
                shape=shape,
            )
        return values.astype(np.float32)


def layer_outputs(layer: Dense | Conv | ConvT) -> int:
    """Features or maps that leave a layer with a kernel."""
    return layer.units if isinstance(layer, Dense) else layer.filters


def kernel_shape(layer: Dense | Conv | ConvT, inputs: int) -> Shape:
    """The shape of a layer's kernel as Keras stores it.

    `[in, out]` of a dense layer, `[K, K, in, out]` of a convolution and `[K, K, out, in]` of a
    transposed one.
    """
    if isinstance(layer, Dense):
        return (inputs, layer.units)
    if isinstance(layer, Conv):
        return (layer.kernel, layer.kernel, inputs, layer.filters)
    return (layer.kernel, layer.kernel, layer.filters, inputs)


def _edges(pads: Iterable[tuple[int, int]]) -> list[int]:
    """Padding of the two axes as ONNX orders it: both beginnings, then both ends."""
    starts, ends = zip(*pads, strict=True)
    return [*starts, *ends]
