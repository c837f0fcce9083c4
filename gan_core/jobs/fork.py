"""A new run that begins from another run's snapshot, with other settings."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from gan_core import data
from gan_core.access.people import Person
from gan_core.config import Parent, RunConfig, Settings, SettingValue
from gan_core.errors import BadInputError, NotFoundError
from gan_core.jobs import images, line, machine, own_sets
from gan_core.jobs.launch import ensure_supervisor
from gan_core.jobs.note import write_launch
from gan_core.recipes import registry
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.resolve import resolve, resolve_settings
from gan_core.recipes.settings import BEFORE_IT_WAS, SPECS, choices
from gan_core.runs import evaluations, sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE
from gan_core.runs.draft import draft
from gan_core.runs.files import write_json
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.metrics import truncate_after
from gan_core.runs.status import Said, utc_now, write_status
from gan_core.runs.store import Meta, RunStore, RunView, clean_name, new_run_id
from gan_core.text import N_

_OF_THE_START = {"optimizer", "init_std", "pixel_range"}
"""Settings that a snapshot's weights and state were made with, though no layer list says so."""


def fork(
    store: RunStore,
    run_id: str,
    step: int | str,
    overrides: Mapping[str, SettingValue],
    *,
    steps: int | None = None,
    epochs: float | None = None,
    name: str = "",
    seed: int | None = None,
    by: Person,
    data_dir: Path,
    mirror: str | None = None,
    progress: data.Progress | None = None,
    fill: Callable[[RunPaths], None] | None = None,
) -> RunView:
    """Queue a new run that continues from a snapshot of another.

    The new run is whole in itself: it holds a copy of the training state, of the snapshot, of
    the sheets and of the metrics up to there, so its parent may be deleted.

    Args:
        store: the runs folder.
        run_id: the parent.
        step: a snapshot of it that still holds its training state, or `newest`, `best`.
        overrides: settings that change; none may change a network.
        steps, epochs: the length in all, counted from the parent's start. Neither: the parent's
            length, or as long again where that is already reached.
        name: of the new run; the parent's with the step where it has one.
        seed: of what is random from there on; the parent's.
        by: who starts it.
        data_dir: where data sets lie on this machine.
        mirror, progress: as for `plan`, should the data set be missing here.
        fill: writes more files into the new run before anybody sees it.

    Raises:
        NotAllowedError: their role does not train.
        QuotaError: as many wait as are allowed, or the disk holds as much.
        NotFoundError: no such run, or no snapshot to fork at that step (says which there are).
        BadInputError: a setting is wrong, or would change a network.
        DamagedError: the parent or its snapshot is damaged.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
        JobFailedError: the supervisor does not start.
    """
    by.require("train")
    parent = store.get(run_id)
    at_step = forkable_step(parent.paths, step)
    config = fork_config(store.root, parent, at_step, overrides, steps, epochs, seed=seed)
    images.ensure(config.dataset, parent.paths, data_dir, mirror=mirror, progress=progress)
    if not name and parent.meta.name:
        name = f"{parent.meta.name[:100]} @ {at_step}"
    new_id = new_run_id(utc_now())
    meta = Meta(name=clean_name(name))
    line.check(store, by)  # before anything is copied
    with ExitStack() as held, draft(store.root, new_id) as paths:
        _copy_past(parent.paths, paths, at_step)
        if parent.paths.dataset.is_dir():
            own_sets.copy_attached(parent.paths.dataset, paths.dataset)
        write_json(paths.config, config.to_json(), durable=True)
        write_json(paths.meta, meta.model_dump(mode="json"))
        write_launch(paths, data_dir, by.id)
        if fill is not None:
            fill(paths)
        said = Said(template=N_("waiting to continue from step {step}"), values={"step": at_step})
        write_status(paths, "queued", at_step, config.total_steps, said)
        held.enter_context(line.place(store, by))  # until the draft has got its name
    ensure_supervisor(store.root)
    return store.get(new_id)


