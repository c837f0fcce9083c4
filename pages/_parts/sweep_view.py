"""A sweep's page: how far it is, its pictures, its table, and the way to compare the best."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from gan_core.charts.figures import IN_THE_DARK, ON_PAPER, Colours, Format
from gan_core.charts.sweep import Dot, Words, sweep_figure
from gan_core.charts.table import Cell, csv_bytes
from gan_core.config import SettingValue
from gan_core.jobs.launch import revive_queue
from gan_core.jobs.sweep import shown
from gan_core.recipes.settings import SPECS
from gan_core.runs.status import BUSY
from gan_core.runs.store import RunView
from gan_core.runs.sweeps import Measure, Outcome, Result, members, result
from pages._parts.chart_download import SavedChart, save_popover
from pages._parts.compare_choice import MOST_RUNS, address_of
from pages._parts.components import compare_table
from pages._parts.figures import mean_words, named, with_interval
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.messages import guarded
from pages._parts.studio import studio
from pages._parts.words import number, plain, state_word

TICK_SECS = 4.0
_NONE = "–"


def show_sweep(sweep_id: str) -> None:
    """The page of a sweep, at its own address."""
    runs = members(studio().store, sweep_id)
    config = runs[0].sound_config()
    found = result(runs)
    st.subheader(
        _("Sweep of {settings}").format(settings=plain(", ".join(found.names))), anchor=False
    )
    dataset = config.dataset.title or config.dataset.name
    st.caption(
        ngettext_(
            "{n} run of {recipe} on {data}", "{n} runs of {recipe} on {data}", len(runs)
        ).format(n=len(runs), recipe=plain(config.recipe), data=plain(dataset))
    )
    busy = any(run.status.state in BUSY for run in runs)
    st.fragment(_tick, run_every=TICK_SECS if busy else None)(sweep_id, was_busy=busy)


def _tick(sweep_id: str, *, was_busy: bool) -> None:
    with guarded():
        store = studio().store
        runs = members(store, sweep_id)
        if any(run.status.state == "queued" for run in runs):
            revive_queue(store)
        if was_busy and not any(run.status.state in BUSY for run in runs):
            st.rerun()  # the last one ended: no more ticks
        _progress(runs)
        found = result(runs)
        _pictures(sweep_id, found)
        _table(found)
        _compare_link(found)


def _progress(runs: Sequence[RunView]) -> None:
    num_left = sum(run.status.state in BUSY for run in runs)
    if num_left:
        done = sum(min(run.status.step / max(run.status.total_steps, 1), 1.0) for run in runs)
        words = ngettext_("{n} run to go", "{n} runs to go", num_left).format(n=num_left)
        st.progress(done / len(runs), text=words)


def _pictures(sweep_id: str, found: Result) -> None:
    """The figure against each setting."""
    measured = [one for one in found.outcomes if one.figure is not None]
    if not measured or found.measure is None:
        st.caption(_("The first figures appear here soon."))
        return
    dark = st.context.theme.type == "dark"
    files = []
    for i, column in enumerate(st.columns(max(len(found.names), 2))[: len(found.names)]):
        words = _words(found, i)
        dots = _dots(found, i)
        picture = _figure(dots, words, IN_THE_DARK if dark else ON_PAPER, "png")
        column.image(picture, width="stretch", alt=words.title)
        files.append(
            SavedChart(
                title=words.title,
                stem=f"sweep-{sweep_id}-{found.names[i]}",
                csv=partial(csv_bytes, _columns(found)),
                figure=partial(_figure, dots, words, ON_PAPER),
            )
        )
    st.caption(_about(found.measure))
    save_popover(files, key=f"sweep-{sweep_id}")


def _figure(dots: Sequence[Dot], words: Words, colours: Colours, suffix: Format) -> bytes:
    return sweep_figure(dots, words, colours=colours, format=suffix)


def _words(found: Result, i: int) -> Words:
    name = found.names[i]
    spec = SPECS.get(name)
    measure = measure_name(found.measure)
    return Words(
        title=_("{figure} against {setting}").format(figure=measure, setting=name),
        setting=translate(spec.label) if spec else name,
        figure=measure,
        best=_("best"),
    )


def _dots(found: Result, i: int) -> list[Dot]:
    return [
        Dot(one.values[i], one.figure.value, one.figure.low, one.figure.high, one is found.best)
        for one in found.outcomes
        if one.figure is not None
    ]


def measure_name(measure: Measure | None) -> str:
    """The full name of the figure by which a sweep's runs are compared."""
    if measure is None:
        return ""
    if measure.name == "fid":
        return named(_("Best FID"), measure.features)
    return {
        "val_loss": _("Last loss on held-out images"),
        "loss": _("Last mean loss"),
        "g_loss": _("Last loss of G"),
    }[measure.name]


