"""Learning rates, noise and averaging in the course of a run; the optimisers themselves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

TOTAL = 1000


def _factors(nn: SimpleNamespace, schedule: str | None, steps: list[int]) -> list[float]:
    tf = nn.tensorflow
    return [float(nn.schedules.factor(schedule, tf.constant(s, tf.int64), TOTAL)) for s in steps]


@pytest.mark.parametrize(
    ("schedule", "at_0", "at_25", "at_500", "at_1000"),
    [
        (None, 1, 1, 1, 1),
        ("constant", 1, 1, 1, 1),
        ("exponential", 1, 0.1**0.025, 0.1**0.5, 0.1),
        ("cosine", 1, 0.5 * (1 + np.cos(np.pi * 0.025)), 0.5, 0),
        ("cyclical", 0.1, 0.55, 0.1, 0.1),
    ],
)
def test_schedules(
    nn: SimpleNamespace,
    schedule: str | None,
    at_0: float,
    at_25: float,
    at_500: float,
    at_1000: float,
) -> None:
    found = _factors(nn, schedule, [0, 25, 500, 1000])
    np.testing.assert_allclose(found, [at_0, at_25, at_500, at_1000], atol=1e-5)


def test_a_cycle_has_its_peak_in_the_middle(nn: SimpleNamespace) -> None:
    assert _factors(nn, "cyclical", [50, 150, 950]) == pytest.approx([1, 1, 1], abs=1e-4)


def test_beyond_the_end_a_schedule_stays(nn: SimpleNamespace) -> None:
    assert _factors(nn, "cosine", [2000]) == pytest.approx([0], abs=1e-6)
    assert _factors(nn, "exponential", [2000]) == pytest.approx([0.1])


def test_noise_falls_in_a_straight_line(nn: SimpleNamespace) -> None:
    level = [
        float(nn.schedules.noise_level(0.4, nn.tensorflow.constant(s), TOTAL))
        for s in (0, 250, 1000, 5000)
    ]
    assert level == pytest.approx([0.4, 0.3, 0, 0])


def test_the_average_forgets_its_beginning(nn: SimpleNamespace) -> None:
    keep = [float(nn.schedules.ema_decay(0.99, nn.tensorflow.constant(s))) for s in (0, 8, 10_000)]
    assert keep == pytest.approx([0.1, 0.5, 0.99])


def _moved(nn: SimpleNamespace, gradient: float, name: str = "kernel", **options: Any) -> float:
    """How far one step moves a weight of 1."""
    keras = nn.keras
    weight = keras.Variable(np.ones(1, np.float32), name=name)
    optimizer = nn.optimizers.make_optimizer(options.pop("kind", "adam"), 0.1, **options)
    optimizer.apply([nn.tensorflow.constant([gradient])], [weight])
    return 1 - float(weight.numpy()[0])


def test_adam_is_keras_adam(nn: SimpleNamespace) -> None:
    made = nn.optimizers.make_optimizer(None, 2e-4, beta_1=0.5)
    plain = nn.keras.optimizers.Adam(2e-4, beta_1=0.5)
    assert made.get_config() == plain.get_config() | {"name": made.name}


def test_first_moves(nn: SimpleNamespace) -> None:
    assert _moved(nn, 7.0) == pytest.approx(0.1, rel=1e-3)  # Adam: the rate, whatever the size
    assert _moved(nn, 7.0, kind="rmsprop") == pytest.approx(0.1 / np.sqrt(0.1), rel=1e-3)
    assert _moved(nn, 0.5, kind="sgd", beta_1=0.5) == pytest.approx(0.05, rel=1e-5)


def test_clipping_bounds_the_whole_gradient(nn: SimpleNamespace) -> None:
    assert _moved(nn, 7.0, kind="sgd", grad_clip=2.0) == pytest.approx(0.2, rel=1e-5)
    assert _moved(nn, 1.0, kind="sgd", grad_clip=2.0) == pytest.approx(0.1, rel=1e-5)


def test_weight_decay_spares_biases_and_norms(nn: SimpleNamespace) -> None:
    decayed = _moved(nn, 0.0, kind="sgd", weight_decay=0.5)
    assert decayed == pytest.approx(0.1 * 0.5, rel=1e-5)
    for name in ("bias", "gamma", "beta"):
        assert _moved(nn, 0.0, name=name, kind="sgd", weight_decay=0.5) == 0
