"""Marks on the cards of the Runs page: these shall be compared."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gan_core.runs.store import RunView
from pages._parts.compare_choice import MOST_RUNS, address_of
from pages._parts.i18n import _, ngettext_

_MARKED = "compare-marked"


def mark_to_compare(run_id: str) -> None:
    """The box on a card; no more of them can be ticked than stand side by side."""
    marked: list[str] = st.session_state.get(_MARKED, [])
    st.session_state[_key(run_id)] = run_id in marked
    st.checkbox(
        _("Compare"),
        key=_key(run_id),
        disabled=run_id not in marked and len(marked) >= MOST_RUNS,
        on_change=_note,
        args=(run_id,),
    )


def compare_bar(runs: Sequence[RunView]) -> None:
    """How many runs are marked, and the way to their comparison."""
    there = {run.id for run in runs}
    marked = [run_id for run_id in st.session_state.get(_MARKED, []) if run_id in there]
    st.session_state[_MARKED] = marked
    if not marked:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        words = ngettext_(
            "**{n} run** marked; mark one more to compare.", "**{n} runs** marked.", len(marked)
        )
        st.markdown(words.format(n=len(marked)), width="stretch")
        st.page_link(
            "pages/compare.py",
            label=_("Compare them"),
            icon=":material/compare:",
            query_params=address_of(marked),
            disabled=len(marked) < 2,
        )
        st.button(_("Clear"), key="compare-clear", type="tertiary", on_click=_clear)


def _key(run_id: str) -> str:
    return f"compare-{run_id}"


def _note(run_id: str) -> None:
    marked = [one for one in st.session_state.get(_MARKED, []) if one != run_id]
    if st.session_state[_key(run_id)]:
        marked.append(run_id)
    st.session_state[_MARKED] = marked


def _clear() -> None:
    st.session_state[_MARKED] = []
