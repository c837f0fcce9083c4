"""Judges what was asked for and makes a complete `RunConfig` of it, before anything starts."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from datetime import datetime

from gan_core.config import DatasetInfo, Kernels, Parent, RunConfig, Settings, SettingValue
from gan_core.errors import BadInputError
from gan_core.recipes.recipe import Recipe, steps_per_epoch
from gan_core.recipes.settings import SPECS, SettingSpec, allowed, choices
from gan_core.text import N_

MAX_STEPS = 100_000_000
MAX_SEED = 2**31 - 1


def resolve(
    recipe: Recipe,
    dataset: DatasetInfo,
    overrides: Mapping[str, SettingValue],
    *,
    kernels: Kernels,
    versions: Mapping[str, str],
    now: datetime,
    steps: int | None = None,
    epochs: float | None = None,
    seed: int = 0,
    parent: Parent | None = None,
) -> RunConfig:
    """The run that these words describe.

    Args:
        recipe: the system to train.
        dataset: the images to train on.
        overrides: settings that differ from the recipe's.
        kernels: device, threads and compiler of this machine.
        versions: of the packages that take part.
        now: when it was asked for.
        steps: how long; or `epochs`; or neither for the recipe's own length.
        epochs: passes over the data, whole batches each.
        seed: fixes everything random.
        parent: the snapshot that a fork begins from.

    Raises:
        BadInputError: names the setting, what was given and what is allowed.
    """
    check_trainable(recipe)
    settings = resolve_settings(recipe, overrides, gpu=kernels.device == "gpu")
    check_shape(recipe, dataset)
    check_combination(settings)
    per_epoch = check_batch(dataset, settings.batch_size, settings.d_steps or 1)
    check_seed(seed)
    return RunConfig(
        recipe=recipe.name,
        dataset=dataset,
        settings=settings,
        seed=seed,
        total_steps=total_steps(recipe, per_epoch, steps, epochs),
        steps_per_epoch=per_epoch,
        kernels=kernels,
        versions=dict(versions),
        created=now.isoformat(timespec="seconds"),
        parent=parent,
    )


def check_trainable(recipe: Recipe) -> None:
    """Refuse a recipe that only stands for generators from files.

    Raises:
        BadInputError: it is one.
    """
    if not recipe.trainable:
        raise BadInputError(
            N_("got {given}, which stands for generators that came as files and cannot be "
               "trained."),
            N_("`recipes` lists those that can be."),
            field="recipe",
            given=recipe.name,
        )  # fmt: skip


def resolve_settings(
    recipe: Recipe, overrides: Mapping[str, SettingValue], *, gpu: bool
) -> Settings:
    """The recipe's settings with `overrides`, each checked.

    Raises:
        BadInputError: an unknown name (the nearest is offered) or a value out of bounds.
    """
    for name in overrides:
        if name not in recipe.defaults:
            raise unknown_setting(recipe, name)
    for name, value in overrides.items():
        check_value(SPECS[name], value, gpu=gpu)
    merged = {**recipe.defaults, **overrides}
    if "output_activation" in overrides and "pixel_range" not in overrides:
        merged["pixel_range"] = "-1,1" if merged["output_activation"] == "tanh" else "0,1"
    return Settings.model_validate(merged)


def unknown_setting(recipe: Recipe, name: str) -> BadInputError:
    """The error for a setting that the recipe does not have."""
    near = difflib.get_close_matches(name, recipe.defaults, n=1, cutoff=0.5)
    return BadInputError(
        N_("{recipe} has no setting {given}; it has {names}."),
        N_("Did you mean {near}?") if near else "",
        field=name,
        recipe=recipe.name,
        given=repr(name),
        names=", ".join(recipe.defaults),
        near=near[0] if near else "",
    )


def check_value(spec: SettingSpec, value: SettingValue, *, gpu: bool) -> None:
    """Refuse a value of the wrong kind or out of bounds.

    Raises:
        BadInputError: names the setting, what was given and what is allowed.
    """
    if spec.kind == "choice":
        good = value in choices(spec, gpu=gpu)
    else:
        good = _is_number(spec, value) and in_bounds(spec, value)
    if good:
        return
    if spec.kind == "choice" and value in spec.gpu_choices:
        raise BadInputError(
            N_("got {given}, which needs a GPU, and none was found; allowed here: {allowed}."),
            field=spec.name,
            given=value,
            allowed=allowed(spec, gpu=gpu),
        )
    kinds = {
        "int": N_("got {given}; allowed is a whole number, {allowed}."),
        "float": N_("got {given}; allowed is a number, {allowed}."),
        "choice": N_("got {given}; allowed is one of: {allowed}."),
    }
    raise BadInputError(
        kinds[spec.kind], field=spec.name, given=value, allowed=allowed(spec, gpu=gpu)
    )


def _is_number(spec: SettingSpec, value: SettingValue) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (spec.kind == "float" and isinstance(value, float))


def in_bounds(spec: SettingSpec, value: SettingValue) -> bool:
    """Whether a number is finite and within the setting's bounds."""
    low = -math.inf if spec.low is None else spec.low
    high = math.inf if spec.high is None else spec.high
    return isinstance(value, (int, float)) and low <= value <= high


