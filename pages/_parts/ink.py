"""The switch that shows grey images as ink on white paper; for those of all pages alike."""

from __future__ import annotations

import streamlit as st

from gan_core.config import RunConfig
from pages._parts.i18n import _

_KEY = "invert"


def ink_switch(config: RunConfig | None) -> None:
    """Draw it, where the images are grey: colours have no other side."""
    if config is not None and config.dataset.channels == 1:
        st.toggle(
            _("Ink on white"),
            key=_KEY,
            help=_("How grey images are shown; the files stay as they were trained."),
        )


def is_inverted(config: RunConfig) -> bool:
    """Whether this run's images are shown so."""
    return bool(st.session_state.get(_KEY)) and config.dataset.channels == 1
