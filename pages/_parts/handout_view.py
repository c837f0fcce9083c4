"""A generator to hand out: one file for people who have nothing but a browser."""

from __future__ import annotations

import streamlit as st

from gan_core.handout import handout
from gan_core.runs.fallback import first_shown
from gan_core.runs.store import RunView
from pages._parts.bounds import jobs_line
from pages._parts.i18n import _
from pages._parts.messages import guarded
from pages._parts.model_files import show_model_files
from pages._parts.snapshot_choice import say_skipped
from pages._parts.viewer import viewer
from pages._parts.words import number


def show_handout(run: RunView, chosen: str) -> None:
    """A button with what it gives; the file is made when somebody presses it."""
    by = viewer()  # what is downloaded is made elsewhere, where nobody knows who asks
    with st.popover(_("Hand out"), icon=":material/ios_share:"), guarded():
        found = first_shown(run.paths, chosen)
        say_skipped(found)
        step = found.step
        st.markdown(
            _(
                "One page with sliders, pad and walks for step {step}. It opens from disk, on a "
                "stick or a phone, with no server and no network."
            ).format(step=number(step))
        )
        jobs_line()
        st.download_button(
            _("Download the page (HTML)"),
            data=lambda: handout(run, step, by=by).encode(),
            file_name=f"{run.id}-{step}.html",
            mime="text/html",
            key=f"handout-{run.id}",
            icon=":material/download:",
            on_click="ignore",
        )
        st.divider()
        show_model_files(run, step)
