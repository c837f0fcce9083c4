"""A widget for each setting, with its meaning on hover and its fault beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from gan_core.config import DatasetInfo, SettingValue
from gan_core.errors import GanCoreError
from gan_core.recipes.recipe import Preset, Recipe, steps_per_epoch
from gan_core.recipes.resolve import check_value, total_steps
from gan_core.recipes.settings import SPECS, SettingSpec, allowed, choices
from gan_core.text import N_
from pages._parts.glossary import meaning
from pages._parts.i18n import _, translate
from pages._parts.messages import field_error
from pages._parts.words import number

GROUPS = (
    (
        N_("Optimiser"),
        (
            *("batch_size", "g_lr", "d_lr", "optimizer", "beta_1", "beta_2"),
            *("lr_schedule", "weight_decay", "grad_clip"),
        ),
    ),
    (
        N_("Networks"),
        (
            *("latent_size", "latent_distribution", "g_norm", "d_norm", "d_variant", "dropout"),
            *("leaky_slope", "init_std", "upsampling", "last_kernel", "output_activation"),
            *("g_convolutions", "d_hidden"),
            *("pixel_range", "minibatch_std"),
        ),
    ),
    (
        N_("The game"),
        (
            *("loss", "gp_weight", "label_smoothing", "d_batches", "d_steps", "instance_noise"),
            *("orthogonal", "mode_seeking", "lesson", "on_collapse", "beta"),
        ),
    ),
    (
        N_("Keeping and repeating"),
        (
            *("ema", "precision", "early_stopping", "log_every", "snapshot_every"),
            *("checkpoint_secs", "event_files"),
        ),
    ),
)
"""Where a setting stands that is not essential: title, settings."""


@dataclass
class Fields:
    """What some fields hold.

    Attributes:
        values: those that differ from the recipe's.
        slots: a place beside each field, for faults that only the whole shows.
        first_error: the first fault of a field by itself.
    """

    values: dict[str, SettingValue] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)
    first_error: GanCoreError | None = None

    def add(self, other: Fields) -> None:
        """Take over what other fields hold."""
        self.values |= other.values
        self.slots |= other.slots
        self.first_error = self.first_error or other.first_error


@dataclass(frozen=True)
class Start:
    """Where fields begin, if not at the recipe's values.

    Attributes:
        values: what each field holds at first, and what it is compared with.
        key: keeps the fields apart from others of the same settings.
    """

    values: Mapping[str, SettingValue]
    key: str


def grouped(recipe: Recipe) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The settings of a recipe that are not essential: title and names of each group."""
    for title, names in GROUPS:
        there = tuple(n for n in names if n in recipe.defaults and n not in recipe.essential)
        if there:
            yield title, there


def setting_fields(
    recipe: Recipe,
    names: tuple[str, ...],
    preset: Preset | None = None,
    *,
    start: Start | None = None,
    gpu: bool,
) -> Fields:
    """Draw the fields of `names`, beginning with the preset's values where it has any.

    With `start` they begin there, and what they hold counts where it differs from it.
    """
    found = Fields()
    before = recipe.defaults if start is None else start.values
    for i, name in enumerate(names):
        if i % 2 == 0:  # a row at a time: a fault below one field must not push only its column
            columns = st.columns(2)
        with columns[i % 2]:
            value = _field(SPECS[name], *_beginning(recipe, name, preset, start), gpu=gpu)
            found.slots[name] = st.empty()
            try:
                check_value(SPECS[name], value, gpu=gpu)
            except GanCoreError as error:
                found.first_error = found.first_error or error
                with found.slots[name]:
                    field_error(error)
        if value != before[name]:
            found.values[name] = value
    return found


def untouched_fields(recipe: Recipe, names: tuple[str, ...], preset: Preset | None) -> Fields:
    """What the fields of `names` would hold at first, where nobody has asked to see them."""
    changes = preset.changes if preset is not None else {}
    differing = {n: changes[n] for n in names if n in changes and changes[n] != recipe.defaults[n]}
    return Fields(values=differing)


def _beginning(
    recipe: Recipe, name: str, preset: Preset | None, start: Start | None
) -> tuple[SettingValue, str]:
    """What a field holds at first, and its key."""
    if start is not None:
        return start.values[name], f"{start.key}-{name}"
    if preset is not None and name in preset.changes:
        # A field of its own: it begins at the preset's value, and the other one keeps its own.
        return preset.changes[name], f"{recipe.name}-{recipe.presets.index(preset)}-{name}"
    return recipe.defaults[name], f"{recipe.name}-{name}"


def _field(spec: SettingSpec, start: SettingValue, key: str, *, gpu: bool) -> SettingValue:
    label = translate(spec.label)
    bounds = _("Allowed: {bounds}").format(bounds=allowed(spec, gpu=gpu))
    text = f"{translate(spec.help)}\n\n{bounds}"
    if spec.kind == "choice":
        options = choices(spec, gpu=gpu)
        return st.selectbox(label, options, index=options.index(str(start)), key=key, help=text)
    if spec.kind == "int":
        return st.number_input(label, value=int(start or 0), step=1, key=key, help=text)
    value = float(start or 0.0)
    return st.number_input(label, value=value, step=_step(value), format="%g", key=key, help=text)


def _step(value: float) -> float:
    """What one press of the plus sign adds: a tenth of the value's own size."""
    return 10.0 ** (math.floor(math.log10(value)) - 1) if value > 0 else 0.05


def choose_preset(recipe: Recipe) -> Preset | None:
    """A variation that readers of the text tried, with what they saw; `None` for none."""
    if not recipe.presets:
        return None
    options: list[int | None] = [None, *range(len(recipe.presets))]
    chosen = st.selectbox(
        _("Variation"),
        options,
        format_func=lambda i: (
            _("as published") if i is None else translate(recipe.presets[i].title)
        ),
        key=f"{recipe.name}-preset",
        help=_("Experiments that readers of the text report, ready to repeat."),
    )
    if chosen is None:
        return None
    preset = recipe.presets[chosen]
    changes = ", ".join(f"`{name}` = `{value}`" for name, value in preset.changes.items())
    st.caption(changes)
    st.info(_what_was_seen(preset), icon=":material/visibility:")
    return preset


def _what_was_seen(preset: Preset) -> str:
    text = translate(preset.outcome)
    return f"{text[:1].upper()}{text[1:]}."


def length_field(
    recipe: Recipe, info: DatasetInfo, settings: dict[str, SettingValue]
) -> tuple[int | None, GanCoreError | None]:
    """How many steps, and what is wrong with them; the epochs that they make are said beside."""
    batch = settings.get("batch_size", recipe.defaults["batch_size"])
    per_epoch = steps_per_epoch(info.num_train, batch) if isinstance(batch, int) and batch else 0
    default = total_steps(recipe, max(per_epoch, 1), None, None)
    steps = st.number_input(
        _("Steps"),
        value=default,
        step=100,
        key=f"{recipe.name}-{info.name}-{per_epoch}-steps",
        help=meaning("step"),
    )
    if per_epoch and steps is not None:
        try:
            total_steps(recipe, per_epoch, steps, None)
        except GanCoreError as error:
            field_error(error)
            return steps, error
        else:
            epochs = steps / per_epoch
            st.caption(
                _("{epochs} epochs of {n} steps").format(
                    epochs=number(epochs) if epochs >= 10 else f"{epochs:.1f}",
                    n=number(per_epoch),
                )
            )
    return steps, None
