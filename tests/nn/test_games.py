"""The games of G and D against NumPy, and what each of them pulls at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from numpy.typing import NDArray

from gan_core.config import GanLoss

LOSSES = get_args(GanLoss)
_quick = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
_logits = st_np.arrays(np.float32, (6, 1), elements=st.floats(-12, 12, width=32))


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-x))


def _reference(loss: str, x: NDArray[np.float64], target: float) -> tuple[float, float, float]:
    """D's loss on real, D's on generated, and G's: all on the same logits, in double precision."""
    p = _sigmoid(x)

    def entropy(t: float) -> float:
        return float(np.mean(t * np.logaddexp(0, -x) + (1 - t) * np.logaddexp(0, x)))

    def kl(t: float) -> float:
        wanted, found = np.clip(t, 1e-7, 1), np.clip(p, 1e-7, 1)
        return float(np.mean(wanted * np.log(wanted / found)))

    mean = float(x.mean())
    games = {
        "non-saturating": (entropy(target), entropy(0), entropy(1)),
        "minimax": (entropy(target), entropy(0), float(np.mean(np.log(1 - p)))),
        "least-squares": tuple(float(np.mean((x - t) ** 2)) for t in (target, 0, 1)),
        "hinge": (float(np.maximum(0, 1 - x).mean()), float(np.maximum(0, 1 + x).mean()), -mean),
        "wasserstein-gp": (-mean, mean, -mean),
        "kl": (kl(target), kl(0), entropy(1)),
    }
    return games[loss]  # type: ignore[return-value]


@pytest.mark.parametrize("loss", LOSSES)
@given(logits=_logits, target=st.sampled_from([1.0, 0.9]))
@_quick
def test_losses(
    nn: SimpleNamespace, loss: GanLoss, logits: NDArray[np.float32], target: float
) -> None:
    played, tensor = nn.losses.game(loss), nn.tensorflow.constant(logits)
    found = [float(played.real(tensor, target)), float(played.fake(tensor))]
    found.append(float(played.fool(tensor)))
    expected = _reference(loss, logits.astype(np.float64), target)
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5)


def test_none_is_the_non_saturating_game(nn: SimpleNamespace) -> None:
    assert nn.losses.game(None) is nn.losses.game("non-saturating")


@pytest.mark.parametrize("loss", LOSSES)
def test_which_way_they_pull(nn: SimpleNamespace, loss: GanLoss) -> None:
    """D wants real logits up and fake ones down, G wants its own up."""
    tf, played = nn.tensorflow, nn.losses.game(loss)
    logits = tf.Variable(np.array([[0.2], [0.7]], np.float32))
    losses = {
        "real": lambda: played.real(logits, 1.0),
        "fake": lambda: played.fake(logits),
        "fool": lambda: played.fool(logits),
    }
    for kind, loss_of in losses.items():
        with tf.GradientTape() as tape:
            value = loss_of()
        slope = tape.gradient(value, logits).numpy()
        if kind == "fake" and loss == "kl":
            assert np.abs(slope).max() < 1e-6  # its target is 0: nothing pulls
        else:
            assert (slope > 0).all() == (kind == "fake"), kind
            assert (slope != 0).all()


def test_the_saturating_game_starves_g(nn: SimpleNamespace) -> None:
    """Where D is sure of a fake, minimax leaves G no slope, the non-saturating game all of it."""
    tf = nn.tensorflow
    slopes = {}
    for loss in ("minimax", "non-saturating"):
        logits = tf.Variable([[-9.0]])
        with tf.GradientTape() as tape:
            value = nn.losses.game(loss).fool(logits)
        slopes[loss] = abs(float(tape.gradient(value, logits)[0, 0]))
    assert slopes["minimax"] < 2e-4
    assert slopes["non-saturating"] > 0.99


def test_accuracy_knows_each_games_border(nn: SimpleNamespace) -> None:
    tf = nn.tensorflow
    real, fake = tf.constant([[0.8], [0.4], [-1.0]]), tf.constant([[0.6], [0.2], [-3.0]])

    def shares(loss: GanLoss | None) -> list[float]:
        return [round(float(share), 3) for share in nn.losses.accuracies(real, fake, loss)]

    assert shares(None) == [0.667, 0.333]
    assert shares("hinge") == [0.667, 0.333]
    assert shares("least-squares") == [0.333, 0.667]
    assert shares("wasserstein-gp") == [0.667, 0.333]  # half way between the means: -0.333
