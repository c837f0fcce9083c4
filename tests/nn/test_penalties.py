"""The terms that are added to a loss, in cases that can be worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(("slope", "penalty"), [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_gradient_penalty_of_a_plane(nn: SimpleNamespace, slope: float, penalty: float) -> None:
    """A critic that rises by `slope` along one direction has that slope everywhere."""
    tf = nn.tensorflow
    rng = np.random.default_rng(0)
    real, fake = (tf.constant(rng.normal(size=(5, 2, 2, 1)), tf.float32) for _ in range(2))
    mix = tf.constant(rng.random((5, 1, 1, 1)), tf.float32)
    direction = tf.constant(np.full((4, 1), 0.5), tf.float32)  # of length 1
    found = nn.penalties.gradient_penalty(
        lambda images: slope * tf.reshape(images, [-1, 4]) @ direction, real, fake, mix
    )
    assert float(found) == pytest.approx(penalty, abs=1e-4)


def test_the_penaltys_own_gradient_exists(nn: SimpleNamespace) -> None:
    """The slope of the slope: some layers silently have none."""
    tf = nn.tensorflow
    weight = tf.Variable(2.0)
    images = tf.ones((3, 2, 2, 1))
    with tf.GradientTape() as tape:
        penalty = nn.penalties.gradient_penalty(
            lambda x: weight * tf.reduce_sum(x, axis=[1, 2, 3])[:, None],
            images,
            0 * images,
            tf.fill((3, 1, 1, 1), 0.5),
        )
    # The slope is 2w along four pixels: length 2·2 = 4, penalty (2w - 1)², derivative 4(2w - 1).
    assert float(penalty) == pytest.approx(9, rel=1e-4)
    assert float(tape.gradient(penalty, weight)) == pytest.approx(12, rel=1e-4)


def test_orthogonal_filters_cost_nothing(nn: SimpleNamespace) -> None:
    tf = nn.tensorflow
    q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(9, 4)))
    kernel = tf.constant(3 * q.reshape(3, 3, 1, 4), tf.float32)  # their length does not matter
    assert float(nn.penalties.orthogonal([kernel])) == pytest.approx(0, abs=1e-8)
    equal = tf.ones((2, 2, 1, 2))
    assert float(nn.penalties.orthogonal([equal])) == pytest.approx(2 * 4**2)
    assert float(nn.penalties.orthogonal([kernel, equal, equal])) == pytest.approx(64, rel=1e-5)
    assert float(nn.penalties.orthogonal([])) == 0


@given(rows=st.integers(1, 7), columns=st.integers(1, 7), seed=st.integers(0, 10_000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_overlaps_by_hand(nn: SimpleNamespace, rows: int, columns: int, seed: int) -> None:
    """The same number, whichever way the products are added up."""
    kernel = np.random.default_rng(seed).normal(size=(rows, columns))
    products = kernel.T @ kernel
    expected = float(np.sum((products - np.diag(np.diag(products))) ** 2))
    tensor = nn.tensorflow.constant(kernel, "float32")
    assert float(nn.penalties.orthogonal([tensor])) == pytest.approx(expected, rel=1e-4, abs=1e-3)


def test_filters_of_transposed_convolutions_are_turned_round(nn: SimpleNamespace) -> None:
    keras, kernels = nn.keras, nn.gan_step._kernels
    model = keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.Conv2DTranspose(5, 2),
            keras.layers.Conv2D(7, 2),
            keras.layers.Flatten(),
            keras.layers.Dense(2),
        ]
    )
    assert [kernel.shape[-1] for kernel in kernels(model)] == [5, 7, 2]


def test_mode_seeking_is_large_for_equal_images(nn: SimpleNamespace) -> None:
    tf = nn.tensorflow
    a, b = tf.zeros((2, 3, 3, 1)), tf.fill((2, 3, 3, 1), 0.5)
    z_a, z_b = tf.zeros((2, 4)), tf.fill((2, 4), 2.0)
    assert float(nn.penalties.mode_seeking(a, b, z_a, z_b)) == pytest.approx(4, rel=1e-3)
    assert float(nn.penalties.mode_seeking(a, a, z_a, z_b)) == pytest.approx(1e5, rel=1e-3)
