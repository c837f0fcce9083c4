"""The training step: what it computes, that both networks learn, that it repeats itself."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.nn.test_numbers import reference_cross_entropy

Bytes = NDArray[np.uint8]
Arrays = dict[str, NDArray[Any]]


class Bench:
    """A state with its step, fed with real digits."""

    def __init__(self, nn: SimpleNamespace, system: Any, digits: Bytes, *, eager: bool = False):
        self._tf = nn.tensorflow
        recipe, config = system.recipe, system.config
        self.state = nn.state.initial_state(recipe, config)
        plain = nn.step.plain_step(recipe, config, self.state)
        self._steps = None if eager else nn.step.make_steps(config, plain)
        self._plain = plain
        self._images = digits[:200]
        self._batches = nn.batches.Batches(200, nn.step.images_per_step(config), 3)

    def run(self, num_steps: int, *, a_call: int = 1) -> NDArray[np.float32]:
        """Metrics float32 `[num_steps, 4]`, of calls with at most so many steps."""
        rows: list[NDArray[np.float32]] = []
        while len(rows) < num_steps:
            first = self.state.step
            some = range(first, first + min(a_call, num_steps - len(rows)))
            images = np.stack([self._images[self._batches.indices(i)] for i in some])
            rows.extend(self._call(self._tf.constant(first, "int64"), images))
            self.state.step += len(some)
        return np.stack(rows)

    def _call(self, first: Any, images: Bytes) -> Any:
        if self._steps is not None:
            return self._steps(first, self._tf.constant(images)).numpy()
        return [self._plain(first, self._tf.constant(images[0])).numpy()]


@pytest.fixture(scope="module")
def bench(nn: SimpleNamespace, digits: Bytes, system: Callable[..., Any]) -> Callable[..., Bench]:
    """Make a `Bench` from a recipe's name and settings."""

    def make(name: str = "quick-dcgan", *, eager: bool = False, **overrides: Any) -> Bench:
        return Bench(nn, system(name, **overrides), digits, eager=eager)

    return make


def _changed(before: Arrays, after: Arrays) -> set[str]:
    return {name for name in before if before[name].tobytes() != after[name].tobytes()}


def _trainable(arrays: Arrays, network: str) -> set[str]:
    kinds = ("kernel", "bias", "gamma", "beta")
    return {n for n in arrays if n.startswith(f"{network}/") and n.endswith(kinds)}


def test_one_seed_one_run(bench: Callable[..., Bench]) -> None:
    benches = [bench(dropout=0.3) for _ in range(2)]
    losses = [made.run(4) for made in benches]
    assert losses[0].tobytes() == losses[1].tobytes()
    a, b = (made.state.to_arrays() for made in benches)
    assert not _changed(a, b)
    assert np.isfinite(losses[0]).all()


@pytest.mark.parametrize("jit", [False, True])
def test_how_steps_are_cut_into_calls_does_not_show(
    nn: SimpleNamespace, system: Callable[..., Any], digits: Bytes, jit: bool
) -> None:
    benches = [Bench(nn, system("mlp-gan", jit=jit, dropout=0.3), digits) for _ in range(2)]
    one_by_one, in_threes = benches[0].run(7), benches[1].run(7, a_call=3)
    assert one_by_one.tobytes() == in_threes.tobytes()
    assert not _changed(*(made.state.to_arrays() for made in benches))


@pytest.mark.parametrize(
    ("name", "batch_size"),
    [("quick-dcgan", 8), ("mnist-dcgan", 4)],
)
def test_eager_and_compiled_agree(bench: Callable[..., Bench], name: str, batch_size: int) -> None:
    settings = {"batch_size": batch_size, "dropout": 0.3}
    eager, compiled = (bench(name, eager=e, **settings).run(2) for e in (True, False))
    np.testing.assert_allclose(eager[0], compiled[0], atol=1e-5)
    # Adam divides each gradient by its own size, so rounding grows from step to step.
    np.testing.assert_allclose(eager[1], compiled[1], atol=1e-3)


def test_xla_steps(bench: Callable[..., Bench]) -> None:
    benches = [bench(jit=True) for _ in range(2)]
    losses = [made.run(2) for made in benches]
    assert np.isfinite(losses[0]).all()
    assert losses[0].tobytes() == losses[1].tobytes()
    assert not _changed(*(made.state.to_arrays() for made in benches))


@pytest.mark.parametrize(
    ("name", "batch_size"),
    [("quick-dcgan", 8), ("mnist-dcgan", 4)],
)
def test_both_networks_learn_once_a_step(
    bench: Callable[..., Bench], name: str, batch_size: int
) -> None:
    made = bench(name, batch_size=batch_size, g_lr=3e-3, d_lr=2e-4, dropout=0.2)
    before = made.state.to_arrays()
    made.run(1)
    after = made.state.to_arrays()
    changed = _changed(before, after)
    assert _trainable(before, "generator") <= changed
    assert _trainable(before, "discriminator") <= changed
    assert int(made.state.g_optimizer.iterations) == 1
    assert int(made.state.d_optimizer.iterations) == 1
    assert any("seed_generator_state" in found for found in changed)
    # Adam's first move is as long as the learning rate, whatever the gradient's size.
    for network, rate in (("generator", 3e-3), ("discriminator", 2e-4)):
        for weight in _trainable(before, network):
            longest = np.abs(after[weight] - before[weight]).max()
            assert 0.5 * rate < longest < 1.001 * rate, weight


