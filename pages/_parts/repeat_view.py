"""Runs that differ in their seed alone: their mean, their spread, and the way to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from gan_core.charts.figures import IN_THE_DARK, ON_PAPER, Colours, Format
from gan_core.charts.spread import Columns, spread, spread_columns, spread_figure
from gan_core.charts.table import csv_bytes
from gan_core.jobs.launch import revive_queue
from gan_core.jobs.repeats import members, repeat_run
from gan_core.recipes import registry
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import BUSY
from gan_core.runs.store import RunView
from pages._parts.chart_download import SavedChart, save_popover
from pages._parts.i18n import _, ngettext_
from pages._parts.messages import STATE_COLOURS, STATE_ICONS, guarded
from pages._parts.panels import Panel, panels
from pages._parts.quality import measured_of, quality_panels
from pages._parts.run_charts import quality_columns, training_columns
from pages._parts.studio import studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, plain, state_word

NUM_REPEATS = 5
TICK_SECS = 4.0


def show_group(group: str) -> None:
    """The page of a group, at its own address."""
    runs = members(studio().store, group)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(
            _("{n} seeds of {recipe} on {data}").format(
                n=len(runs),
                recipe=plain(runs[0].sound_config().recipe),
                data=plain(runs[0].sound_config().dataset.name),
            ),
            anchor=False,
            width="stretch",
        )
        st.page_link("pages/train.py", label=_("New run"), icon=":material/add:", query_params={})
    busy = any(run.status.state in BUSY for run in runs)
    st.fragment(_tick, run_every=TICK_SECS if busy else None)(group)


def _tick(group: str) -> None:
    with guarded():
        store = studio().store
        runs = members(store, group)
        if any(run.status.state == "queued" for run in runs):
            revive_queue(store)
        _pictures(runs)
        _members(runs)
        if not any(run.status.state in BUSY for run in runs) and st.session_state.get(group):
            st.session_state.pop(group)
            st.rerun()  # the last one ended: no more ticks
        st.session_state[group] = any(run.status.state in BUSY for run in runs)


def _members(runs: list[RunView]) -> None:
    with st.container(horizontal=True):
        for run in runs:
            with st.container(border=True, width=190, gap="small"):
                config, status = run.sound_config(), run.status
                st.markdown(_("**seed {seed}**").format(seed=config.seed))
                st.badge(
                    state_word(status.state),
                    icon=STATE_ICONS[status.state],
                    color=STATE_COLOURS[status.state],  # type: ignore[arg-type]
                )
                st.caption(
                    _("step {step} of {total}").format(
                        step=number(status.step), total=number(config.total_steps)
                    )
                )
                st.page_link(
                    "pages/train.py",
                    label=_("Open"),
                    icon=":material/monitoring:",
                    query_params={"run": run.id},
                )


def _pictures(runs: list[RunView]) -> None:
    """Mean and spread of each panel's curves, of the runs that have begun."""
    logs = [log for log in map(_columns, runs) if log.get("step")]
    if not logs:
        st.caption(_("The first values appear here soon."))
        return
    drawn = panels(registry.get(runs[0].sound_config().recipe).family)
    _panels(runs, logs, drawn)
    last = spread(logs, drawn[0].lines[0].key).steps
    st.caption(
        ngettext_(
            "Line: one run, for now. Up to step {step}.",
            "Line: the mean of {n} runs. Band: one standard deviation on either side. Up to step "
            "{step}, as far as all of them have come.",
            len(logs),
        ).format(n=len(logs), step=number(last[-1]) if len(last) else 0)
    )
    _quality(runs)


def _quality(runs: list[RunView]) -> None:
    """The same of what was evaluated, of the runs that were measured by the same features."""
    newest = {run.id: made[-1] for run in runs if (made := evaluations.light(run.paths))}
    measured = [run for run in runs if run.id in newest]
    if not measured:
        return
    features = newest[measured[0].id].features.sha256
    alike = [run for run in measured if newest[run.id].features.sha256 == features]
    drawn = quality_panels(measured_of(measured[0].paths))
    logs = [quality_columns(run.paths) for run in alike]
    _panels(alike, logs, drawn)