def _about(measure: Measure) -> str:
    """What the figure is, and what it does not say."""
    if measure.name == "fid":
        return _(
            "The lowest FID that each run was measured to have while it trained, on {n} generated "
            "images. Lower is better."
        ).format(n=number(measure.num_images))
    if measure.name == "loss":
        return f"{_loss_words(measure)} {mean_words()}"
    return _loss_words(measure)


def _loss_words(measure: Measure) -> str:
    if measure.is_telling:
        return _("Nothing was evaluated: the last loss stands instead. Lower is better.")
    if measure.name != "g_loss":
        return _(
            "Nothing was evaluated: the last loss stands instead. It holds the divergence times "
            "beta, which differs among these runs, so no run is called the best."
        )
    return _(
        "Nothing was evaluated: the last loss of G stands instead. It says how G stands against "
        "its own D, not how good the images are, so no run is called the best."
    )


def _table(found: Result) -> None:
    figure = measure_name(found.measure) or _("figure")
    heads = [_("run"), *found.names, _("state"), figure, _("at step")]
    labelled = {_("run"), _("state"), figure, _("at step")}
    compare_table(
        "sweep",
        {
            "label": _("The runs of this sweep"),
            "heads": [{"label": head} if head in labelled else head for head in heads],
            "rows": [_row(one, is_best=one is found.best) for one in found.outcomes],
        },
    )


def _row(one: Outcome, *, is_best: bool) -> list[Any]:
    values = [_NONE if value is None else shown(value) for value in one.values]
    figure = _NONE
    if one.figure is not None:
        figure = with_interval(one.figure)
    if is_best:
        figure = _("{figure}, the best").format(figure=figure)
    link = {"url": f"?run={one.run.id}", "title": one.run.title}
    step = number(one.step) if one.figure is not None else _NONE
    return [link, *values, {"label": state_word(one.run.status.state)}, figure, step]


def _columns(found: Result) -> dict[str, list[Cell]]:
    """The table as columns for a file; settings and figures by their plain names."""
    measure = found.measure
    name = measure.name if measure else "figure"
    figures = [one.figure for one in found.outcomes]
    values: dict[str, list[SettingValue]] = {
        setting: [one.values[i] for one in found.outcomes] for i, setting in enumerate(found.names)
    }
    return {
        "run": [one.run.id for one in found.outcomes],
        "state": [one.run.status.state for one in found.outcomes],
        **values,
        name: [figure.value if figure else None for figure in figures],
        f"{name}_low": [figure.low if figure else None for figure in figures],
        f"{name}_high": [figure.high if figure else None for figure in figures],
        "step": [one.step for one in found.outcomes],
        "features": [measure.features if measure else "" for _one in found.outcomes],
    }


def _compare_link(found: Result) -> None:
    ids = [one.run.id for one in found.outcomes][:MOST_RUNS]
    words = (
        _("Compare the best {n}") if found.best is not None else _("Compare {n} of them")
    ).format(n=len(ids))
    st.page_link(
        "pages/compare.py",
        label=words if len(ids) < len(found.outcomes) else _("Compare them side by side"),
        icon=":material/compare:",
        query_params=address_of(ids),
    )


def sweep_link(run: RunView) -> None:
    """The way from a run to its sweep, if it is one of a sweep."""
    if run.config is not None and run.config.sweep is not None:
        st.page_link(
            "pages/compare.py",
            label=_("Its sweep"),
            icon=":material/grid_on:",
            query_params={"sweep": run.config.sweep.id},
            help=_("All runs of the sweep that this run is a part of, in one table."),
        )
