"""The light evaluation: when it is made, that training does not notice, and when it ends a run."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core import data
from gan_core.metrics.evaluate import exactly
from gan_core.recipes import registry
from gan_core.recipes.evaluating import steps_that_pay
from gan_core.runs import checkpoints, evaluations, metrics
from gan_core.runs.files import write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.sheet import write_sheet

BATCH, EVERY, STEPS = 256, 15, 45
SLOW = 1.0  # images a second of a recipe beside which an evaluation is nothing


@pytest.fixture(scope="module")
def run(nn: SimpleNamespace, system: Callable[..., Any]) -> Callable[..., Any]:
    """Train the smallest system on digits, with evaluations or without; return its trainer."""

    def trained(
        paths: RunPaths, *, is_evaluated: bool = True, stop_at: int | None = None, **overrides: Any
    ) -> Any:
        given = {"batch_size": BATCH, "snapshot_every": EVERY, "log_every": EVERY, **overrides}
        made = system("vae", **given)
        recipe = dataclasses.replace(made.recipe, sheet_every=EVERY, reference_images_per_s=SLOW)
        config = made.config.model_copy(update={"total_steps": STEPS})
        state = nn.state.initial_state(recipe, config)
        found = checkpoints.load_newest(paths)
        if found is not None:
            state.restore(found.arrays)
        metrics.truncate_after(paths.metrics, state.step)
        evaluations.truncate_after(paths, state.step)
        dataset = data.load(config.dataset, paths.root)
        evaluator = nn.evaluating.Evaluator(paths, recipe, config, state, dataset)
        hooks = nn.trainer.Hooks(
            request=lambda: "stop" if state.step == stop_at else None,
            at_step=lambda step: None,
            write_sheet=lambda step, images, p_real: write_sheet(
                paths.sample(step), images, recipe.sheet_columns, p_real
            ),
            pins=lambda: (),
            clock=lambda: 0.0,
            watcher=nn.watching.Watcher(paths, recipe, config, dataset.train_images, lambda: None),
            evaluator=evaluator if is_evaluated else None,
        )
        trainer = nn.trainer.Trainer(paths, recipe, config, state, dataset, hooks)
        with metrics.MetricLog(paths.metrics) as log:
            if trainer.train(log) is None:
                trainer.finish(log)
            else:
                trainer.checkpoint(log)
        trainer.close()
        return trainer

    return trained


@pytest.fixture(scope="module")
def whole(run: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The trainer of a run from its first step to its last."""
    paths = RunPaths(tmp_path_factory.mktemp("whole") / "run")
    paths.make_folders()
    return run(paths)


def made(paths: RunPaths) -> list[dict[str, Any]]:
    """The evaluations of a run, without how long they took."""
    return [one.model_dump(exclude={"secs"}) for one in evaluations.light(paths)]


def folder(paths: RunPaths, name: str) -> RunPaths:
    found = RunPaths(paths.root.parent / name)
    found.make_folders()
    return found


def test_snapshots_are_evaluated_and_training_does_not_notice(
    run: Callable[..., Any], whole: Any, paths: RunPaths
) -> None:
    found = evaluations.light(whole.paths)
    assert [one.step for one in found] == [EVERY, 2 * EVERY, STEPS]
    assert {one.features.name for one in found} == {"digit features"}
    for one in found:
        assert (one.num_images, one.num_real, one.real) == (1000, 1000, "training")
        assert one.fid is not None
        assert one.kid is not None
        assert one.classes is not None
    assert found[-1].fid != found[0].fid
    run(paths, is_evaluated=False)
    assert evaluations.light(paths) == []
    expected, plain = (checkpoints.load_newest(each) for each in (whole.paths, paths))
    assert expected is not None
    assert plain is not None
    for name, array in expected.arrays.items():
        if name != "elapsed_secs":
            np.testing.assert_array_equal(plain.arrays[name], array, name)


