"""What stands at every chart: its numbers as CSV and the chart as SVG and PNG, for a report.

The files are made when somebody asks for one, by a thread that knows nothing of the page: the
words in them are translated before, when the buttons are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from gan_core.charts.figures import Format
from pages._parts.i18n import _
from pages._parts.words import plain

_MEDIA_TYPES: dict[Format, str] = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True)
class SavedChart:
    """One chart as files.

    Attributes:
        title: what it shows.
        stem: the files' name without its end.
        csv: makes its numbers.
        figure: makes its picture.
        formats: those that it is drawn in.
    """

    title: str
    stem: str
    csv: Callable[[], bytes]
    figure: Callable[[Format], bytes]
    formats: tuple[Format, ...] = ("svg", "png")


def save_popover(charts: Sequence[SavedChart], *, key: str) -> None:
    """A button that opens to the files of one or several charts."""
    if not charts:
        return
    label = _("Save") if len(charts) == 1 else _("Save charts")
    with st.popover(label, icon=":material/download:", type="tertiary", key=f"save-{key}"):
        for chart in charts:
            st.caption(plain(chart.title))
            with st.container(horizontal=True, gap="small"):
                _file_buttons(chart, key)


def _file_buttons(chart: SavedChart, key: str) -> None:
    _file_button(chart, key, "csv", chart.csv, "text/csv")
    for suffix in chart.formats:
        _file_button(chart, key, suffix, partial(chart.figure, suffix), _MEDIA_TYPES[suffix])


def _file_button(
    chart: SavedChart, key: str, suffix: str, make: Callable[[], bytes], media_type: str
) -> None:
    st.download_button(
        suffix.upper(),
        data=make,
        file_name=f"{chart.stem}.{suffix}",
        mime=media_type,
        key=f"save-{key}-{chart.stem}-{suffix}",
        on_click="ignore",
    )
