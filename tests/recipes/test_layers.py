"""Layer lists: their arithmetic, their JSON, and what they refuse."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import DamagedError
from gan_core.recipes.layers import (
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Flatten,
    Layer,
    MaxPool,
    MinibatchStd,
    Network,
    Reshape,
    ToUniform,
    Upsample,
    enlarge,
    flat,
    network_from_json,
    num_parameters,
    shape_after,
)
from tests.network_strategies import networks


@given(networks())
def test_json_round_trip(network: Network) -> None:
    text = json.dumps(network.model_dump(mode="json"))
    assert network_from_json(json.loads(text)) == network


@given(networks())
def test_shapes_follow_one_another(network: Network) -> None:
    shape = network.input_shape
    for layer, after in zip(network.layers, network.shapes(), strict=True):
        assert shape_after(layer, shape) == after
        shape = after


@given(networks())
def test_counts_add_up(network: Network) -> None:
    counts = network.parameter_counts()
    assert len(counts) == len(network.layers)
    assert min(counts) >= 0
    assert network.num_parameters == sum(counts)


@given(networks())
def test_layer_names_are_unique(network: Network) -> None:
    assert len(set(network.layer_names)) == len(network.layers)


@given(st.integers(1, 64), st.integers(1, 64), st.integers(1, 8), st.integers(1, 31))
def test_strides(height: int, width: int, stride: int, kernel: int) -> None:
    down = Conv(filters=3, kernel=kernel, stride=stride)
    up = ConvT(filters=3, kernel=kernel, stride=stride)
    assert shape_after(down, (height, width, 2)) == (
        math.ceil(height / stride),
        math.ceil(width / stride),
        3,
    )
    assert shape_after(up, (height, width, 2)) == (height * stride, width * stride, 3)
    assert shape_after(down, shape_after(up, (height, width, 2))) == (height, width, 3)


@pytest.mark.parametrize(
    ("layer", "shape", "count"),
    [
        (Dense(units=10), (5,), 60),
        (Dense(units=10, bias=False), (5,), 50),
        (Conv(filters=8, kernel=3), (9, 9, 2), 8 * (9 * 2 + 1)),
        (Conv(filters=8, kernel=3, bias=False), (9, 9, 2), 8 * 9 * 2),
        (ConvT(filters=8, kernel=4, stride=2), (9, 9, 2), 8 * (16 * 2 + 1)),
        (BatchNorm(), (9, 9, 7), 28),
        (Upsample(), (9, 9, 7), 0),
        (Flatten(), (9, 9, 7), 0),
        (MaxPool(), (9, 9, 7), 0),
        (MinibatchStd(), (9, 9, 7), 0),
        (ToUniform(), (7,), 0),
    ],
)
def test_parameters_by_hand(layer: Layer, shape: tuple[int, ...], count: int) -> None:
    assert num_parameters(layer, shape) == count


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Dense(units=3), (4, 4, 1)),
        (Conv(filters=1, kernel=3), (16,)),
        (ConvT(filters=1, kernel=3), (16,)),
        (Upsample(), (16,)),
        (MaxPool(), (16,)),
        (MaxPool(size=3), (2, 5, 1)),
        (MinibatchStd(), (4, 4)),
        (Reshape(shape=(5, 3)), (16,)),
    ],
)
def test_a_layer_that_cannot_follow(layer: Layer, shape: tuple[int, ...]) -> None:
    with pytest.raises(DamagedError) as caught:
        shape_after(layer, shape)
    assert layer.kind in caught.value.message
    assert str(shape) in caught.value.message


@pytest.mark.parametrize(
    ("layer", "shape", "after"),
    [
        (MaxPool(size=2), (14, 14, 64), (7, 7, 64)),
        (MaxPool(size=2), (7, 5, 3), (3, 2, 3)),
        (MinibatchStd(), (7, 5, 3), (7, 5, 4)),
        (MinibatchStd(), (128,), (129,)),
        (ToUniform(), (100,), (100,)),
    ],
)
def test_shapes_by_hand(layer: Layer, shape: tuple[int, ...], after: tuple[int, ...]) -> None:
    assert shape_after(layer, shape) == after


def test_flat_drops_what_is_switched_off() -> None:
    dense, norm = Dense(units=2), BatchNorm()
    assert flat([dense, None, (norm, dense), None, [norm]]) == (dense, norm, dense, norm)


@pytest.mark.parametrize("how", ["transpose", "nearest"])
def test_enlarging_doubles(how: str) -> None:
    shape: tuple[int, ...] = (7, 5, 3)
    for layer in enlarge(how, filters=6, kernel=4, bias=False):
        shape = shape_after(layer, shape)
    assert shape == (14, 10, 6)


def _damaged(**changes: Any) -> dict[str, Any]:
    sound = Network(
        name="generator", input_shape=(8,), layers=(Dense(units=4), Reshape(shape=(2, 2, 1)))
    ).model_dump(mode="json")
    return {**sound, **changes}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "generator",
        _damaged(name="critic"),
        _damaged(surplus=1),
        _damaged(layers=[{"kind": "lambda", "code": "print()"}]),
        _damaged(layers=[{"kind": "dense", "units": 0}]),
        _damaged(layers=[{"kind": "dense", "units": 10**9}]),
        _damaged(layers=[{"kind": "dense", "units": 4, "activation": "x"}]),
        _damaged(layers=[{"kind": "conv", "filters": 1, "kernel": 3}]),
        _damaged(layers=[{"kind": "reshape", "shape": [3, 3, 1]}]),
        _damaged(layers=[{"kind": "dropout", "rate": 1.0}]),
        _damaged(layers=[{"kind": "max_pool"}]),
        _damaged(layers=[{"kind": "reshape", "shape": [2, 4, 1]}, {"kind": "max_pool", "size": 1}]),
        _damaged(layers=[{"kind": "to_uniform", "function": "erf"}]),
        _damaged(layers=[{"kind": "dropout", "rate": float("nan")}]),
    ],
)
def test_damaged_json_is_refused(value: Any) -> None:
    with pytest.raises(DamagedError):
        network_from_json(value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["generator", "discriminator"]) | _json,
            "input_shape": st.lists(st.integers(), max_size=4) | _json,
            "layers": st.lists(
                st.fixed_dictionaries(
                    {"kind": st.sampled_from(["dense", "conv", "flatten", "upsample"]) | _json},
                    optional={"units": _json, "filters": _json, "kernel": _json},
                ),
                max_size=4,
            )
            | _json,
        }
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        network = network_from_json(value)
    except DamagedError:
        return
    assert network.num_parameters == sum(network.parameter_counts())
