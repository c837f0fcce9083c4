"""A widget for each setting, with its meaning on hover and its fault beside it."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from gan_core.config import DatasetInfo, SettingValue
from gan_core.errors import GanCoreError
from gan_core.recipes.recipe import Recipe, steps_per_epoch
from gan_core.recipes.resolve import check_value, total_steps
from gan_core.recipes.settings import SPECS, SettingSpec, allowed, choices
from pages._parts.glossary import meaning
from pages._parts.i18n import _, translate
from pages._parts.messages import field_error
from pages._parts.words import number

Slots = dict[str, Any]


def setting_fields(
    recipe: Recipe, names: tuple[str, ...], *, gpu: bool
) -> tuple[dict[str, SettingValue], Slots, GanCoreError | None]:
    """Draw the fields of `names`.

    Returns:
        The values that differ from the recipe's, a place beside each field for faults that only
        the whole shows, and the first fault of a field by itself.
    """
    values: dict[str, SettingValue] = {}
    slots: Slots = {}
    first: GanCoreError | None = None
    for i, name in enumerate(names):
        if i % 2 == 0:  # a row at a time: a fault below one field must not push only its column
            columns = st.columns(2)
        with columns[i % 2]:
            value = _field(SPECS[name], recipe, gpu=gpu)
            slots[name] = st.empty()
            try:
                check_value(SPECS[name], value, gpu=gpu)
            except GanCoreError as error:
                first = first or error
                with slots[name]:
                    field_error(error)
        if value != recipe.defaults[name]:
            values[name] = value
    return values, slots, first


def _field(spec: SettingSpec, recipe: Recipe, *, gpu: bool) -> SettingValue:
    default = recipe.defaults[spec.name]
    label = translate(spec.label)
    key = f"{recipe.name}-{spec.name}"
    bounds = _("Allowed: {bounds}").format(bounds=allowed(spec, gpu=gpu))
    text = f"{translate(spec.help)}\n\n{bounds}"
    if spec.kind == "choice":
        options = choices(spec, gpu=gpu)
        return st.selectbox(label, options, index=options.index(str(default)), key=key, help=text)
    if spec.kind == "int":
        return st.number_input(label, value=int(default or 0), step=1, key=key, help=text)
    start = float(default or 0.0)
    return st.number_input(label, value=start, step=_step(start), format="%g", key=key, help=text)


def _step(value: float) -> float:
    """What one press of the plus sign adds: a tenth of the value's own size."""
    return 10.0 ** (math.floor(math.log10(value)) - 1) if value > 0 else 0.05


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
