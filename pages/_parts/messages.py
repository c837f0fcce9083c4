"""What happened and what to do, in the same shape everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from gan_core.errors import GanCoreError
from gan_core.runs.status import Said
from pages._parts.i18n import error_text, translate
from pages._parts.words import plain

STATE_COLOURS = {
    "queued": "gray",
    "starting": "blue",
    "running": "green",
    "paused": "orange",
    "completed": "violet",
    "stopped": "gray",
    "failed": "red",
    "interrupted": "orange",
}
STATE_ICONS = {
    "queued": ":material/hourglass_empty:",
    "starting": ":material/rocket_launch:",
    "running": ":material/play_circle:",
    "paused": ":material/pause_circle:",
    "completed": ":material/check_circle:",
    "stopped": ":material/stop_circle:",
    "failed": ":material/error:",
    "interrupted": ":material/warning:",
}


def show_error(error: GanCoreError) -> None:
    """A box that says what happened and what to do."""
    message, hint = error_text(error)
    words = plain(_sentence(message)) + (f"\n\n{plain(hint)}" if hint else "")
    st.error(words, icon=":material/info:")


def field_error(error: GanCoreError) -> None:
    """The same beside a field, small."""
    message, hint = error_text(error)
    st.caption(f":red[{plain(_sentence(message))} {plain(hint)}]")


@contextmanager
def guarded() -> Iterator[None]:
    """Show an error that people can act upon; anything else is a bug and goes to the log."""
    try:
        yield
    except GanCoreError as error:
        show_error(error)


def said_text(said: Said) -> str:
    """A status sentence in the viewer's language."""
    return translate(said.template).format(**said.values)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
