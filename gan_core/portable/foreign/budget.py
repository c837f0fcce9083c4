"""How large a stranger's generator may be, and what it has to make."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gan_core.portable import room
from gan_core.portable.foreign.limits import refused
from gan_core.recipes.layers import Conv, ConvT, Dense, Layer, Network, Shape
from gan_core.text import N_

_MIB = 1024**2

MAX_JSON_BYTES = 4 * _MIB
MAX_LAYERS = 200
MAX_PARAMETERS = 40_000_000
MAX_VALUES = 8_000_000
"""Values that leave a layer, for one image."""
MAX_LAID_OUT = 32_000_000
"""Values that one layer takes in memory, for one image."""
MAX_ALL_VALUES = 128_000_000
"""Values that all layers take together, for one image: a search by gradients keeps them."""
MAX_PRODUCTS = 2_500_000_000
"""Multiplications for one image: some tenths of a second."""
MAX_LATENT_SIZE = 1024
IMAGE_SIZES = (8, 256)


def check_budget(network: Network) -> None:
    """Refuse a generator that would be too large to show, before any array is read.

    Raises:
        BadInputError: too many layers, latents, parameters, values or multiplications.
    """
    _within((N_("latents"), math.prod(network.input_shape), MAX_LATENT_SIZE))
    check_size(network)


def check_size(network: Network, *, most_parameters: int = MAX_PARAMETERS) -> None:
    """Refuse a network of any role that would be too large to ask.

    Raises:
        BadInputError: too many parameters, values or multiplications.
    """
    shapes = [network.input_shape, *network.shapes()]
    products = sum(
        _products(layer, before, after)
        for layer, before, after in zip(network.layers, shapes[:-1], shapes[1:], strict=True)
    )
    _within(
        (N_("parameters"), network.num_parameters, most_parameters),
        (N_("values in one layer"), max(math.prod(shape) for shape in shapes), MAX_VALUES),
        (N_("values in memory for one layer"), _in_memory(network), MAX_LAID_OUT),
        (N_("values in all layers"), room.all_layers(network), MAX_ALL_VALUES),
        (N_("multiplications for one image"), products, MAX_PRODUCTS),
    )


def _in_memory(network: Network) -> int:
    return max(room.largest_layer(network), room.spread(network))


def _within(*found: tuple[str, int, int]) -> None:
    for what, given, limit in found:
        if given > limit:
            raise refused(
                N_("it has {given} {what}; allowed are up to {limit}."),
                given=given,
                what=what,
                limit=limit,
            )


def check_image(shape: Shape) -> None:
    """Refuse what is no square image of one or three channels.

    Raises:
        BadInputError: says which shape it is.
    """
    low, high = IMAGE_SIZES
    good = len(shape) == 3 and shape[0] == shape[1] and low <= shape[0] <= high
    if not (good and shape[2] in {1, 3}):
        raise refused(
            N_("what it makes has the shape {shape}; allowed are images of {low} × {low} to "
               "{high} × {high} pixels with 1 or 3 channels."),
            shape=" × ".join(map(str, shape)),
            low=low,
            high=high,
        )  # fmt: skip


def _products(layer: Layer, before: Shape, after: Shape) -> int:
    match layer:
        case Dense():
            return before[0] * after[0]
        case Conv():
            return layer.kernel**2 * before[-1] * math.prod(after)
        case ConvT():
            return layer.kernel**2 * after[-1] * math.prod(before)
    return math.prod(after)


def short(text: object, limit: int = 60) -> str:
    """Something from the file, fit to be shown."""
    clean = "".join(c if c.isprintable() else "?" for c in str(text)[: limit + 1])
    return clean if len(clean) <= limit else f"{clean[:limit]}…"


def listed(names: Sequence[str]) -> str:
    """Names as words."""
    return ", ".join(names)