def check_shape(recipe: Recipe, dataset: DatasetInfo) -> None:
    """Refuse images of a size that the recipe's networks cannot make."""
    if dataset.image_size not in recipe.image_sizes:
        raise BadInputError(
            N_("{recipe} makes images of {sizes} pixels; {dataset} has {given}."),
            field="dataset",
            recipe=recipe.name,
            sizes=", ".join(map(str, recipe.image_sizes)),
            dataset=dataset.name,
            given=dataset.image_size,
        )


def check_combination(settings: Settings) -> None:
    """Refuse settings that cannot go together, in words.

    Raises:
        BadInputError: names one of them, and says why.
    """
    if settings.label_smoothing and settings.loss in {"hinge", "wasserstein-gp"}:
        raise BadInputError(
            N_("got {given} with the loss {loss}, which has no labels to smooth; allowed is 0."),
            field="label_smoothing",
            given=settings.label_smoothing,
            loss=settings.loss,
        )
    if settings.loss == "wasserstein-gp":
        _check_critic(settings)


def _check_critic(settings: Settings) -> None:
    """A Wasserstein critic's penalty is on each image by itself, and on both kinds at once."""
    has_norm = settings.d_norm == "batch" and settings.d_variant != "pool"
    reasons = {
        "d_norm": (has_norm, "none"),
        "minibatch_std": (settings.minibatch_std == "on", "off"),
    }
    for name, (is_wrong, allowed_value) in reasons.items():
        if is_wrong:
            raise BadInputError(
                N_("got {given} with the loss wasserstein-gp, whose gradient penalty looks at each "
                   "image by itself, while this mixes the images of a batch; allowed is "
                   "{allowed}."),
                field=name,
                given=getattr(settings, name),
                allowed=allowed_value,
            )  # fmt: skip
    if settings.d_batches == "two_updates":
        raise BadInputError(
            N_("got {given} with the loss wasserstein-gp, whose gradient penalty lies between "
               "real and generated images; allowed is separate or joint."),
            field="d_batches",
            given=settings.d_batches,
        )  # fmt: skip


def check_batch(dataset: DatasetInfo, batch_size: int, d_steps: int = 1) -> int:
    """Steps in an epoch; refuses a step that takes more images than the data set has.

    Args:
        dataset: what is trained on.
        batch_size: images a batch.
        d_steps: batches a step; an epoch counts one a step, as published.
    """
    per_epoch = steps_per_epoch(dataset.num_train, batch_size)
    if per_epoch < 1 or batch_size * d_steps > dataset.num_train:
        raise BadInputError(
            N_("got {given}, but {dataset} has only {num} images; allowed is at most {most}."),
            field="batch_size",
            given=batch_size,
            dataset=dataset.name,
            num=dataset.num_train,
            most=dataset.num_train // d_steps,
        )
    return per_epoch


def check_seed(seed: int) -> None:
    """Refuse a seed that is negative or too large for every generator that uses it."""
    if not 0 <= seed <= MAX_SEED:
        raise BadInputError(
            N_("got {given}; allowed is a whole number, 0 … {high}."),
            field="seed",
            given=seed,
            high=MAX_SEED,
        )


def total_steps(recipe: Recipe, per_epoch: int, steps: int | None, epochs: float | None) -> int:
    """The length of the run in steps.

    Raises:
        BadInputError: both lengths were given, or one that is not positive and finite.
    """
    if steps is not None and epochs is not None:
        raise BadInputError(N_("give either epochs or steps, not both."), field="epochs")
    if steps is None and epochs is None:
        steps, epochs = recipe.default_steps, recipe.default_epochs
    field, given = ("steps", steps) if steps is not None else ("epochs", epochs)
    assert given is not None  # noqa: S101 - every recipe states one of the two
    if not 0 < given < math.inf:
        raise BadInputError(
            N_("got {given}; allowed is a number above 0."), field=field, given=given
        )
    length = given if field == "steps" else given * per_epoch
    total = round(length) if length <= MAX_STEPS else length  # the product may be infinite
    if not 1 <= total <= MAX_STEPS:
        raise BadInputError(
            N_("got {given}, which is {total} steps; allowed are 1 … {high} steps."),
            field=field,
            given=given,
            total=total,
            high=MAX_STEPS,
        )
    return int(total)
