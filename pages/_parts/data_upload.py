"""One's own pictures: choose files, say how they become squares, prepare them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.prepare import Options
from gan_core.data.resize import SIZES
from gan_core.jobs import own_sets
from gan_core.jobs.uploads import prepare_upload
from pages._parts.bounds import largest_upload_mb, upload_line
from pages._parts.i18n import _
from pages._parts.messages import guarded
from pages._parts.studio import studio
from pages._parts.viewer import viewer
from pages._parts.words import number

ROUND = "upload-round"
"""Counts the preparations of a session."""


def show_upload() -> None:
    """Draw the form; a prepared set becomes the one that the page shows."""
    as_folder = st.toggle(
        _("A whole folder"),
        key="upload-folder",
        help=_("With its folders inside, which become classes and splits."),
    )
    # A new key empties the field, and with it the memory that the server keeps the files in.
    key = f"upload-{st.session_state.get(ROUND, 0)}-{as_folder}"
    upload_line()
    files = st.file_uploader(
        _("Pictures, or one zip, npz, npy or idx.gz file"),
        accept_multiple_files="directory" if as_folder else True,
        key=key,
        max_upload_size=largest_upload_mb(UPLOAD.source_bytes),
    )
    st.caption(
        _(
            "Folders in a zip called train, test or val are splits; the folders below them, or "
            "at the top, are classes. What cannot be read is left out and named."
        )
    )
    options = _options()
    pressed = st.button(
        _("Prepare"),
        type="primary",
        icon=":material/auto_fix_high:",
        key="prepare",
        disabled=not files,
    )
    if pressed:
        with guarded():
            _prepare(files, options)


def _options() -> Options:
    size_column, fit_column, colour_column, name_column = st.columns([1, 1.4, 1.2, 1.4])
    size = size_column.selectbox(
        _("Image size"),
        SIZES,
        index=SIZES.index(64),
        key="upload-size",
        help=_("Height and width in pixels. 64 shows what is on a photo; 28 is quick."),
    )
    fits = {"crop": _("cut to the middle"), "pad": _("keep all, fill up")}
    fit = fit_column.selectbox(
        _("Made square"),
        list(fits),
        format_func=fits.__getitem__,
        key="upload-fit",
        help=_("Filled up means: with the colour of the picture's own border."),
    )
    colours = {"own": _("as they are"), "colour": _("colour"), "grey": _("grey")}
    chosen = colour_column.selectbox(
        _("Colours"), list(colours), format_func=colours.__getitem__, key="upload-channels"
    )
    title = name_column.text_input(
        _("Name"), key="upload-name", max_chars=100, placeholder=_("the file's name")
    )
    return Options(
        sizes=(size,),
        fit="pad" if fit == "pad" else "crop",
        channels={"own": None, "colour": 3, "grey": 1}[chosen],
        title=title.strip(),
    )


def _prepare(files: list[Any], options: Options) -> None:
    here = studio()
    bar = st.progress(0.0, text=_("Reading the pictures"))

    def progress(done: int, num_all: int) -> None:
        words = _("Reading the pictures: {done} of {all}")
        bar.progress(
            done / max(num_all, 1), text=words.format(done=number(done), all=number(num_all))
        )

    try:
        named = [(file.name, file) for file in files]
        own = prepare_upload(here.store.root, named, options, progress=progress, by=viewer())
    finally:
        bar.empty()
    own_sets.sweep(here.store.root)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.session_state["data-set"] = own.info.name
    st.query_params["dataset"] = own.info.name
    st.toast(_("{n} pictures are ready.").format(n=number(own.info.num_train + own.info.num_test)))
    st.rerun()
