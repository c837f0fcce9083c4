"""The Runs page's way in: a run zip, or somebody's generator, becomes a run."""

from __future__ import annotations

import streamlit as st

from gan_core.jobs.import_upload import MAX_BYTES, SUFFIXES, import_upload
from pages._parts.bounds import largest_upload_mb, upload_line
from pages._parts.i18n import _
from pages._parts.messages import guarded
from pages._parts.studio import studio
from pages._parts.viewer import may, viewer
from pages._parts.words import plain

_ROUND = "bring-in-round"


def show_bring_in() -> None:
    """A button that opens the field; what came in is announced, and is the first card."""
    if not may("upload"):
        return
    # A new key closes the popover and empties the field, and with it the memory that the server
    # keeps the file in.
    number = st.session_state.get(_ROUND, 0)
    with st.popover(_("Import"), icon=":material/upload_file:", key=f"bring-in-popover-{number}"):
        st.caption(
            _(
                "A run that somebody exported as zip, or a trained generator from elsewhere: a "
                "whole Keras model (.keras, .h5) or ONNX. Its layers are rebuilt from what the "
                "file says; nothing in it is run."
            )
        )
        upload_line()
        file = st.file_uploader(
            _("One file"),
            type=[suffix.removeprefix(".") for suffix in SUFFIXES],
            key=f"bring-in-{number}",
            max_upload_size=largest_upload_mb(MAX_BYTES),
        )
        pressed = st.button(
            _("Import"),
            type="primary",
            icon=":material/upload_file:",
            key="bring-in",
            disabled=file is None,
        )
        if pressed and file is not None:
            with guarded(), st.spinner(_("Reading the file …")):
                made = import_upload(studio().store, file.name, file, by=viewer())
                st.session_state[_ROUND] = number + 1
                st.toast(_("Imported: {name}").format(name=plain(made.title)))
                st.rerun()
