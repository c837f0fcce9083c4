"""Layer lists and Keras models agree in shapes, counts, names, seeds."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from gan_core.recipes.layers import Conv, Dense, Dropout, Flatten, Network, Reshape
from tests.network_strategies import networks

_VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("quick-dcgan", {}),
    ("quick-dcgan", {"g_norm": "none", "d_norm": "none", "dropout": 0.3, "latent_size": 3}),
    ("quick-dcgan", {"upsampling": "nearest", "output_activation": "sigmoid"}),
    ("mnist-dcgan", {}),
    ("mnist-dcgan", {"g_norm": "batch", "d_norm": "batch", "dropout": 0.0}),
    ("mnist-dcgan", {"upsampling": "nearest", "output_activation": "tanh", "latent_size": 1}),
]


@pytest.mark.parametrize(("name", "overrides"), _VARIANTS)
def test_recipes_have_as_many_parameters_as_written(
    nn: SimpleNamespace, system: Callable[..., Any], name: str, overrides: dict[str, Any]
) -> None:
    made = system(name, **overrides)
    for network in made.recipe.networks(made.config.settings, (28, 28, 1)):
        model = nn.build.build(network, seed=0)
        assert model.count_params() == network.num_parameters
        counts = [layer.count_params() for layer in model.layers]
        assert counts == network.parameter_counts()
        assert [tuple(layer.output.shape[1:]) for layer in model.layers] == network.shapes()
        assert tuple(layer.name for layer in model.layers) == network.layer_names


@given(network=networks(max_layers=5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_network_is_built_as_written(nn: SimpleNamespace, network: Network) -> None:
    model = nn.build.build(network, seed=0)
    assert model.count_params() == network.num_parameters
    assert tuple(model.output_shape[1:]) == network.shapes()[-1]


def _small(rate: float = 0.5) -> Network:
    layers = (
        Reshape(shape=(4, 4, 1)),
        Conv(filters=64, kernel=5),
        Dropout(rate=rate),
        Flatten(),
        Dense(units=32),
    )
    return Network(name="discriminator", input_shape=(16,), layers=layers)


def test_one_seed_one_network(nn: SimpleNamespace) -> None:
    a, b, other = (nn.build.build(_small(), seed=seed, init_std=0.02) for seed in (5, 5, 6))
    inputs = np.ones((4, 16), np.float32)
    for name, value in nn.build.weights(a).items():
        assert value.tobytes() == nn.build.weights(b)[name].tobytes()
        if "kernel" in name:
            assert value.tobytes() != nn.build.weights(other)[name].tobytes()
    for _ in range(2):  # dropout's masks follow one another equally, too
        masked = [np.asarray(model(inputs, training=True)) for model in (a, b)]
        assert masked[0].tobytes() == masked[1].tobytes()


def test_layers_start_from_different_numbers(nn: SimpleNamespace) -> None:
    layers = (Dense(units=16), Dense(units=16))
    model = nn.build.build(Network(name="generator", input_shape=(16,), layers=layers), seed=5)
    first, second = (np.asarray(layer.kernel) for layer in model.layers)
    assert not np.array_equal(first, second)


def test_initial_deviation(nn: SimpleNamespace) -> None:
    kernel = nn.build.weights(nn.build.build(_small(), seed=1, init_std=0.02))["04_dense/kernel"]
    assert kernel.size == 32 * 1024
    assert abs(float(kernel.std()) - 0.02) < 0.0005
    assert abs(float(kernel.mean())) < 0.0005
    glorot = nn.build.weights(nn.build.build(_small(), seed=1))["04_dense/kernel"]
    limit = (6 / (1024 + 32)) ** 0.5
    assert limit * 0.99 < float(np.abs(glorot).max()) <= limit


def test_weights_round_trip(nn: SimpleNamespace) -> None:
    a, b = (nn.build.build(_small(), seed=seed) for seed in (1, 2))
    nn.build.set_weights(b, nn.build.weights(a))
    inputs = np.linspace(-1, 1, 32, dtype=np.float32).reshape(2, 16)
    assert np.asarray(a(inputs)).tobytes() == np.asarray(b(inputs)).tobytes()
    assert "02_dropout/seed_generator_state" in nn.build.variables(a)
    assert not any("seed" in name for name in nn.build.weights(a))


def test_weights_that_do_not_fit(nn: SimpleNamespace) -> None:
    model = nn.build.build(_small(), seed=1)
    values = nn.build.weights(model)
    with pytest.raises(KeyError):
        nn.build.set_weights(model, {k: v for k, v in values.items() if "dense" not in k})
    with pytest.raises(ValueError, match="shape"):
        nn.build.set_weights(model, {**values, "04_dense/bias": np.zeros(3, np.float32)})


def test_mixed_precision_keeps_float32_where_it_counts(nn: SimpleNamespace) -> None:
    policy = nn.device.dtype_policy("mixed_bfloat16")
    model = nn.build.build(_small(), seed=1, policy=policy)
    assert {variable.dtype for variable in nn.build.weights(model).values()} == {np.dtype("f4")}
    assert model.layers[1].compute_dtype == "bfloat16"
    assert np.asarray(model(np.ones((1, 16), np.float32))).dtype == np.float32