def test_batch_statistics_move(bench: Callable[..., Bench]) -> None:
    made = bench()
    before = made.state.to_arrays()
    made.run(1)
    after = made.state.to_arrays()
    for name in before:
        if name.endswith(("moving_mean", "moving_variance")):
            assert _changed({name: before[name]}, {name: after[name]})


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_simultaneous_losses_by_hand(
    nn: SimpleNamespace,
    bench: Callable[..., Bench],
    system: Callable[..., Any],
    digits: Bytes,
    smoothing: float,
) -> None:
    """The step's numbers, from the networks of a second, equal state and NumPy."""
    overrides = {"label_smoothing": smoothing}
    d_loss, g_loss, acc_real, acc_fake = bench(**overrides).run(1)[0]
    state = bench(**overrides).state
    config = system(**overrides).config
    indices = nn.batches.Batches(200, 8, 3).indices(0)
    latents = nn.seeds.normal(
        (8, 64), nn.seeds.key(config.seed, "latents"), nn.tensorflow.constant(0)
    )
    real_images = digits[indices].astype(np.float32) / 127.5 - 1
    real = np.asarray(state.discriminator(real_images, training=True))
    fake = np.asarray(state.discriminator(state.generator(latents, training=True), training=True))
    by_hand = reference_cross_entropy(real, 1 - smoothing) + reference_cross_entropy(fake, 0.0)
    assert d_loss == pytest.approx(by_hand, rel=1e-5)
    assert g_loss == pytest.approx(reference_cross_entropy(fake, 1.0), rel=1e-5)
    assert acc_real == pytest.approx((real > 0).mean())
    assert acc_fake == pytest.approx((fake < 0).mean())


def test_stacked_losses_by_hand(
    nn: SimpleNamespace, bench: Callable[..., Bench], system: Callable[..., Any], digits: Bytes
) -> None:
    """D's loss on half a batch of each kind, then G's against the D just updated."""
    overrides = {"batch_size": 4, "dropout": 0.0, "label_smoothing": 0.1}
    stepped = bench("mnist-dcgan", **overrides)
    d_loss, g_loss, acc_real, acc_fake = stepped.run(1)[0]
    state = bench("mnist-dcgan", **overrides).state
    config, zero = system("mnist-dcgan", **overrides).config, nn.tensorflow.constant(0)
    real_images = digits[nn.batches.Batches(200, 4, 3).indices(0)[:2]] / 255.0
    d_latents = nn.seeds.normal((2, 100), nn.seeds.key(config.seed, "d latents"), zero)
    real = np.asarray(state.discriminator(real_images.astype(np.float32)))
    fake = np.asarray(state.discriminator(state.generator(d_latents)))
    by_hand = (reference_cross_entropy(real, 0.9) + reference_cross_entropy(fake, 0.0)) / 2
    assert d_loss == pytest.approx(by_hand, rel=1e-5)
    assert (acc_real, acc_fake) == ((real > 0).mean(), (fake < 0).mean())
    g_latents = nn.seeds.normal((4, 100), nn.seeds.key(config.seed, "g latents"), zero)
    judged = np.asarray(stepped.state.discriminator(state.generator(g_latents)))
    assert g_loss == pytest.approx(reference_cross_entropy(judged, 1.0), rel=1e-4)


def test_g_wins_against_a_d_that_stands_still(bench: Callable[..., Bench]) -> None:
    """Gradients point the right way: with D all but frozen, G's loss falls."""
    losses = bench(g_lr=2e-3, d_lr=1e-7, d_norm="none", d_hidden=0).run(25)[:, 1]
    assert losses[-5:].mean() < losses[:5].mean() - 0.02


def test_d_wins_against_a_g_that_stands_still(bench: Callable[..., Bench]) -> None:
    metrics = bench(g_lr=1e-7, d_lr=1e-3, d_hidden=0).run(25)
    assert metrics[-5:, 0].mean() < 0.5 * metrics[:5, 0].mean()
    assert metrics[-5:, 2:].mean() > 0.9


def test_steps_as_on_a_gpu(bench: Callable[..., Bench]) -> None:
    """Half the precision, float32 weights, XLA, several steps a call."""
    made = bench(precision="mixed_bfloat16", batch_size=2, jit=True)
    before = made.state.to_arrays()
    metrics = made.run(2, a_call=2)
    after = made.state.to_arrays()
    assert metrics.dtype == np.float32
    assert np.isfinite(metrics).all()
    assert _trainable(before, "generator") <= _changed(before, after)
    assert {array.dtype for name, array in after.items() if "kernel" in name} == {np.dtype("f4")}
