"""The layers that Keras does not have, by hand and through ONNX."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from gan_core.recipes.layers import (
    Dense,
    Flatten,
    MaxPool,
    MinibatchStd,
    Network,
    ToUniform,
)


def test_spread_of_a_batch_by_hand(nn: SimpleNamespace) -> None:
    images = np.random.default_rng(0).normal(size=(6, 3, 3, 2)).astype(np.float32)
    found = np.asarray(nn.special.MinibatchStd()(images))
    assert found.shape == (6, 3, 3, 3)
    np.testing.assert_array_equal(found[..., :2], images)
    np.testing.assert_allclose(found[..., 2], images.std(axis=0).mean(), rtol=1e-5)
    rows = np.asarray(nn.special.MinibatchStd()(images[:, 0, 0]))
    assert rows.shape == (6, 3)


def test_a_batch_of_one_has_no_spread_and_a_finite_slope(nn: SimpleNamespace) -> None:
    tf = nn.tensorflow
    image = tf.Variable(np.ones((1, 4), np.float32))
    with tf.GradientTape() as tape:
        spread = nn.special.MinibatchStd()(image)[0, -1]
    assert float(spread) == pytest.approx(0, abs=1e-3)
    assert np.isfinite(tape.gradient(spread, image).numpy()).all()


def test_normal_numbers_become_uniform(nn: SimpleNamespace) -> None:
    drawn = np.random.default_rng(0).standard_normal((20_000, 1)).astype(np.float32)
    found = np.asarray(nn.special.ToUniform()(drawn)).ravel()
    by_hand = [math.erf(x / math.sqrt(2)) for x in drawn[:50, 0].tolist()]
    np.testing.assert_allclose(found[:50], by_hand, atol=1e-5)
    shares = np.histogram(found, bins=10, range=(-1, 1))[0] / len(found)
    np.testing.assert_allclose(shares, 0.1, atol=0.01)


@pytest.mark.parametrize(
    "network",
    [
        Network(
            name="discriminator",
            input_shape=(6, 6, 2),
            layers=(MinibatchStd(), MaxPool(size=2), Flatten(), MinibatchStd(), Dense(units=1)),
        ),
        Network(name="generator", input_shape=(5,), layers=(ToUniform(), Dense(units=3))),
    ],
)
def test_readers_compute_them_alike(nn: SimpleNamespace, tmp_path: Path, network: Network) -> None:
    model = nn.build.build(network, seed=1)
    inputs = np.random.default_rng(0).normal(size=(7, *network.input_shape)).astype(np.float32)
    expected = np.asarray(model(inputs))
    assert expected.shape[1:] == network.shapes()[-1]
    nn.snapshot.write_onnx(network, nn.build.weights(model), tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    found = session.run(None, {session.get_inputs()[0].name: inputs})[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
