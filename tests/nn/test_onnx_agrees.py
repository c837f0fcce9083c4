"""The ONNX graph written by hand answers as Keras does, for any network."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import HealthCheck, example, given, settings

from gan_core.portable.onnx_graph import Arrays, to_onnx
from gan_core.recipes.layers import BatchNorm, Conv, ConvT, Dense, MinibatchStd, Network, Reshape
from tests.network_strategies import networks

_IMAGE = (6, 5, 3)


def _network(*layers: object, shape: tuple[int, ...] = _IMAGE) -> Network:
    return Network(name="generator", input_shape=shape, layers=layers)


def _lively(weights: Arrays) -> Arrays:
    """Weights and statistics that no fresh network has."""
    rng = np.random.default_rng(2)
    return {
        name: (
            rng.uniform(0.5, 2.0, value.shape)
            if name.endswith(("moving_variance", "gamma"))
            else value + rng.normal(0, 0.3, value.shape)
        ).astype(np.float32)
        for name, value in weights.items()
    }


def _difference(nn: SimpleNamespace, network: Network, num_images: int = 3) -> float:
    model = nn.build.build(network, seed=0)
    nn.build.set_weights(model, _lively(nn.build.weights(model)))
    inputs = np.random.default_rng(0).normal(size=(num_images, *network.input_shape))
    inputs = inputs.astype(np.float32)
    expected = np.asarray(model(inputs, training=False))
    made = to_onnx(network, nn.build.weights(model))
    onnx.checker.check_model(made, full_check=True)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    found = session.run(None, {session.get_inputs()[0].name: inputs})[0]
    assert found.shape == expected.shape
    return float((np.abs(found - expected) / np.maximum(1, np.abs(expected))).max())


@given(network=networks(max_layers=5))
@example(network=_network(MinibatchStd(), Reshape(shape=(30, 4))))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_network(nn: SimpleNamespace, network: Network) -> None:
    assert _difference(nn, network) < 1e-3


@pytest.mark.parametrize("kind", [Conv, ConvT])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_every_kernel_and_stride(
    nn: SimpleNamespace, kind: type[Conv] | type[ConvT], kernel: int, stride: int
) -> None:
    layers = (kind(filters=2, kernel=kernel, stride=stride), BatchNorm())
    assert _difference(nn, _network(*layers), 2) < 1e-4


def test_normalisation_without_a_kernel_before_it(nn: SimpleNamespace) -> None:
    layers = (Dense(units=90), Reshape(shape=_IMAGE), BatchNorm(), Conv(filters=1, kernel=3))
    assert _difference(nn, _network(*layers, BatchNorm(), BatchNorm(), shape=(4,))) < 1e-4