def forkable_step(paths: RunPaths, step: int | str) -> int:
    """A step, `newest` or `best`, as the step of a snapshot that can be forked.

    Raises:
        NotFoundError: there is none, or the best has lost its training state; those that there
            are, are named.
        BadInputError: neither a number nor one of the two words.
    """
    possible = snapshots.forkable_steps(paths)
    if step in {"newest", "best"} and possible:
        best = evaluations.best_step(paths) if step == "best" else None
        if best is not None and best not in possible:
            raise _not_forkable(f"best = {best}", possible)
        return possible[-1] if best is None else best
    try:
        number = int(step)
    except ValueError as error:
        if possible:
            snapshots.resolve_step(paths, step)  # says what is allowed
        raise _not_forkable(step, possible) from error
    if number not in possible:
        raise _not_forkable(step, possible)
    return number


def _not_forkable(step: int | str, possible: list[int]) -> NotFoundError:
    return NotFoundError(
        N_("got {given}, which cannot be forked; the steps that can are: {steps}."),
        field="step",
        given=step,
        steps=", ".join(map(str, possible)) or "none",
    )


def fork_config(
    runs_dir: Path,
    parent: RunView,
    step: int,
    overrides: Mapping[str, SettingValue],
    steps: int | None = None,
    epochs: float | None = None,
    *,
    seed: int | None = None,
) -> RunConfig:
    """The configuration of a fork, judged like that of a new run.

    Raises:
        BadInputError: a setting is wrong, or changes a network; or the length is already reached.
    """
    old = parent.sound_config()
    recipe = registry.get(old.recipe)
    kernels = machine.kernels(recipe, machine.device(runs_dir))
    if kernels.device == old.kernels.device:
        kernels = old.kernels  # equal arithmetic as far as the two agree
    settings = _overridden(recipe, old.settings, overrides, gpu=kernels.device == "gpu")
    _refuse_other_networks(recipe, old, overrides, gpu=kernels.device == "gpu")
    _refuse_other_state(old.settings, settings)
    if steps is None and epochs is None:
        steps = old.total_steps if old.total_steps > step else step + old.total_steps
    config = resolve(
        recipe,
        old.dataset,
        settings.as_dict(),
        kernels=kernels,
        versions=machine.versions(),
        now=utc_now(),
        steps=steps,
        epochs=epochs,
        seed=old.seed if seed is None else seed,
        parent=Parent(run=parent.id, step=step),
    )
    first = old.seed if old.sheet_seed is None else old.sheet_seed
    if config.seed != first:
        config = config.model_copy(update={"sheet_seed": first})
    if config.total_steps <= step:
        raise BadInputError(
            N_("got {total} steps in all; the fork begins at {step}, so allowed is more."),
            field="steps" if epochs is None else "epochs",
            total=config.total_steps,
            step=step,
        )
    return config


def changeable(config: RunConfig, *, gpu: bool) -> tuple[str, ...]:
    """The settings that are worth changing in a fork: no network and no saved state is of them.

    Asked of the recipe itself: each setting is tried at another value.
    """
    recipe, shape = registry.get(config.recipe), config.dataset.image_shape
    networks = recipe.networks(config.settings, shape)

    def keeps_all(name: str) -> bool:
        other = _another_value(name, getattr(config.settings, name), gpu=gpu)
        if name in _OF_THE_START or other is None or _is_off_for_good(name, config.settings):
            return False
        return recipe.networks(config.settings.model_copy(update={name: other}), shape) == networks

    return tuple(name for name in config.settings.as_dict() if name in SPECS and keeps_all(name))


def _is_off_for_good(name: str, settings: Settings) -> bool:
    """Whether a setting has no state because it is 0, so that a fork cannot turn it on."""
    return (name == "ema" and not settings.ema) or (
        name == "beta_1" and settings.optimizer == "sgd" and not _has_momentum(settings)
    )


def _has_momentum(settings: Settings) -> bool:
    """Whether SGD keeps numbers of its own: Keras makes them where its momentum is not 0."""
    return settings.optimizer == "sgd" and bool(settings.beta_1)


