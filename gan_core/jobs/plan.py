"""From what somebody typed or clicked to a complete run, judged before anything is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gan_core import data
from gan_core.config import DatasetInfo, RunConfig, SettingValue
from gan_core.jobs import machine
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs.status import utc_now


def plan(
    recipe_name: str,
    dataset: str | None,
    overrides: Mapping[str, SettingValue],
    *,
    runs_dir: Path,
    data_dir: Path,
    steps: int | None = None,
    epochs: float | None = None,
    seed: int = 0,
    mirror: str | None = None,
    progress: data.Progress | None = None,
) -> RunConfig:
    """The one way from words to a run, for the page and the command line alike.

    Everything is checked against what is known of the data set beforehand; only then are its
    files verified or fetched, and what was really found is what the run records.

    Args:
        recipe_name: a recipe.
        dataset: a data set; `None` for the recipe's own.
        overrides: settings that differ from the recipe's.
        runs_dir: remembers which device this machine has.
        data_dir: where data sets lie.
        steps, epochs: how long, one of them; neither for the recipe's own length.
        seed: fixes everything random.
        mirror: where downloads come from instead of their home.
        progress: told about every piece of a download.

    Raises:
        BadInputError: names the field, what was given and what is allowed.
        OfflineError: the data set has to be downloaded and cannot be.
    """
    recipe = registry.get(recipe_name)
    name = dataset if dataset is not None else recipe.dataset
    card = data.describe(name)
    kernels = machine.kernels(recipe, machine.device(runs_dir))
    versions, now = machine.versions(), utc_now()

    def resolved(info: DatasetInfo) -> RunConfig:
        return resolve(
            recipe,
            info,
            overrides,
            kernels=kernels,
            versions=versions,
            now=now,
            steps=steps,
            epochs=epochs,
            seed=seed,
        )

    resolved(card.info)
    return resolved(data.prepare(name, data_dir, mirror=mirror, progress=progress))
