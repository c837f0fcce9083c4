"""How much memory a network takes for one image, told by its layers, and so how many fit a call."""

from __future__ import annotations

import math

from gan_core.recipes.layers import ConvT, Network, Shape

CALL_BYTES = 64 * 1024**2
"""Of the largest layer in one call; onnxruntime holds about two such at a time."""
GRADIENT_BYTES = 256 * 1024**2
"""Of all layers in one call: a gradient needs what left each of them."""
MAX_BATCH = 256
"""Images a call; more are made in several."""
_BYTES_EACH = 4
_BLOCK = 16


def laid_out(shape: Shape) -> int:
    """Values that a layer's answer takes: onnxruntime lays maps out in blocks of up to sixteen."""
    if len(shape) != 3:
        return math.prod(shape)
    height, width, channels = shape
    return height * width * -(-channels // _BLOCK) * _BLOCK


def spread(network: Network) -> int:
    """The most values that a transposed convolution makes before it adds them, image by image."""
    shapes = [network.input_shape, *network.shapes()]
    return max(
        layer.kernel**2 * layer.filters * math.prod(before[:2]) if isinstance(layer, ConvT) else 0
        for layer, before in zip(network.layers, shapes[:-1], strict=True)
    )


def largest_layer(network: Network) -> int:
    """Values of its largest layer, for one image."""
    return max(map(laid_out, [network.input_shape, *network.shapes()]))


def all_layers(network: Network) -> int:
    """Values of all its layers, for one image."""
    return sum(map(laid_out, [network.input_shape, *network.shapes()]))


def rows_at_once(network: Network) -> int:
    """Images that one call makes or judges; all that are asked for, unless they are large."""
    return max(1, min(MAX_BATCH, CALL_BYTES // (_BYTES_EACH * largest_layer(network))))


def rows_of_gradient(network: Network) -> int:
    """Images whose gradient one call finds."""
    return max(1, min(MAX_BATCH, GRADIENT_BYTES // (_BYTES_EACH * all_layers(network))))