def test_a_resumed_run_has_the_same_evaluations(
    run: Callable[..., Any], whole: Any, paths: RunPaths
) -> None:
    run(paths, stop_at=2 * EVERY)
    # As a kill between the snapshot and its evaluation leaves it.
    (paths.evaluations / str(2 * EVERY) / "light.json").unlink()
    evaluations.write(paths, evaluations.light(whole.paths)[-1])  # of a step that is done again
    run(paths)
    assert made(paths) == made(whole.paths)


def test_patience_ends_a_run_and_new_patience_lets_it_go_on(
    run: Callable[..., Any], paths: RunPaths
) -> None:
    run(paths, early_stopping=1, stop_at=EVERY)
    (first,) = evaluations.light(paths)
    best = first.model_copy(update={"fid": exactly(0.0)})  # nothing to come is better
    evaluations.write(paths, best)
    trainer = run(paths, early_stopping=1)
    assert trainer.state.step == 2 * EVERY
    assert trainer.stops_early
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert loaded.step == 2 * EVERY
    assert run(paths, early_stopping=1).state.step == 2 * EVERY, "nor does a restart go on"
    evaluations.go_on_from(paths, 2 * EVERY)
    assert run(paths, early_stopping=1).state.step == STEPS
    assert evaluations.best_step(paths) == EVERY


@given(
    rate=st.floats(10, 30_000),
    batch=st.sampled_from([32, 64, 128, 256]),
    every=st.integers(1, 3000),
    total=st.integers(1, 20_000),
)
@settings(max_examples=40, deadline=None)
def test_evaluations_are_paid_for(
    nn: SimpleNamespace, system: Callable[..., Any], rate: float, batch: int, every: int, total: int
) -> None:
    """Between two of them lies the training that one costs a twentieth of; the last is extra."""
    made = system("quick-dcgan", batch_size=batch, snapshot_every=every)
    recipe = dataclasses.replace(registry.get("quick-dcgan"), reference_images_per_s=rate)
    config = made.config.model_copy(update={"total_steps": total})
    state = SimpleNamespace(shown_generator=None)
    images = np.zeros((100, 28, 28, 1), np.uint8)
    dataset = SimpleNamespace(train_images=images)
    evaluator = nn.evaluating.Evaluator(None, recipe, config, state, dataset)
    pays = steps_that_pay(recipe, config)
    sheet = recipe.sheet_every
    doubling = [sheet * 2**i for i in range(16) if sheet * 2**i < every]
    steps = sorted({*range(every, total, every), *doubling} - {total})
    due = [step for step in steps if step < total and evaluator.is_due(step)]
    assert all(later - sooner >= pays for sooner, later in itertools.pairwise(due))
    assert all(step >= pays for step in due)
    assert evaluator.is_due(total) is (total >= pays)


@pytest.mark.parametrize(("name", "is_variational"), [("vae", True), ("autoencoder", False)])
def test_codes_are_measured_too(
    nn: SimpleNamespace,
    system: Callable[..., Any],
    paths: RunPaths,
    name: str,
    is_variational: bool,
) -> None:
    """Light by the networks in memory, in full by the snapshot's: alike."""
    made = system(name)
    state = nn.state.initial_state(made.recipe, made.config)
    nn.snapshot.write_snapshot(paths, made.recipe, made.config, state)
    write_json(paths.config, made.config.to_json())
    dataset = data.load(made.config.dataset, paths.root)
    light = nn.evaluating.Evaluator(paths, made.recipe, made.config, state, dataset).measured(0)
    full = nn.full_evaluation.make(paths, 0, paths.root, ("kid",), 1000, None)
    assert light.latent is not None
    assert full.latent is not None
    assert full.latent.reconstruction == pytest.approx(light.latent.reconstruction, rel=1e-3)
    assert (light.latent.kl is not None) == (full.latent.kl is not None) == is_variational
    assert len(full.latent.kl_dims) == (2 if is_variational else 0)
    assert full.latent.num_active == light.latent.num_active
