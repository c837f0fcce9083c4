"""Features of images that nobody labelled: convolutions with random weights, the same for all.

Random filters see edges and their places; distances in what they see order generators much as
distances of learnt features do (Naeem et al. 2020, arXiv 2002.09797, section 3.3). They know no
classes, and figures of theirs are never beside those of other features.
"""

from __future__ import annotations

import math

import numpy as np

from gan_core.portable.onnx_graph import kernel_shape, layer_outputs, to_onnx
from gan_core.recipes.layers import Activation, Conv, Dense, Flatten, Layer, Network

SIZE = 192
_SEED = 1_610
_FILTERS = (32, 64, 64, 64, 64, 64)
_SMALLEST_SIDE = 5


def model(image_shape: tuple[int, int, int]) -> bytes:
    """The ONNX file of the features of images of a shape: from 0 to 1 `[N, H, W, C]` to `[N, F]`.

    Its weights are drawn with the deviation that keeps a value's size through ReLU (He et al.
    2015), by a seed that never changes, so equal shapes have equal files.
    """
    layers = network(image_shape)
    rng = np.random.default_rng(_SEED)
    weights: dict[str, np.ndarray] = {}
    inputs = image_shape[-1]
    for name, layer, shape in zip(layers.layer_names, layers.layers, layers.shapes(), strict=True):
        if isinstance(layer, Conv | Dense):
            kernel = kernel_shape(layer, inputs)
            std = math.sqrt(2.0 / math.prod(kernel[:-1]))
            weights[f"{name}/kernel"] = (std * rng.standard_normal(kernel)).astype(np.float32)
            bias = 0.1 * rng.standard_normal(layer_outputs(layer))
            weights[f"{name}/bias"] = bias.astype(np.float32)
        inputs = shape[-1]
    return bytes(to_onnx(layers, weights).SerializeToString(deterministic=True))


def network(image_shape: tuple[int, int, int]) -> Network:
    """Convolutions that halve the image while it is large, and a projection of what is left."""
    layers: list[Layer] = []
    side = image_shape[0]
    for filters in _FILTERS:
        if side <= _SMALLEST_SIDE:
            break
        side = math.ceil(side / 2)
        layers += [Conv(filters=filters, kernel=3, stride=2), Activation(function="relu")]
    layers += [Flatten(), Dense(units=SIZE)]
    return Network(name="encoder", input_shape=image_shape, layers=tuple(layers))
