"""A run's family: whom it was forked from, and what was forked from it."""

from __future__ import annotations

import streamlit as st

from gan_core.charts.family import (
    DARK,
    LIGHT,
    MAX_DRAWN,
    family_columns,
    family_figure,
    family_picture,
)
from gan_core.charts.table import csv_bytes
from gan_core.runs.family import Relative, family
from gan_core.runs.store import RunView
from pages._parts.chart_download import SavedChart, save_popover
from pages._parts.compare_choice import MOST_RUNS, address_of
from pages._parts.i18n import _, ngettext_
from pages._parts.studio import studio
from pages._parts.words import number, plain, state_word

_PICTURE_WIDTH = 680


def relatives_of(run_id: str) -> list[Relative]:
    """The whole family of a run; itself alone where it has none."""
    return family(studio().store.list(), run_id)


def show_family(run: RunView) -> None:
    """The family of a run, drawn and listed; on the run's page."""
    found = relatives_of(run.id)
    if len(found) < 2:
        st.caption(
            _("No family yet: this run was not forked from another, and none was forked from it.")
        )
        return
    draw_family(found, run.id)
    ids = comparable(found, run.id)
    if len(ids) > 1:
        st.page_link(
            "pages/compare.py",
            label=family_words(found, ids),
            icon=":material/compare:",
            query_params=address_of(ids),
        )


def family_words(found: list[Relative], ids: list[str]) -> str:
    """What the way to a comparison of these relatives is called."""
    if len(ids) == sum(one.run is not None for one in found):
        return _("Compare the whole family")
    words = ngettext_("Compare {n} of the family", "Compare {n} of the family", len(ids))
    return words.format(n=len(ids))


def comparable(found: list[Relative], run_id: str) -> list[str]:
    """The ids to compare: all that are there, or the nearest to a run where they are too many."""
    there = [one for one in found if one.run is not None and not one.run.damage]
    here = next((i for i, one in enumerate(there) if one.id == run_id), 0)
    nearest = sorted(range(len(there)), key=lambda i: (abs(i - here), i))[:MOST_RUNS]
    return [there[i].id for i in sorted(nearest)]


def draw_family(found: list[Relative], run_id: str) -> None:
    """The picture, where it is not too large, and the list with its links."""
    if len(found) <= MAX_DRAWN:
        names = {one.id: _name(one) for one in found}
        picture = family_picture(
            found,
            names,
            chosen=run_id,
            inks=DARK if st.context.theme.type == "dark" else LIGHT,
            axis=_("step {step}"),
        )
        st.image(picture, width=_PICTURE_WIDTH)
        save_popover([_saved(found, names, run_id)], key=f"family-{run_id}")
    with st.container(gap=None):
        for one in found:
            _line(one, is_chosen=one.id == run_id)


def _saved(found: list[Relative], names: dict[str, str], run_id: str) -> SavedChart:
    """The picture as files; all that it says is looked up now, in the viewer's language."""
    title = _("The family of {name}").format(name=names[run_id])
    axis = _("Steps")
    return SavedChart(
        title=title,
        stem=f"family-{run_id}",
        csv=lambda: csv_bytes(family_columns(found, names)),
        figure=lambda suffix: family_figure(
            found, names, chosen=run_id, title=title, axis=axis, format=suffix
        ),
    )


def _line(one: Relative, *, is_chosen: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if one.depth:
            indent = "\u2003" * (2 * (one.depth - 1))
            begun = _("from step {step}").format(step=number(one.step or 0))
            st.markdown(f"{indent}└ {begun}", width="content")
        if one.run is None:
            st.markdown(_name(one), width="content")
        elif is_chosen:
            st.markdown(f"**{plain(_name(one))}**", width="content")
        else:
            st.page_link("pages/train.py", label=plain(_name(one)), query_params={"run": one.id})
        if one.run is not None:
            st.caption(state_word(one.run.status.state), width="content")


def _name(one: Relative) -> str:
    if one.run is None:
        return _("{run} (deleted)").format(run=one.id)
    return one.run.title