def _another_value(name: str, value: SettingValue, *, gpu: bool) -> SettingValue:
    """A value that the setting might have instead; `None` where there is no other."""
    spec = SPECS[name]
    if spec.kind == "choice":
        return next((other for other in choices(spec, gpu=gpu) if other != value), None)
    assert spec.low is not None  # noqa: S101 - every number has bounds
    assert spec.high is not None  # noqa: S101
    other = spec.low if value != spec.low else min(spec.high, spec.low + 1)
    return int(other) if spec.kind == "int" else other


def _overridden(
    recipe: Recipe, old: Settings, overrides: Mapping[str, SettingValue], *, gpu: bool
) -> Settings:
    resolve_settings(recipe, overrides, gpu=gpu)  # unknown names and wrong values
    before = {name: value for name, value in BEFORE_IT_WAS.items() if name in recipe.defaults}
    return resolve_settings(recipe, {**before, **old.as_dict(), **overrides}, gpu=gpu)


def _refuse_other_networks(
    recipe: Recipe, old: RunConfig, overrides: Mapping[str, SettingValue], *, gpu: bool
) -> None:
    """The weights are kept, so the networks must be the same, layer by layer.

    Dropout has no weights, but its place in the list names the layers after it.
    """
    shape = old.dataset.image_shape
    networks = recipe.networks(old.settings, shape)
    changing = [
        name
        for name, value in overrides.items()
        if recipe.networks(_overridden(recipe, old.settings, {name: value}, gpu=gpu), shape)
        != networks
    ]
    if changing:
        raise BadInputError(
            N_("got {names}, which changes the networks; a fork keeps them and their weights."),
            N_("Train a new run for that."),
            field=changing[0],
            names=", ".join(f"{name}={overrides[name]}" for name in changing),
        )


def _refuse_other_state(old: Settings, new: Settings) -> None:
    """What is saved beside the weights must fit too: the optimisers' own numbers, the average."""
    changing = [name for name in ("optimizer",) if getattr(old, name) != getattr(new, name)]
    if bool(old.ema) != bool(new.ema):
        changing.append("ema")
    if old.optimizer == new.optimizer and _has_momentum(old) != _has_momentum(new):
        changing.append("beta_1")
    if changing:
        raise BadInputError(
            N_("got {names}, for which the snapshot has no state; a fork keeps its state."),
            N_("Train a new run for that."),
            field=changing[0],
            names=", ".join(f"{name}={getattr(new, name)}" for name in changing),
        )


def _copy_past(parent: RunPaths, child: RunPaths, step: int) -> None:
    """Copy the snapshot, its training state as a checkpoint, sheets and metrics up to `step`."""
    copied = child.snapshot(step)
    try:
        shutil.copytree(parent.snapshot(step), copied, symlinks=True)
    except (shutil.Error, FileNotFoundError) as error:  # thinned or deleted meanwhile
        raise _not_forkable(step, snapshots.forkable_steps(parent)) from error
    for name in sealed.read_manifest(copied)["sha256"]:
        sealed.verified(copied, name)
    state = sealed.verified(copied, STATE_FILE)

    def write(folder: Path) -> None:
        shutil.copyfile(state, folder / STATE_FILE)

    sealed.seal(child.checkpoints / str(step), write, {"step": step})
    for sheet in sheet_steps(parent):
        if sheet <= step:
            shutil.copyfile(parent.sample(sheet), child.sample(sheet))
    if parent.metrics.is_file():
        shutil.copyfile(parent.metrics, child.metrics)
        truncate_after(child.metrics, step)
    if parent.evaluations.is_dir():
        shutil.copytree(parent.evaluations, child.evaluations, symlinks=True, ignore=_only_light)
        evaluations.truncate_after(child, step)


def _only_light(_folder: str, names: list[str]) -> set[str]:
    """What of a parent's evaluations stays behind: full ones, and where it once stopped."""
    return {n for n in names if n.startswith(("full-", "going-on", "."))}
