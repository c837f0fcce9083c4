"""Runs that differ in their seed alone: their mean, their spread, and the way to each."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from gan_core.charts.spread import Columns, spread, spread_figure
from gan_core.jobs.launch import revive_queue
from gan_core.jobs.repeats import members, repeat_run
from gan_core.recipes import registry
from gan_core.runs.metrics import MetricReader
from gan_core.runs.status import BUSY
from gan_core.runs.store import RunView
from pages._parts.i18n import _, ngettext_
from pages._parts.messages import STATE_COLOURS, STATE_ICONS, guarded
from pages._parts.panels import Panel, panels
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
    for column, panel in zip(st.columns(len(drawn)), drawn, strict=True):
        with column:
            st.image(
                _figure(logs, panel, "png"),
                width="stretch",
                output_format="PNG",
                alt=panel.title,
            )
            _download(runs, panel)
    last = spread(logs, drawn[0].lines[0].key).steps
    st.caption(
        ngettext_(
            "Line: one run, for now. Up to step {step}.",
            "Line: the mean of {n} runs. Band: one standard deviation on either side. Up to step "
            "{step}, as far as all of them have come.",
            len(logs),
        ).format(n=len(logs), step=number(last[-1]) if len(last) else 0)
    )


def _download(runs: list[RunView], panel: Panel) -> None:
    group = runs[0].meta.group
    st.download_button(
        _("{what} as {format}").format(what=panel.title, format="PNG"),
        data=partial(_file, group, panel),
        file_name=f"{group}-{panel.key}.png",
        key=f"spread-{panel.key}",
        icon=":material/download:",
        on_click="ignore",
    )


def _file(group: str, panel: Panel) -> bytes:
    logs = [_columns(run) for run in members(studio().store, group)]
    return _figure([log for log in logs if log.get("step")], panel, "png", for_paper=True)


def _figure(
    logs: list[Columns],
    panel: Panel,
    suffix: Literal["png", "svg"],
    *,
    for_paper: bool = False,
) -> bytes:
    dark = st.context.theme.type == "dark" and not for_paper
    colours = {"ink": "#e8ebf0", "paper": "#13161b"} if dark else {}
    return spread_figure(
        logs,
        [line.key for line in panel.lines],
        title=panel.title,
        x_label=_("Step"),
        y_label=panel.title,
        labels={line.key: line.label for line in panel.lines},
        format=suffix,
        **colours,
    )


def _columns(run: RunView) -> Columns:
    reader = MetricReader(run.paths.metrics)
    reader.poll()
    return reader.columns


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
