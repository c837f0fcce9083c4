"""Beside the pictures: the settings that differ, and the figures of each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from gan_core.config import SettingValue
from gan_core.evaluation import Evaluation
from gan_core.recipes import registry
from gan_core.runs import evaluations
from gan_core.runs.differences import Difference, differences
from gan_core.runs.newest import MEANT, Newest, newest_values
from gan_core.runs.store import RunView
from pages._parts.compare_data import look
from pages._parts.compare_evaluated import Kind, against, kind_of
from pages._parts.components import compare_table
from pages._parts.figures import (
    FIGURES,
    figure_words,
    has_interval,
    mean_words,
    named,
    with_interval,
)
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.panels import panels
from pages._parts.words import duration, number, plain

_NONE = "–"
Cell = str | dict[str, Any]


def show_differences(runs: Sequence[RunView]) -> None:
    """A table of what differs in what the runs were asked to do; a row for each such setting.

    What one recipe has and another does not is put away: it says that the recipes differ.
    """
    st.markdown(f"**{_('Settings that differ')}**")
    rows = differences([run.sound_config() for run in runs])
    if not rows:
        st.caption(_("None: these runs were asked to do the same."))
        return
    differing = [row for row in rows if row.is_choice]
    of_recipes = [row for row in rows if not row.is_choice]
    if differing:
        _differences_table("differences", runs, differing)
    if of_recipes:
        words = ngettext_(
            "{n} setting that not all of these recipes have",
            "{n} settings that not all of these recipes have",
            len(of_recipes),
        )
        with st.expander(words.format(n=len(of_recipes))):
            _differences_table("differences-of-recipes", runs, of_recipes)


def _differences_table(key: str, runs: Sequence[RunView], rows: Sequence[Difference]) -> None:
    heads: list[Cell] = [{"label": _("setting")}, *_runs(runs)]
    body = [[row.name, *(_value(row.name, value) for value in row.values)] for row in rows]
    compare_table(key, {"label": _("Settings that differ"), "heads": heads, "rows": body})


def _value(name: str, value: SettingValue) -> str:
    if value is None:
        return _NONE
    if name == "steps":
        return number(float(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def show_figures(runs: Sequence[RunView]) -> None:
    """The newest values of each run's log, and its final and best evaluation."""
    st.markdown(f"**{_('Where each run stands')}**")
    families = dict.fromkeys(registry.get(run.sound_config().recipe).family for run in runs)
    for family in families:
        _log_table(family, runs)
    groups = _groups(runs)
    if not groups:
        st.caption(_("No run here has been evaluated: there are only losses, which say little."))
    for i, group in enumerate(groups):
        _group_table(i, group)


def _log_table(family: Any, runs: Sequence[RunView]) -> None:
    """The newest values of the runs of a family, by the names of their curves."""
    titles = {
        line.key: f"{panel.title}: {line.label}" for panel in panels(family) for line in panel.lines
    }
    of_family = [
        (cell, run, _logged(run))
        for cell, run in zip(_runs(runs), runs, strict=True)
        if registry.get(run.sound_config().recipe).family == family
    ]
    keys = [key for key in titles if any(key in logged for _c, _r, logged in of_family)]
    body = [
        [
            cell,
            number(run.status.step),
            duration(logged["elapsed_s"].value) if "elapsed_s" in logged else _NONE,
            *(_newest(logged, key) for key in keys),
        ]
        for cell, run, logged in of_family
    ]
    heads = [_("run"), _("step"), _("trained"), *(titles[key] for key in keys)]
    compare_table(f"log-{family}", _table(_("Where each run stands"), heads, body))
    if any(key in MEANT for key in keys):
        st.caption(mean_words())


def _logged(run: RunView) -> Mapping[str, Newest]:
    """The newest of each key, of those too that are measured after some epochs only."""
    config = run.sound_config()
    check = registry.get(config.recipe).epoch_check
    num_epochs = 1 if check is None else check.every_epochs
    return newest_values(run.paths.metrics, num_epochs * config.steps_per_epoch)


def _newest(logged: Mapping[str, Newest], key: str) -> str:
    """A value, with its step where the log has gone on since."""
    if key not in logged:
        return _NONE
    found = logged[key]
    words = figure_words(found.value)
    if found.step == max(one.step for one in logged.values()):
        return words
    return _("{value} (step {step})").format(value=words, step=number(found.step))


@dataclass
class _Group:
    """Evaluations that may stand in one table."""

    kind: Kind
    one: Evaluation
    rows: list[tuple[Cell, str, Evaluation]]


def _groups(runs: Sequence[RunView]) -> list[_Group]:
    found: dict[Kind, _Group] = {}
    for cell, run in zip(_runs(runs), runs, strict=True):
        for word, made in _final_and_best(run):
            kind = kind_of(run.sound_config().dataset, made)
            found.setdefault(kind, _Group(kind, made, [])).rows.append((cell, word, made))
    return list(found.values())


def _final_and_best(run: RunView) -> list[tuple[str, Evaluation]]:
    """The newest evaluation made while training, the best of those, and all made on request."""
    light, full = evaluations.light(run.paths), evaluations.full(run.paths)
    best = evaluations.best_step(run.paths)
    found: list[tuple[str, Evaluation]] = []
    if light:
        word = _("final") if light[-1].step == run.status.step else _("newest")
        if light[-1].step == best:
            word = _("{word} and best").format(word=word)
        found.append((word, light[-1]))
    found += [(_("best"), made) for made in light[:-1] if made.step == best]
    found += [(_("best") if made.step == best else _("on request"), made) for made in full]
    return found


def _group_table(i: int, group: _Group) -> None:
    one = group.one
    names = [n for n in FIGURES if any(getattr(row[2], n) is not None for row in group.rows)]
    has_classes = any(row[2].classes is not None for row in group.rows)
    heads = [named(translate(FIGURES[name]), one.features.name) for name in names]
    if has_classes:
        heads.append(named(_("Classes hit"), one.features.name))
    body: list[list[Cell]] = []
    for cell, word, made in group.rows:
        figures = [getattr(made, name) for name in names]
        values = [_NONE if figure is None else with_interval(figure) for figure in figures]
        if has_classes:
            values.append(_classes(made))
        step = _("step {step}").format(step=number(made.step))
        body.append([cell, f"{word}, {step}", *values])
    table = _table(_("Evaluations"), [_("run"), _("snapshot"), *heads], body)
    compare_table(f"evaluations-{i}", table)
    st.caption(_about(group, names))


def _classes(made: Evaluation) -> str:
    if made.classes is None:
        return _NONE
    return _("{n} of {all}").format(n=made.classes.num_hit, all=len(made.classes.names))


def _about(group: _Group, names: Sequence[str]) -> str:
    """What was compared with what, and what brackets mean where there are any."""
    words = against(group.one, plain(group.kind.title))
    figures = (getattr(made, name) for _cell, _word, made in group.rows for name in names)
    if any(figure is not None and has_interval(figure) for figure in figures):
        return _("{comparison}; in brackets the 95 % interval.").format(comparison=words)
    return _("{comparison}.").format(comparison=words)


def _table(label: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    return {"label": label, "heads": [{"label": head} for head in heads], "rows": rows}


def _runs(runs: Sequence[RunView]) -> list[Cell]:
    return [look(run, i) for i, run in enumerate(runs)]
