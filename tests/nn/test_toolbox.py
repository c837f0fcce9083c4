"""Every setting of the toolbox in a short run on real digits: what it changes can be seen."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_core.config import GanLoss

Bytes = NDArray[np.uint8]
Run = tuple[Any, NDArray[np.float32]]


@pytest.fixture(scope="module")
def run(nn: SimpleNamespace, system: Callable[..., Any], digits: Bytes) -> Callable[..., Run]:
    """Train `quick-dcgan`, or another recipe, for a few steps; its state and metrics `[N, 4]`.

    Without compilation: each test needs a step of its own, and few of them.
    """

    def make(num_steps: int = 3, name: str = "quick-dcgan", **overrides: Any) -> Run:
        made = system(name, **overrides)
        state = nn.state.initial_state(made.recipe, made.config)
        step = nn.step.plain_step(made.recipe, made.config, state)
        batches = nn.batches.Batches(len(digits), nn.step.images_per_step(made.config), 0)
        rows = []
        for i in range(num_steps):
            images = nn.tensorflow.constant(digits[batches.indices(i)])
            rows.append(step(nn.tensorflow.constant(i, "int64"), images).numpy())
            state.step += 1
        return state, np.stack(rows)

    return make


def _weights(nn: SimpleNamespace, model: Any) -> NDArray[np.float32]:
    return np.concatenate([v.ravel() for v in nn.build.weights(model).values()])


def _distance(nn: SimpleNamespace, a: Any, b: Any) -> float:
    return float(np.linalg.norm(_weights(nn, a) - _weights(nn, b)))


@pytest.mark.parametrize("loss", get_args(GanLoss))
@pytest.mark.parametrize("d_batches", ["separate", "joint"])
def test_every_game_trains(run: Callable[..., Run], loss: str, d_batches: str) -> None:
    state, metrics = run(2, loss=loss, d_batches=d_batches, d_norm="none")
    assert np.isfinite(metrics).all()
    assert int(state.d_optimizer.iterations) == int(state.g_optimizer.iterations) == 2


def test_two_updates_a_step(run: Callable[..., Run]) -> None:
    state, metrics = run(2, d_batches="two_updates")
    assert int(state.d_optimizer.iterations) == 4
    assert np.isfinite(metrics).all()


@pytest.mark.parametrize("name", ["mlp-gan", "cifar-dcgan"])
def test_published_pairs_of_updates(run: Callable[..., Run], name: str) -> None:
    state, metrics = run(1, name=name, batch_size=4)
    assert int(state.d_optimizer.iterations) == 2
    assert int(state.g_optimizer.iterations) == 1
    assert np.isfinite(metrics).all()


def test_smoothing_raises_the_floor_of_ds_loss(run: Callable[..., Run]) -> None:
    """Against a target of 0.9 even a perfect D pays the entropy of 0.9."""
    options = {"d_lr": 3e-3, "g_lr": 1e-6, "d_hidden": 0}
    plain = run(18, **options)[1][-1, 0]
    smooth = run(18, **options, label_smoothing=0.1)[1][-1, 0]
    entropy = -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))
    assert plain < 0.2
    assert smooth > entropy > plain


def test_rates_are_apart(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    start, slow_d, slow_g = run(1)[0], run(1, d_lr=1e-6)[0], run(1, g_lr=1e-6)[0]
    assert _distance(nn, slow_d.generator, start.generator) == 0
    assert _distance(nn, slow_g.discriminator, start.discriminator) == 0
    assert _distance(nn, slow_d.discriminator, start.discriminator) > 0
    assert _distance(nn, slow_g.generator, start.generator) > 0


@pytest.mark.parametrize("schedule", ["exponential", "cosine", "cyclical"])
def test_schedules_move_the_rate(run: Callable[..., Run], schedule: str) -> None:
    """Twelve steps in all: after four a third of the run is over."""
    state, _ = run(5, lr_schedule=schedule)
    done = 4 / 12
    expected = {
        "exponential": 0.1**done,
        "cosine": 0.5 * (1 + np.cos(np.pi * done)),
        "cyclical": 0.1 + 0.9 * (1 - abs(1 - 2 * (done * 10 % 1))),
    }[schedule]
    assert float(state.g_optimizer.learning_rate) == pytest.approx(1e-3 * expected, rel=1e-4)
    assert float(state.d_optimizer.learning_rate) == pytest.approx(5e-4 * expected, rel=1e-4)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
def test_optimisers(nn: SimpleNamespace, run: Callable[..., Run], optimizer: str) -> None:
    state, metrics = run(2, optimizer=optimizer)
    kinds = {kind.__name__.lower() for kind in type(state.g_optimizer).__mro__}
    assert optimizer in kinds
    assert np.isfinite(metrics).all()


def test_weight_decay_shortens_the_weights(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    plain, decayed = run(4)[0], run(4, weight_decay=0.9, g_lr=1e-3, d_lr=5e-4)[0]
    for net in ("generator", "discriminator"):
        a, b = (nn.build.weights(state.networks[net]) for state in (plain, decayed))
        kernel = next(name for name in a if name.endswith("kernel"))
        assert np.linalg.norm(b[kernel]) < np.linalg.norm(a[kernel])


def test_clipping_bounds_the_first_move(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    """With plain SGD the first move is rate × gradient, and no longer than rate × the limit."""
    options = {"optimizer": "sgd", "beta_1": 0.0, "d_lr": 0.5, "g_lr": 1e-7}
    start = run(1, **{**options, "d_lr": 1e-7})[0].discriminator
    free = _trained(nn, run(1, **options)[0].discriminator, start)
    clipped = _trained(nn, run(1, grad_clip=0.01, **options)[0].discriminator, start)
    assert clipped == pytest.approx(0.5 * 0.01, rel=1e-2)
    assert free > 2 * clipped


def _trained(nn: SimpleNamespace, model: Any, start: Any) -> float:
    """How far the weights that are trained have moved; statistics of normalisation apart."""
    pairs = zip(model.trainable_variables, start.trainable_variables, strict=True)
    return float(np.sqrt(sum(np.sum((a.numpy() - b.numpy()) ** 2) for a, b in pairs)))


def test_dropout_makes_d_unsure(run: Callable[..., Run]) -> None:
    plain = run(12, d_lr=2e-3, g_lr=1e-6, d_norm="none")[1][-4:, 0].mean()
    dropped = run(12, d_lr=2e-3, g_lr=1e-6, d_norm="none", dropout=0.8)[1][-4:, 0].mean()
    assert dropped > 1.2 * plain


def test_noise_on_its_inputs_makes_d_unsure(run: Callable[..., Run]) -> None:
    options = {"d_lr": 2e-3, "g_lr": 1e-6, "d_norm": "none", "d_hidden": 0}
    plain = run(6, **options)[1][-3:, 0].mean()
    noisy = run(6, instance_noise=2.0, **options)[1][-3:, 0].mean()
    assert noisy > 1.1 * plain


def test_orthogonal_filters_overlap_less(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    def overlap(state: Any) -> float:
        kernels = nn.gan_step._kernels(state.generator)
        return float(nn.penalties.orthogonal(kernels))

    plain, kept = run(8)[0], run(8, orthogonal=0.5)[0]
    assert overlap(kept) < 0.9 * overlap(plain)


def test_the_diversity_term_spreads_images(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    latents = np.random.default_rng(0).standard_normal((32, 64)).astype(np.float32)

    def spread(state: Any) -> float:
        return float(np.asarray(state.generator(latents, training=False)).std(axis=0).mean())

    options = {"g_lr": 2e-3, "d_lr": 1e-5, "g_norm": "none"}
    plain, spread_out = run(6, **options)[0], run(6, mode_seeking=5.0, **options)[0]
    assert spread(spread_out) > 1.2 * spread(plain)


def test_d_steps(run: Callable[..., Run]) -> None:
    state, _ = run(2, d_steps=3)
    assert int(state.d_optimizer.iterations) == 6
    assert int(state.g_optimizer.iterations) == 2


def test_every_turn_of_d_draws_its_own_noise(
    nn: SimpleNamespace, system: Callable[..., Any]
) -> None:
    made = system(lesson="d_only", instance_noise=0.5, d_steps=2)
    state = nn.state.initial_state(made.recipe, made.config)
    step, zero = nn.step.plain_step(made.recipe, made.config, state), nn.tensorflow.constant(0)
    black = nn.tensorflow.zeros((8, 28, 28, 1))
    seen = [step._noise_images(zero, black.shape, turn) for turn in (0, 1)]
    for turn in (0, 1):
        seen += step._both_with_noise(zero, black, black, turn)
    drawn = np.stack([np.asarray(images).ravel() for images in seen])
    likeness = np.corrcoef(drawn) - np.eye(len(drawn))
    assert np.abs(likeness).max() < 0.1


def test_the_average_lags_behind(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    state, _ = run(6, ema=0.99)
    start = run(1, ema=0.99, g_lr=1e-7)[0]
    assert state.shown_generator is state.average
    to_average = _trained(nn, state.average, start.generator)
    to_newest = _trained(nn, state.generator, start.generator)
    assert 0 < to_average < to_newest


def test_a_critics_slopes_are_pulled_to_one(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    options = {
        "loss": "wasserstein-gp", "d_norm": "none", "d_lr": 2e-3, "g_lr": 1e-6, "init_std": 0.2,
    }  # fmt: skip

    def penalty(state: Any) -> float:
        rng = np.random.default_rng(0)
        tensor = nn.tensorflow.constant
        real, fake = (tensor(rng.normal(size=(8, 28, 28, 1)), "float32") for _ in range(2))
        mix = tensor(rng.random((8, 1, 1, 1)), "float32")
        critic = lambda x: state.discriminator(x, training=False)  # noqa: E731
        return float(nn.penalties.gradient_penalty(critic, real, fake, mix))

    free, held = run(12, gp_weight=0.0, **options)[0], run(12, gp_weight=10.0, **options)[0]
    assert penalty(held) < 0.5 * penalty(free)


def test_minibatch_discrimination_and_uniform_latents(run: Callable[..., Run]) -> None:
    state, metrics = run(2, minibatch_std="on", latent_distribution="uniform")
    assert np.isfinite(metrics).all()
    assert type(state.generator.layers[0]).__name__ == "ToUniform"


def test_initial_deviation(nn: SimpleNamespace, run: Callable[..., Run]) -> None:
    for std in (0.02, 0.3):
        state, _ = run(1, init_std=std, g_lr=1e-7, d_lr=1e-7)
        kernel = nn.build.weights(state.generator)["00_dense/kernel"]
        assert kernel.std() == pytest.approx(std, rel=0.02)


def test_cars_start_dense_layers_as_the_framework_does(
    nn: SimpleNamespace, run: Callable[..., Run]
) -> None:
    state, _ = run(1, name="cifar-dcgan", batch_size=2, g_lr=1e-7, d_lr=1e-7)
    found = nn.build.weights(state.generator)
    dense = next(value for name, value in found.items() if "dense/kernel" in name)
    conv = next(value for name, value in found.items() if "conv_transpose/kernel" in name)
    glorot = np.sqrt(6 / sum(dense.shape))
    assert np.abs(dense).max() == pytest.approx(glorot, rel=0.01)
    assert conv.std() == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize(("activation", "low"), [("tanh", -1.0), ("sigmoid", 0.0)])
def test_output_and_range(run: Callable[..., Run], activation: str, low: float) -> None:
    state, _ = run(1, output_activation=activation)
    images = np.asarray(state.generator(np.zeros((1, 64), np.float32), training=False))
    assert images.min() >= low


@pytest.mark.parametrize(
    ("lesson", "learns", "still"),
    [("d_only", "discriminator", "generator"), ("g_only", "generator", "discriminator")],
)
def test_a_lesson_leaves_one_network_alone(
    nn: SimpleNamespace, run: Callable[..., Run], lesson: str, learns: str, still: str
) -> None:
    start = run(1, g_lr=1e-7, d_lr=1e-7)[0]
    state, _ = run(3, lesson=lesson, g_lr=1e-2, d_lr=1e-2)
    assert _trained(nn, state.networks[still], start.networks[still]) < 1e-3
    assert _trained(nn, state.networks[learns], start.networks[learns]) > 1e-2


def test_d_alone_learns_to_tell_noise(run: Callable[..., Run]) -> None:
    """The text: 100 % and 100 % after about fifty batches."""
    _, metrics = run(50, name="mnist-dcgan", batch_size=24, lesson="d_only")
    assert metrics[-5:, 2:].mean() > 0.97
