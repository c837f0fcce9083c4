"""Rewritten layers and the fused optimiser compute what the plain ones do; the choice is kept."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.recipes import registry
from gan_core.recipes.layers import Conv
from gan_core.runs.layout import RunPaths


@pytest.fixture(scope="module")
def choice(nn: SimpleNamespace) -> Any:
    return importlib.import_module("gan_core.nn.layer_kernels")


def _slopes(tf: Any, layer: Any, images: Any) -> list[Any]:
    """Values, gradients, and the gradient of the gradient's length, as penalties need it."""
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(images)
        with tf.GradientTape() as inner:
            inner.watch(images)
            made = layer(images)
            total = tf.reduce_sum(tf.sin(made))
        slope = inner.gradient(total, images)
        length = tf.reduce_sum(tf.square(slope))
    first = outer.gradient(total, [images, *layer.trainable_variables])
    second = outer.gradient(length, [images, *layer.trainable_variables])
    return [made, slope, *first, *(s for s in second if s is not None)]


@pytest.mark.parametrize(
    ("kernel", "filters", "channels"), [(7, 1, 16), (4, 1, 5), (3, 3, 8), (2, 2, 3), (5, 4, 6)]
)
def test_a_convolution_by_columns_is_the_plain_one(
    nn: SimpleNamespace, kernel: int, filters: int, channels: int
) -> None:
    tf, rng = nn.tensorflow, np.random.default_rng(kernel)
    images = tf.constant(rng.normal(size=(3, 9, 6, channels)).astype(np.float32))
    plain = nn.keras.layers.Conv2D(filters, kernel, padding="same")
    rewritten = nn.row_conv.RowConv2D(filters, kernel, padding="same")
    for layer in (plain, rewritten):
        layer.build(images.shape)
    rewritten.set_weights(plain.get_weights())
    found, wanted = (_slopes(tf, layer, images) for layer in (rewritten, plain))
    assert len(found) == len(wanted) == 8
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-5 * np.abs(b).max())


def test_adam_in_one_kernel_is_keras_adam(nn: SimpleNamespace) -> None:
    rng = np.random.default_rng(0)
    steps = [rng.normal(size=(5, 3)).astype(np.float32) * 0.1**i for i in range(6)]
    kinds = (nn.optimizers.FusedAdam, nn.keras.optimizers.Adam)
    ends = []
    for kind in kinds:
        optimizer = kind(1e-2, beta_1=0.5, weight_decay=0.01, global_clipnorm=1.0)
        variable = nn.keras.Variable(np.ones((5, 3), np.float32), name="kernel")
        optimizer.build([variable])
        for gradient in steps:
            optimizer.apply_gradients([(nn.tensorflow.constant(gradient), variable)])
        names = [v.name for v in optimizer.variables]
        ends.append((names, [np.asarray(v) for v in [variable, *optimizer.variables]]))
    assert ends[0][0] == ends[1][0]
    for a, b in zip(ends[0][1], ends[1][1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-8)


def test_a_run_trains_alike_with_either_layer(
    nn: SimpleNamespace, system: Callable[..., Any], choice: Any, digits: Any
) -> None:
    made = system("mnist-dcgan", batch_size=4)
    layers = choice.choose(made.recipe, made.config, {}, lambda *_: 9.0)
    assert layers == ("generator/07_conv",)
    losses, states = [], []
    for rewritten in ((), layers):
        kernels = made.config.kernels.model_copy(update={"rewritten": rewritten})
        config = made.config.model_copy(update={"kernels": kernels})
        state = nn.state.initial_state(made.recipe, config)
        steps = nn.step.make_steps(config, nn.step.plain_step(made.recipe, config, state))
        images = nn.tensorflow.constant(digits[:8].reshape(2, 4, 28, 28, 1))
        losses.append(steps(nn.tensorflow.constant(0, "int64"), images).numpy())
        states.append(state)
    np.testing.assert_allclose(*losses, atol=1e-3)
    plain, fast = states
    assert plain.to_arrays().keys() == fast.to_arrays().keys()
    fast.restore(plain.to_arrays())  # checkpoints go both ways
    plain.restore(fast.to_arrays())


def test_the_choice_is_measured_once_and_written_down(
    choice: Any, system: Callable[..., Any], paths: RunPaths
) -> None:
    made = system("mnist-dcgan", batch_size=2)
    kernels = made.config.kernels.model_copy(update={"rewritten": "measure"})
    config = made.config.model_copy(update={"kernels": kernels})
    settled = choice.settled(paths, made.recipe, config)
    assert settled.kernels.rewritten in {(), ("generator/07_conv",)}
    written = json.loads(paths.config.read_text())
    assert RunConfig.from_json(written) == settled
    assert choice.settled(paths, made.recipe, settled) is settled
    known = choice.remembered(paths.root.parent, config.versions)
    assert list(known) == ["28x28x128 7x7x1 float32 cpu"]
    assert choice.remembered(paths.root.parent, {"tensorflow": "another"}) == {}
    (paths.root.parent / choice.CACHE_NAME).write_text("{")
    assert choice.remembered(paths.root.parent, config.versions) == {}


def test_only_layers_with_few_maps_are_measured(choice: Any, system: Callable[..., Any]) -> None:
    asked: list[Conv] = []

    def measure(layer: Conv, *_: object) -> float:
        asked.append(layer)
        return 1.0

    for name in registry.names():
        made = system(name)
        assert choice.choose(made.recipe, made.config, {}, measure) == ()
    assert [(layer.kernel, layer.filters) for layer in asked] == [(7, 1)]
