"""From what somebody typed or clicked to a complete run, judged before anything is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gan_core import data
from gan_core.access.people import Person
from gan_core.config import DatasetInfo, RunConfig, SettingValue
from gan_core.jobs import images, machine, own_sets
from gan_core.recipes import registry
from gan_core.recipes.resolve import check_trainable, resolve
from gan_core.runs.status import utc_now


def plan(
    recipe_name: str,
    dataset: str | None,
    overrides: Mapping[str, SettingValue],
    *,
    by: Person,
    runs_dir: Path,
    data_dir: Path,
    steps: int | None = None,
    epochs: float | None = None,
    seed: int = 0,
    mirror: str | None = None,
    progress: data.Progress | None = None,
    pictures: own_sets.Progress | None = None,
) -> RunConfig:
    """The one way from words to a run, for the page and the command line alike.

    Everything is checked against what is known of the data set beforehand; only then are its
    files verified or fetched, and what was really found is what the run records.

    Args:
        recipe_name: a recipe.
        dataset: a data set by name, with a selection where it has one; a person's own as
            `own:<id>` or its title; or the path of a folder or file of pictures, which becomes
            an own set. `None` for the recipe's own.
        overrides: settings that differ from the recipe's; `image_size` and `channels` among them
            say how the images are brought to the networks.
        by: who wants it.
        runs_dir: remembers which device this machine has.
        data_dir: where data sets lie.
        steps, epochs: how long, one of them; neither for the recipe's own length.
        seed: fixes everything random.
        mirror: where downloads come from instead of their home.
        progress: told about every piece of a download.
        pictures: told how far a folder or file of pictures is read.

    Raises:
        NotAllowedError: their role does not train.
        BadInputError: names the field, what was given and what is allowed.
        OfflineError: the data set has to be downloaded and cannot be.
    """
    by.require("train")
    recipe = registry.get(recipe_name)
    check_trainable(recipe)
    settings, shape = images.without_shape(overrides)
    choice = images.choose(
        recipe,
        dataset if dataset is not None else recipe.dataset,
        shape,
        by=by,
        runs_dir=runs_dir,
        data_dir=data_dir,
        mirror=mirror,
        progress=progress,
        pictures=pictures,
    )
    kernels = machine.kernels(recipe, machine.device(runs_dir))
    versions, now = machine.versions(), utc_now()

    def resolved(info: DatasetInfo) -> RunConfig:
        return resolve(
            recipe,
            info,
            settings,
            kernels=kernels,
            versions=versions,
            now=now,
            steps=steps,
            epochs=epochs,
            seed=seed,
        )

    resolved(choice.expected)
    return resolved(choice.prepare())
