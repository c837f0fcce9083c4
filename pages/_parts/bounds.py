"""A plain line where a bound is reached, before somebody presses the button.

Pages ask what is known already: measuring a folder of many runs takes time.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gan_core.access.quotas import QuotaError
from gan_core.errors import GanCoreError
from gan_core.jobs import brought, line, slots
from pages._parts.messages import field_error
from pages._parts.studio import studio
from pages._parts.viewer import viewer


def queue_line() -> None:
    """Where the viewer trains, but may queue no run more at the moment."""
    by = viewer()
    if by.may("train"):
        _line(lambda: line.check(studio().store, by, may_measure=False))


def upload_line() -> None:
    """Where the viewer brings files, but may bring no more at the moment."""
    by = viewer()
    if by.may("upload"):
        _line(lambda: brought.check(studio().store.root, by, 1, may_measure=False))


def jobs_line() -> None:
    """Where the viewer has as many exports and searches under way as they may."""
    by = viewer()
    if by.may("take"):
        _line(lambda: slots.check(studio().store.root, by))


def largest_upload_mb(max_bytes: int) -> int:
    """What a field may promise: Streamlit refuses larger files whatever the field says."""
    return min(max_bytes // 1024**2, int(st.get_option("server.maxUploadSize")))


def _line(check: Callable[[], None]) -> None:
    try:
        check()
    except QuotaError as error:
        field_error(error)
    except GanCoreError:
        return  # the folder cannot be written, say; whoever presses the button is told
