"""The first block of a generator, and the directions that come from it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.errors import BadInputError, DamagedError
from gan_core.inference import early
from gan_core.recipes import layers
from gan_core.recipes.layers import Network
from gan_core.runs.layout import RunPaths
from tests.generators_by_hand import CONVOLUTIONAL, PLAIN, random_weights, seal_generator

LATENTS = np.random.default_rng(1).standard_normal((7, 6))


def norm(weights: dict[str, np.ndarray], name: str, values: np.ndarray) -> np.ndarray:
    gamma, beta, mean, variance = (
        weights[f"{name}/{part}"].astype(float)
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    return (values - mean) / np.sqrt(variance + 1e-3) * gamma + beta


def test_a_convolutional_generators_features_end_before_its_convolution() -> None:
    weights = random_weights(CONVOLUTIONAL)
    maps = (LATENTS @ weights["00_dense/kernel"].astype(float)).reshape(7, 4, 4, 3)
    expected = np.maximum(norm(weights, "02_batch_norm", maps), 0.0).reshape(7, -1)
    found = early.early_features(CONVOLUTIONAL, weights, LATENTS)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_a_plain_generators_features_end_before_its_second_dense_layer() -> None:
    weights = random_weights(PLAIN)
    hidden = LATENTS @ weights["00_dense/kernel"].astype(float) + weights["00_dense/bias"]
    hidden = np.where(hidden > 0, hidden, 0.2 * hidden)
    expected = norm(weights, "02_batch_norm", hidden)
    found = early.early_features(PLAIN, weights, LATENTS)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_uniform_latents_and_other_activations() -> None:
    network = Network(
        name="generator",
        input_shape=(6,),
        layers=(
            layers.ToUniform(),
            layers.Dense(units=5),
            layers.Activation(function="sigmoid"),
            layers.Activation(function="tanh"),
        ),
    )
    weights = random_weights(network)
    uniform = np.array([[math.erf(x / math.sqrt(2)) for x in row] for row in LATENTS])
    hidden = uniform @ weights["01_dense/kernel"].astype(float) + weights["01_dense/bias"]
    found = early.early_features(network, weights, LATENTS)
    np.testing.assert_allclose(found, np.tanh(1 / (1 + np.exp(-hidden))), rtol=1e-9)


def test_of_a_wide_layer_some_thousand_features_are_looked_at() -> None:
    network = Network(
        name="generator",
        input_shape=(2,),
        layers=(
            layers.Dense(units=90 * 90 * 2),
            layers.Reshape(shape=(90, 90, 2)),
            layers.BatchNorm(),
            layers.Activation(function="relu"),
        ),
    )
    weights = random_weights(network)
    found = early.early_features(network, weights, LATENTS[:, :2])
    maps = LATENTS[:, :2] @ weights["00_dense/kernel"].astype(float) + weights["00_dense/bias"]
    expected = np.maximum(norm(weights, "02_batch_norm", maps.reshape(7, 90, 90, 2)), 0)
    flat = expected.reshape(7, -1)
    np.testing.assert_allclose(found[:, [0, -1]], flat[:, [0, -1]], rtol=1e-9)
    assert found.shape == (7, 4096)
    assert np.isin(found[0].round(9), flat[0].round(9)).all()


def test_a_norm_right_behind_the_first_layer_is_a_part_of_it() -> None:
    weights = random_weights(CONVOLUTIONAL)
    kernel = early.first_kernel(CONVOLUTIONAL, weights)
    step = np.eye(6)[2] * 0.5
    maps = ((LATENTS + step) @ kernel - LATENTS @ kernel).reshape(7, 4, 4, 3)
    plain = weights["00_dense/kernel"].astype(float)
    moved, still = (
        norm(weights, "02_batch_norm", (points @ plain).reshape(7, 4, 4, 3))
        for points in (LATENTS + step, LATENTS)
    )
    np.testing.assert_allclose(maps, moved - still, atol=1e-9)


def test_a_norm_behind_an_activation_is_not() -> None:
    weights = random_weights(PLAIN)
    found = early.first_kernel(PLAIN, weights)
    np.testing.assert_allclose(found, weights["00_dense/kernel"].astype(float))


@pytest.mark.parametrize("network", [CONVOLUTIONAL, PLAIN])
def test_directions_of_a_snapshot(paths: RunPaths, network: Network) -> None:
    seal_generator(paths, 40, network, random_weights(network))
    found = early.directions_of(paths, 40)
    again = early.directions_of(paths, 40)
    for kind, same in (
        (found.principal, again.principal),
        (found.first_layer, again.first_layer),
    ):
        assert kind.vectors.shape == (6, 6)
        np.testing.assert_array_equal(kind.vectors, same.vectors)


def test_a_generator_that_begins_otherwise_is_refused() -> None:
    network = Network(
        name="generator",
        input_shape=(6,),
        layers=(layers.Reshape(shape=(1, 1, 6)), layers.ConvT(filters=1, kernel=4, stride=4)),
    )
    with pytest.raises(BadInputError, match="reshape"):
        early.early_features(network, {}, LATENTS)
    with pytest.raises(BadInputError, match="dense layer"):
        early.first_kernel(network, {})


def test_weights_that_do_not_fit_are_damage(paths: RunPaths) -> None:
    weights = random_weights(PLAIN)
    del weights["00_dense/kernel"]
    seal_generator(paths, 40, PLAIN, weights)
    with pytest.raises(DamagedError):
        early.directions_of(paths, 40)
    (paths.snapshot(40) / "networks.json").write_text("[]")
    with pytest.raises(DamagedError):
        early.directions_of(paths, 40)