def _panels(runs: list[RunView], logs: list[Columns], drawn: Sequence[Panel]) -> None:
    """Two beside each other, each with its files."""
    colours = IN_THE_DARK if st.context.theme.type == "dark" else ON_PAPER
    for start in range(0, len(drawn), 2):
        for column, panel in zip(st.columns(2), drawn[start : start + 2], strict=False):
            words = _words(panel)
            with column:
                picture = _figure(logs, panel, words, "png", colours)
                st.image(picture, width="stretch", alt=panel.title)
                save_popover([_saved(runs, panel, words)], key=f"spread-{panel.key}")


def _saved(runs: list[RunView], panel: Panel, words: _Words) -> SavedChart:
    """A chart's files; each run's log is read when one is asked for."""
    paths = [run.paths for run in runs]
    names = [_("seed {seed}").format(seed=run.sound_config().seed) for run in runs]
    is_quality = panel.group == "quality"
    return SavedChart(
        title=panel.title,
        stem=f"{runs[0].meta.group}-{panel.key}",
        csv=partial(_csv, paths, names, is_quality),
        figure=lambda suffix: _figure(_logs(paths, is_quality), panel, words, suffix),
    )


def _logs(paths: Sequence[RunPaths], is_quality: bool) -> list[Columns]:
    read = quality_columns if is_quality else training_columns
    return [log for log in map(read, paths) if log.get("step")]


def _csv(paths: Sequence[RunPaths], names: Sequence[str], is_quality: bool) -> bytes:
    """Every column of every run, its mean and its deviation."""
    read = quality_columns if is_quality else training_columns
    begun = [(name, log) for name, log in zip(names, map(read, paths), strict=True) if log["step"]]
    logs = [log for _name, log in begun]
    keys = [key for key in logs[0] if key != "step"] if logs else []
    return csv_bytes(spread_columns(logs, keys, [name for name, _log in begun]))


@dataclass(frozen=True)
class _Words:
    """Of a figure, translated: files are made where nobody knows the viewer's language."""

    x_label: str
    y_label: str


def _words(panel: Panel) -> _Words:
    return _Words(_("Step"), panel.y_label or panel.title)


def _figure(
    logs: Sequence[Columns],
    panel: Panel,
    words: _Words,
    suffix: Format,
    colours: Colours = ON_PAPER,
) -> bytes:
    return spread_figure(
        logs,
        [line.key for line in panel.lines],
        title=panel.title,
        x_label=words.x_label,
        y_label=words.y_label,
        labels={line.key: line.label for line in panel.lines},
        colours=colours,
        format=suffix,
    )


def _columns(run: RunView) -> Columns:
    return training_columns(run.paths)


def group_link(run: RunView) -> None:
    """The way from a run to its group, if it has one."""
    if run.meta.group:
        st.page_link(
            "pages/train.py",
            label=_("All seeds"),
            icon=":material/stacked_line_chart:",
            query_params={"group": run.meta.group},
            help=_("The mean of this run over its seeds, and how far they differ."),
        )


def repeat_button(run: RunView) -> None:
    """The button that makes a run one of several seeds."""
    if not run.meta.group and run.config is not None and run.config.parent is None and may("train"):
        pressed = st.button(
            _("Repeat over {n} seeds").format(n=NUM_REPEATS),
            icon=":material/repeat:",
            help=_("Queues {n} more with other seeds and shows the mean of all.").format(
                n=NUM_REPEATS - 1
            ),
            key="repeat-run",
        )
        if pressed:
            _repeat(run)


def _repeat(run: RunView) -> None:
    here = studio()
    with guarded():
        runs = repeat_run(here.store, run.id, NUM_REPEATS, data_dir=here.data_dir, by=viewer())
        st.query_params.clear()
        st.query_params["group"] = runs[0].meta.group
        st.rerun()
