"""Several values instead of one: what a sweep shall try, asked before it is queued."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from gan_core.config import SettingValue
from gan_core.errors import BadInputError, GanCoreError
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.resolve import check_value
from gan_core.recipes.search import MAX_NAMES, MAX_RUNS, Point, Range, Wish, draws, grid
from gan_core.recipes.settings import SPECS, SettingSpec, allowed, choices, parse
from gan_core.text import N_
from pages._parts.fields import GROUPS
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.messages import field_error, guarded, show_error

_GRID, _RANDOM = "grid", "random"
_RANGE = re.compile(r"\s*([^\s,]+?)\s*(?:\.\.\.?|…)\s*([^\s,]+)\s*")

Start = Callable[[Sequence[Point]], None]
"""Queues a run for each point."""


def sweep_button(
    recipe: Recipe, settings: Mapping[str, SettingValue], start: Start, *, gpu: bool, disabled: bool
) -> None:
    """The button that asks which values shall be tried.

    Args:
        recipe: what is trained.
        settings: what was chosen so far, where it differs from the recipe.
        start: queues the runs.
        gpu: whether there is one.
        disabled: whether something else has to be mended first.
    """
    pressed = st.button(
        _("Try several values"),
        type="tertiary",
        icon=":material/grid_on:",
        disabled=disabled,
        help=_(
            "Queues a run for each of a few values of some settings, and ends in one table and "
            "picture: which of them is best."
        ),
        key="sweep",
    )
    if pressed:
        # Not a decorator: the title would stay in the language of whoever came first.
        ask = st.dialog(_("Try several values"), icon=":material/grid_on:", width="large")(_ask)
        ask(recipe, {**recipe.defaults, **settings}, start, gpu)


def _ask(recipe: Recipe, now: Mapping[str, SettingValue], start: Start, gpu: bool) -> None:
    names = st.multiselect(
        _("Settings"),
        _names(recipe, gpu=gpu),
        max_selections=MAX_NAMES,
        format_func=lambda name: translate(SPECS[name].label),
        placeholder=_("Choose one or more"),
        key=f"sweep-{recipe.name}-names",
        select_all=False,
    )
    how, num, seed = _how()
    wishes: dict[str, Wish] = {}
    faults: list[GanCoreError] = []
    for name in names:
        try:
            wishes[name] = _wish(SPECS[name], now[name], how, gpu=gpu)
        except GanCoreError as error:
            faults.append(error)
            field_error(error)
    points: list[Point] = []
    if names and not faults:
        points = _points(wishes, how, num, seed)
    label = _("Queue the runs")
    if points:
        label = ngettext_("Queue {n} run", "Queue {n} runs", len(points)).format(n=len(points))
    pressed = st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=not points,
        key="really-sweep",
    )
    if pressed:
        with guarded():
            start(points)


def _how() -> tuple[str, int, int]:
    """A grid, or how many points at random, drawn with which seed."""
    titles = {_GRID: _("All combinations"), _RANDOM: _("Some at random")}
    how = st.segmented_control(
        _("How"),
        list(titles),
        default=_GRID,
        format_func=titles.__getitem__,
        key="sweep-how",
        label_visibility="collapsed",
    )
    if how != _RANDOM:
        return _GRID, 0, 0
    left, right = st.columns(2)
    num = left.number_input(
        _("Runs"), min_value=2, max_value=MAX_RUNS, value=8, step=1, key="sweep-num"
    )
    seed = right.number_input(
        _("Seed of the draw"), min_value=0, value=0, step=1, key="sweep-seed",
        help=_("The same seed draws the same values. The runs' own seed is the one on the page."),
    )  # fmt: skip
    return _RANDOM, int(num), int(seed)


def _names(recipe: Recipe, *, gpu: bool) -> list[str]:
    """The recipe's settings in the page's order; those that have but one value are left out."""
    ordered = [*recipe.essential, *(name for _title, names in GROUPS for name in names)]
    there = (name for name in dict.fromkeys(ordered) if name in recipe.defaults)
    return [name for name in there if len(choices(SPECS[name], gpu=gpu)) != 1]


def _wish(spec: SettingSpec, now: SettingValue, how: str, *, gpu: bool) -> Wish:
    """What the field of a setting says, judged."""
    bounds = _("Allowed: {bounds}").format(bounds=allowed(spec, gpu=gpu))
    example = f"{now:g}" if isinstance(now, float) else str(now)
    text = st.text_input(
        translate(spec.label),
        value=example,
        key=f"sweep-{spec.name}-values",
        help=f"{translate(spec.help)}\n\n{bounds}",
        placeholder=_("values with commas between them, or at random a range such as 0.1 … 1"),
    )
    found = _RANGE.fullmatch(text)
    if found and how == _RANDOM and spec.kind != "choice":
        ends = [parse(spec, end) for end in found.groups()]
        for end in ends:
            check_value(spec, end, gpu=gpu)
        return Range(*(float(end) for end in ends if isinstance(end, (int, float))))
    values = [parse(spec, word.strip()) for word in text.split(",") if word.strip()]
    for value in values:
        check_value(spec, value, gpu=gpu)
    if not values:
        raise BadInputError(N_("got no value of {name} to try."), field=spec.name, name=spec.name)
    return values


def _points(wishes: Mapping[str, Wish], how: str, num: int, seed: int) -> list[Point]:
    """The points to try; none where the whole is not allowed, which is told."""
    if all(not isinstance(wish, Range) and len(wish) < 2 for wish in wishes.values()):
        st.caption(_("Write two values or more, with commas between them."))
        return []
    try:
        return draws(wishes, num, seed) if how == _RANDOM else grid(wishes)
    except GanCoreError as error:
        show_error(error)
        return []
