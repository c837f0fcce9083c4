"""The Compare page: choose runs; their sheets, curves, differences, figures and families."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from gan_core.runs.status import BUSY
from gan_core.runs.store import RunView
from pages._parts.chart_download import save_popover
from pages._parts.compare_charts import compare_charts
from pages._parts.compare_choice import choose, take
from pages._parts.compare_data import element
from pages._parts.compare_evaluated import Points, evaluation_panels, goes_on, points_by_panel
from pages._parts.compare_tables import show_differences, show_figures
from pages._parts.components import compare
from pages._parts.family_view import comparable, draw_family, family_words, relatives_of
from pages._parts.i18n import _
from pages._parts.ink import ink_switch
from pages._parts.messages import guarded
from pages._parts.studio import studio
from pages._parts.words import plain

TICK_SECS = 4.0
AXES = ("step", "images", "time")


def show_compare() -> None:
    """Draw the page."""
    runs = studio().store.list()
    if not runs:
        st.subheader(_("Nothing to compare yet"), anchor=False)
        st.markdown(
            _("Press **Train**: when two runs are there, they can stand side by side here.")
        )
        st.page_link("pages/train.py", label=_("Go to Train"), icon=":material/model_training:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose(runs)
        if chosen:
            ink_switch(next((r.config for r in chosen if _is_grey(r)), None))
        files = st.container(width="content")
    if not chosen:
        st.markdown(
            _(
                "Choose runs above, or mark some on **Runs**. The address then names them, to be "
                "handed on."
            )
        )
        st.page_link("pages/runs.py", label=_("Go to Runs"), icon=":material/view_cozy:")
        return
    told = _show_element(chosen)
    with files:  # of the axis that the element has told of by now
        save_popover(compare_charts(chosen, _view()["axis"]), key="compare")
    _show_tables(tuple(run.id for run in chosen), told)
    _show_families(chosen)


def _is_grey(run: RunView) -> bool:
    return run.sound_config().dataset.channels == 1


def _show_element(runs: Sequence[RunView]) -> Points:
    """Draw it; what it was told of evaluations."""
    data = element(runs, _view())
    state = compare(key="compare", data=data)
    chosen = state.view if state is not None else None
    if isinstance(chosen, dict):
        _note_view(chosen)
    return points_by_panel(data["panels"])


def _view() -> dict[str, Any]:
    """What the address says of the view; it is anybody's text."""
    axis, step = st.query_params.get("axis", ""), st.query_params.get("step", "")
    return {
        "axis": axis if axis in AXES else AXES[0],
        "step": int(step) if step.isdecimal() and len(step) <= 12 else None,
    }


def _note_view(view: dict[str, Any]) -> None:
    """The address tells the axis and the step that were chosen in the browser."""
    axis, step = view.get("axis"), view.get("step")
    told = {
        "axis": axis if axis in AXES[1:] else "",
        "step": str(step) if isinstance(step, int) else "",
    }
    for name, text in told.items():
        if text:
            st.query_params[name] = text
        else:
            st.query_params.pop(name, None)


def _show_tables(ids: tuple[str, ...], told: Points) -> None:
    busy = _is_any_busy(ids)
    st.fragment(_tables, run_every=TICK_SECS if busy else None)(ids, told, was_busy=busy)


def _tables(ids: tuple[str, ...], told: Points, *, was_busy: bool) -> None:
    with guarded():
        store = studio().store
        if not set(ids) <= set(store.ids()) or (was_busy and not _is_any_busy(ids)):
            st.rerun()  # one was deleted, which is told above; or the last one ended: no more ticks
        runs = [store.get(run_id) for run_id in ids]
        if not goes_on(told, points_by_panel(evaluation_panels(runs))):
            st.rerun()  # the curves above need another panel, or were told what is no longer so
        if len(runs) > 1:
            show_differences(runs)
        show_figures(runs)


def _is_any_busy(ids: tuple[str, ...]) -> bool:
    return any(studio().store.get(run_id).status.state in BUSY for run_id in ids)


def _show_families(runs: Sequence[RunView]) -> None:
    """Each family once, with the way to compare the whole of it."""
    shown: set[str] = set()
    for run in runs:
        found = relatives_of(run.id)
        if run.id in shown or len(found) < 2:
            continue
        shown |= {one.id for one in found}
        with st.expander(
            _("The family of {name}").format(name=plain(run.title)), icon=":material/account_tree:"
        ):
            draw_family(found, run.id)
            ids = comparable(found, run.id)
            if len(ids) > 1 and ids != [one.id for one in runs]:
                st.button(
                    family_words(found, ids),
                    icon=":material/compare:",
                    key=f"family-{run.id}",
                    on_click=take,
                    args=(ids,),
                )
