"""A sweep: ordinary runs that differ in a few settings, queued together and named after them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gan_core import data
from gan_core.access.people import Person
from gan_core.config import RunConfig, SettingValue, Sweep
from gan_core.jobs import line, machine, own_sets
from gan_core.jobs.launch import ensure_supervisor, write_queued
from gan_core.jobs.plan import plan
from gan_core.recipes import registry
from gan_core.recipes.resolve import check_combination, resolve, resolve_settings
from gan_core.recipes.search import Point
from gan_core.runs.status import utc_now
from gan_core.runs.store import MAX_NAME_LENGTH, RunStore, RunView

_ROOM_FOR_VALUES = 70


@dataclass(frozen=True, kw_only=True)
class Base:
    """What all runs of a sweep have in common.

    Attributes:
        recipe, dataset, overrides, steps, epochs, seed: as for `plan`.
    """

    recipe: str
    dataset: str | None = None
    overrides: Mapping[str, SettingValue]
    steps: int | None = None
    epochs: float | None = None
    seed: int = 0


def plan_sweep(
    base: Base,
    points: Sequence[Point],
    *,
    by: Person,
    runs_dir: Path,
    data_dir: Path,
    mirror: str | None = None,
    progress: data.Progress | None = None,
    pictures: own_sets.Progress | None = None,
) -> list[RunConfig]:
    """A run for each point, all judged before any is queued.

    Args:
        base: what they have in common.
        points: in what they differ; at least one, all of the same settings.
        by, runs_dir, data_dir, mirror, progress, pictures: as for `plan`.

    Raises:
        NotAllowedError: the role of `by` does not train.
        BadInputError: names the setting, what was given and what is allowed.
        OfflineError: the data set has to be downloaded and cannot be.
    """
    by.require("train")
    recipe = registry.get(base.recipe)
    of_recipe = {name: value for name, value in base.overrides.items() if name in recipe.defaults}
    device = machine.device(runs_dir)
    for point in points:  # before a data set is fetched for the first of them
        check_combination(resolve_settings(recipe, {**of_recipe, **point}, gpu=device == "gpu"))
    first = plan(
        base.recipe,
        base.dataset,
        {**base.overrides, **points[0]},
        by=by,
        runs_dir=runs_dir,
        data_dir=data_dir,
        steps=base.steps,
        epochs=base.epochs,
        seed=base.seed,
        mirror=mirror,
        progress=progress,
        pictures=pictures,
    )
    mark = Sweep(id=secrets.token_hex(6), names=tuple(points[0]))
    return [
        resolve(
            recipe,
            first.dataset,
            {**of_recipe, **point},
            kernels=machine.kernels(recipe, device),
            versions=first.versions,
            now=utc_now(),
            steps=base.steps,
            epochs=base.epochs,
            seed=base.seed,
        ).model_copy(update={"sweep": mark})
        for point in points
    ]


def submit_sweep(
    store: RunStore, configs: Sequence[RunConfig], name: str = "", *, by: Person, data_dir: Path
) -> list[RunView]:
    """Queue the runs of a sweep, all or none.

    Args:
        store: the runs folder.
        configs: as `plan_sweep` gives them.
        name: what people call the sweep; each run has its values added.
        by: who starts them.
        data_dir: where data sets lie.

    Raises:
        NotAllowedError: their role does not train.
        QuotaError: that would be more than may wait; none is queued.
        BadInputError: the name is too long.
        NotFoundError, ReadOnlyError, DiskFullError, JobFailedError: see `launch.submit`.
    """
    by.require("train")
    with line.place(store, by, len(configs)):
        runs = [
            write_queued(
                store,
                config,
                run_name(name or config.recipe, config),
                data_dir=data_dir,
                group="",
                person=by.id,
            )
            for config in configs
        ]
    ensure_supervisor(store.root)
    return runs


def run_name(name: str, config: RunConfig) -> str:
    """The sweep's name with what is particular about this run."""
    assert config.sweep is not None  # noqa: S101 - a run of a sweep
    values = ", ".join(f"{n}={shown(getattr(config.settings, n))}" for n in config.sweep.names)
    if len(values) > _ROOM_FOR_VALUES:
        values = f"{values[: _ROOM_FOR_VALUES - 1]}…"
    return f"{name[: MAX_NAME_LENGTH - len(values) - 3]} · {values}"


def shown(value: SettingValue) -> str:
    """A value, short."""
    return f"{value:g}" if isinstance(value, float) else str(value)
