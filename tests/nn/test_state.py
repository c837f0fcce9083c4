"""Training state: everything, to the bit, or refused whole."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gan_core.errors import DamagedError
from gan_core.runs import checkpoints
from gan_core.runs.layout import RunPaths


def _randomise(state: Any) -> None:
    """Give every variable a value that no fresh state has."""
    rng = np.random.default_rng(0)
    for _, variable in state.variables():
        kind = np.dtype(variable.dtype)
        values = rng.integers(1, 2**31, variable.shape)
        if kind.kind == "f":
            values = values / 2.0**31
        variable.assign(values.astype(kind))


@pytest.mark.parametrize("overrides", [{"dropout": 0.3}, {"precision": "mixed_bfloat16"}])
def test_everything_round_trips_through_a_file(
    nn: SimpleNamespace,
    system: Callable[..., Any],
    paths: RunPaths,
    overrides: dict[str, Any],
) -> None:
    made = system(**overrides)
    saved = nn.state.initial_state(made.recipe, made.config)
    _randomise(saved)
    saved.step, saved.elapsed_secs = 1234, 56.789
    checkpoints.save(paths, saved.step, saved.to_arrays())
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    fresh = nn.state.initial_state(made.recipe, made.config)
    fresh.restore(loaded.arrays)
    assert (fresh.step, fresh.elapsed_secs) == (1234, 56.789)
    for (name, a), (same, b) in zip(saved.variables(), fresh.variables(), strict=True):
        assert name == same
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), name


def test_nothing_is_forgotten(nn: SimpleNamespace, system: Callable[..., Any]) -> None:
    """Every variable that Keras knows is in it, but for the learning rates."""
    made = system(dropout=0.3)
    state = nn.state.initial_state(made.recipe, made.config)
    nets = (state.generator, state.discriminator, state.average)
    owners = (*nets, state.g_optimizer, state.d_optimizer)
    known = {id(variable) for owner in owners for variable in owner.variables}
    known -= {id(o.learning_rate) for o in (state.g_optimizer, state.d_optimizer)}
    named = dict(state.variables())
    assert {id(variable) for variable in named.values()} == known
    arrays = state.to_arrays()
    assert sum("seed_generator_state" in name for name in arrays) == 2
    assert arrays["g_optimizer/000_iteration"].shape == ()
    assert not any("learning_rate" in name for name in arrays)


def test_a_copy_does_not_move(nn: SimpleNamespace, system: Callable[..., Any]) -> None:
    made = system()
    state = nn.state.initial_state(made.recipe, made.config)
    arrays = state.to_arrays()
    before = {name: array.copy() for name, array in arrays.items()}
    _randomise(state)
    assert all(np.array_equal(arrays[name], before[name]) for name in arrays)


@pytest.mark.parametrize(
    "overrides",
    [{"dropout": 0.3}, {"latent_size": 32}, {"d_norm": "none"}, {"upsampling": "nearest"}],
)
def test_another_networks_checkpoint_is_refused(
    nn: SimpleNamespace, system: Callable[..., Any], overrides: dict[str, Any]
) -> None:
    ours, theirs = system(), system(**overrides)
    state = nn.state.initial_state(ours.recipe, ours.config)
    before = state.to_arrays()
    foreign = nn.state.initial_state(theirs.recipe, theirs.config).to_arrays()
    with pytest.raises(DamagedError, match="does not fit this run's networks"):
        state.restore(foreign)
    after = state.to_arrays()
    assert all(after[name].tobytes() == before[name].tobytes() for name in before)


@pytest.mark.parametrize("gone", ["step", "elapsed_secs", "generator/00_dense/kernel"])
def test_an_incomplete_checkpoint_is_refused(
    nn: SimpleNamespace, system: Callable[..., Any], gone: str
) -> None:
    made = system()
    state = nn.state.initial_state(made.recipe, made.config)
    arrays = state.to_arrays()
    del arrays[gone]
    with pytest.raises(DamagedError):
        state.restore(arrays)


def test_learning_rates_are_settings(nn: SimpleNamespace, system: Callable[..., Any]) -> None:
    """A fork takes the state and keeps its own rates."""
    parent, child = system(), system(g_lr=5e-5, d_lr=6e-5, beta_1=0.1)
    state = nn.state.initial_state(child.recipe, child.config)
    state.restore(nn.state.initial_state(parent.recipe, parent.config).to_arrays())
    assert float(state.g_optimizer.learning_rate) == pytest.approx(5e-5)
    assert float(state.d_optimizer.learning_rate) == pytest.approx(6e-5)
