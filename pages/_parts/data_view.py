"""The Data page: what there is to train on, one's own pictures among it."""

from __future__ import annotations

import streamlit as st

from gan_core.data import DatasetCard, prepared
from gan_core.jobs import own_sets
from pages._parts.data_facts import show_report
from pages._parts.data_sets import OWN_ICON, asked_for, describe, offered, picture, title
from pages._parts.data_upload import ROUND, show_upload
from pages._parts.i18n import _, translate
from pages._parts.messages import guarded
from pages._parts.studio import studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, plain

_CHOICE = "data-set"
_COLUMNS, _COLUMNS_LARGE, _ROWS = 16, 10, 6


def show_data() -> None:
    """Draw the page."""
    names = offered()
    own = [name for name in names if prepared.is_own(name)]
    if may("upload"):
        _add(is_first=not own)
    name = _chosen([*own, *(name for name in names if name not in own)])
    card = describe(name)
    sheet_column, facts_column = st.columns([3, 2], gap="medium")
    with sheet_column:
        _show_sheet(card)
    with facts_column:
        _show_facts(card)


def _add(*, is_first: bool) -> None:
    with st.expander(
        _("Add your own pictures"),
        icon=":material/add_a_photo:",
        expanded=is_first,
        key=f"add-{st.session_state.get(ROUND, 0)}",  # folds away when something was added
    ):
        show_upload()


def _chosen(names: list[str]) -> str:
    """The data set that the viewer looks at: the address's at first, then what they choose."""
    asked = asked_for()
    if st.session_state.get(_CHOICE) not in names:
        st.session_state[_CHOICE] = asked if asked in names else names[0]
    select_column, train_column = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    name = select_column.selectbox(
        _("Data set"),
        names,
        format_func=title,
        key=_CHOICE,
        help=_("{sign} marks your own pictures.").format(sign=OWN_ICON),
    )
    st.query_params["dataset"] = name
    pressed = train_column.button(
        _("Train on this"),
        type="primary",
        icon=":material/model_training:",
        width="stretch",
        disabled=not may("train"),
        key="train-on-this",
    )
    if pressed:
        st.switch_page("pages/train.py", query_params={"dataset": name})
    return name


def _show_sheet(card: DatasetCard) -> None:
    if not card.ready(studio().data_dir):
        megabytes = round(card.download_bytes / 1e6)
        st.info(
            _("{n} MB are downloaded when you train on it.").format(n=megabytes),
            icon=":material/download:",
        )
        return
    columns = _COLUMNS if card.info.image_size < 64 else _COLUMNS_LARGE
    with guarded():
        st.image(
            picture(card.name, columns * _ROWS, columns),
            width="stretch",
            output_format="PNG",
            alt=_("Some images of this data set"),
        )


def _show_facts(card: DatasetCard) -> None:
    is_own = prepared.is_own(card.name)
    shown = plain(card.title) if is_own else translate(card.title)
    st.markdown(f"**{shown}**")
    info = card.info
    st.markdown(
        _("{train} images to train on, {test} held out · {size} × {size} · {colours}").format(
            train=number(info.num_train),
            test=number(info.num_test),
            size=info.image_size,
            colours=_("colour") if info.channels == 3 else _("grey"),
        )
    )
    if not is_own:
        if info.num_classes > 1:
            st.caption(_("{n} classes").format(n=number(info.num_classes)))
        st.markdown(translate(card.text))
        st.caption(_("Licence: {licence}").format(licence=translate(card.licence)))
        return
    own = own_sets.find(studio().store.root, card.name)
    report = own_sets.report_of(own)
    if report is not None:
        show_report(report, info.title or info.name)
    if may("delete") and st.button(
        _("Delete …"), key="delete-set", icon=":material/delete:", type="tertiary"
    ):
        _confirm_delete(card.name, card.title)


def _confirm_delete(name: str, shown: str) -> None:
    # Not a decorator: the title would stay in the language of whoever came first.
    ask = st.dialog(_("Delete these pictures?"), icon=":material/delete:")(_ask_to_delete)
    ask(name, shown)


def _ask_to_delete(name: str, shown: str) -> None:
    st.markdown(
        _(
            "**{name}**, as prepared here. Your own files stay where they are, and runs that "
            "trained on them keep their copies."
        ).format(name=plain(shown))
    )
    with guarded():
        if st.button(_("Delete"), type="primary", key="really-delete-set"):
            here = studio()
            own_sets.delete(here.store.root, own_sets.find(here.store.root, name), by=viewer())
            st.query_params.pop("dataset", None)
            st.rerun()
