"""Hypothesis strategies for layer lists whose shapes fit."""

from __future__ import annotations

import math

from hypothesis import strategies as st

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
    Shape,
    ToUniform,
    Upsample,
    shape_after,
)

_MAX_VALUES = 20_000
"""Values that leave a layer, at most: networks stay small enough to be built."""

_pointwise = st.one_of(
    st.builds(BatchNorm, momentum=st.floats(0, 0.999), epsilon=st.floats(1e-6, 1e-1)),
    st.builds(Activation, function=st.sampled_from(["relu", "tanh", "sigmoid"])),
    st.builds(LeakyReLU, slope=st.floats(0, 1)),
    st.builds(Dropout, rate=st.floats(0, 0.9)),
    st.sampled_from([Flatten(), ToUniform()]),
)
_spread = st.just(MinibatchStd())
_dense = st.builds(Dense, units=st.integers(1, 24), bias=st.booleans())
_convolutions = st.one_of(
    *(
        st.builds(
            kind,
            filters=st.integers(1, 6),
            kernel=st.integers(1, 5),
            stride=st.integers(1, 3),
            bias=st.booleans(),
        )
        for kind in (Conv, ConvT)
    ),
    st.builds(Upsample, factor=st.integers(2, 3)),
)


def _pools(shape: Shape) -> list[st.SearchStrategy[MaxPool]]:
    """Windows that fit into the image, if any do."""
    largest = min(shape[:2]) if len(shape) == 3 else 0
    return [st.builds(MaxPool, size=st.integers(2, min(largest, 8)))] if largest >= 2 else []


def _reshapes(shape: Shape) -> st.SearchStrategy[Reshape]:
    """To `(H, W, C)` in every way that the number of values allows."""
    total = math.prod(shape)
    found = [
        (height, width, total // (height * width))
        for height in range(1, 13)
        for width in range(1, 13)
        if total % (height * width) == 0
    ]
    return st.sampled_from(found).map(lambda target: Reshape(shape=target))


@st.composite
def networks(draw: st.DrawFn, max_layers: int = 8) -> Network:
    """A network of up to `max_layers` layers, each able to take what the one before gives."""
    start: Shape = draw(st.sampled_from([(7,), (12,), (4, 4, 3), (5, 6, 2)]))
    layers: list[Layer] = []
    shape = start
    for _ in range(draw(st.integers(1, max_layers))):
        fitting = _dense if len(shape) == 1 else _convolutions
        others = [_reshapes(shape), _pointwise, *_pools(shape)]
        if len(shape) != 2:
            others.append(_spread)
        layer = draw(st.one_of(fitting, *others))
        after = shape_after(layer, shape)
        if math.prod(after) <= _MAX_VALUES:
            layers.append(layer)
            shape = after
    name = draw(st.sampled_from(["generator", "discriminator", "encoder"]))
    return Network(name=name, input_shape=start, layers=tuple(layers) or (Flatten(),))
