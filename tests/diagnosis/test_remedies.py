"""A remedy is a remedy: never the other way round, never refused, never nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_core.config import RunConfig
from gan_core.diagnosis import remedies, signs
from gan_core.diagnosis.rules import RULES, diagnose
from gan_core.diagnosis.verdict import Fork
from gan_core.evaluation import Figure
from gan_core.jobs.fork import fork_config
from gan_core.runs.store import RunStore
from tests.diagnosis.by_hand import forked, signals
from tests.diagnosis.test_rules import evaluated
from tests.runs_by_hand import config, in_state

NEAR = Figure(value=0.31, low=0.2, high=0.4)


def small(num_train: int, recipe: str = "mlp-gan", **settings: Any) -> RunConfig:
    """A run on so few images."""
    made = config(recipe, steps=9000, **settings)
    info = made.dataset.model_copy(update={"num_train": num_train})
    return made.model_copy(update={"dataset": info})


@pytest.mark.parametrize(
    ("remedy", "name", "had", "value"),
    [
        (remedies.more_variety, "mode_seeking", 10.0, 10.0),
        (remedies.more_variety, "mode_seeking", 0.1, 1.0),
        (remedies.tamed, "grad_clip", 0.1, 0.1),
        (remedies.tamed, "grad_clip", 5.0, 1.0),
        (remedies.tamed, "grad_clip", 0.0, 1.0),
        (remedies.less_by_heart, "instance_noise", 1.5, 2.0),
        (remedies.less_by_heart, "instance_noise", 0.2, 0.4),
        (remedies.less_by_heart, "weight_decay", 0.8, 1.0),
    ],
)
def test_a_value_moves_the_right_way_and_stays_within_its_bounds(
    remedy: Callable[..., dict], name: str, had: float, value: float
) -> None:
    assert remedy(signals(config(**{name: had})))[name] == value


EXTREME: tuple[dict[str, Any], ...] = (
    {"mode_seeking": 100.0, "grad_clip": 0.01, "instance_noise": 2.0, "weight_decay": 1.0},
    {"g_lr": 1.0, "d_lr": 1.0, "label_smoothing": 0.5, "beta_1": 0.999},
    {"g_lr": 1e-7, "d_lr": 1e-7, "loss": "hinge", "beta_1": 0.0},
)


@pytest.mark.parametrize("settings", EXTREME)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_at_the_bounds_too_each_can_be_forked(rule: Any, settings: dict, tmp_path: Path) -> None:
    run = in_state(RunStore(tmp_path), "stopped", steps=900, **settings)
    made = run.sound_config()
    action = rule.action(signals(made))
    if isinstance(action, Fork):
        assert action.changes
        assert not set(action.changes.items()) & set(made.settings.as_dict().items())
        fork_config(tmp_path, run, 100, action.changes, action.steps)


@pytest.mark.parametrize(
    ("num_train", "d_steps", "batch_size", "usual"),
    [(5000, 1, 4, 32), (100, 5, 4, 20), (20, 1, 4, 20), (10, 1, 4, 10)],
)
def test_a_batch_has_images_for_all_of_ds_turns(
    num_train: int, d_steps: int, batch_size: int, usual: int
) -> None:
    found = signals(small(num_train, batch_size=batch_size, d_steps=d_steps))
    said = diagnose(found)[0]
    assert said.name == "small_batch"
    assert f"batch size of {usual}" in str(said.advice)
    assert isinstance(said.action, Fork)
    assert said.action.changes == {"batch_size": usual}


def test_where_there_are_no_more_images_no_button_offers_them() -> None:
    said = diagnose(signals(small(6, batch_size=6)))[0]
    assert said.name == "small_batch"
    assert "needs more images" in str(said.advice)
    assert said.action is None


@pytest.mark.parametrize(
    ("recipe", "settings", "num"),
    [
        ("mlp-gan", {"batch_size": 12}, 12),  # in G alone, which trains on whole batches
        ("mlp-gan", {"batch_size": 12, "d_norm": "batch"}, 6),
        ("mlp-gan", {"batch_size": 12, "g_norm": "none", "d_norm": "batch"}, 6),
        ("mlp-gan", {"batch_size": 12, "d_norm": "batch", "d_batches": "joint"}, 12),
        ("mlp-gan", {"batch_size": 12, "g_norm": "none"}, None),
        ("quick-dcgan", {"batch_size": 6}, 6),
        ("quick-dcgan", {"batch_size": 6, "d_batches": "joint"}, 6),
        ("quick-dcgan", {"batch_size": 6, "g_norm": "none", "d_batches": "joint"}, 12),
    ],
)
def test_how_many_images_are_normalised_together(
    recipe: str, settings: dict, num: int | None
) -> None:
    found = signals(config(recipe, **settings))
    assert signs.images_per_norm(found) == num
    said = diagnose(found)[0]
    is_small = num is not None and num < 8
    assert (said.name == "small_batch") is is_small
    assert (f"only {num} images" in str(said.state)) is is_small


@pytest.mark.parametrize("begins", [0, 1000, 3000])
def test_what_is_known_by_heart_is_trained_for_less_time(begins: int, tmp_path: Path) -> None:
    made = config(steps=9000)
    run = in_state(RunStore(tmp_path), "stopped", steps=9000)
    copies = evaluated(4000, 50, memorisation=NEAR).model_copy(update={"depth": "full"})
    parent = forked(made, begins) if begins else made
    said = diagnose(signals(parent, step=4000, full=(copies,)))[0]
    assert said.name == "memorising"
    assert isinstance(said.action, Fork)
    assert said.action.steps == (4000 + begins) // 2
    first = max(said.action.at_most, begins)
    child = fork_config(tmp_path, run, first, said.action.changes, said.action.steps)
    assert first < child.total_steps < 4000
