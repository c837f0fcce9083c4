"""The data sets that Train and Data offer: named ones and people's own, told apart by name."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gan_core import data
from gan_core.charts.sheet import png_bytes, sheet
from gan_core.data import DatasetCard, prepared
from gan_core.errors import DamagedError, NotFoundError
from gan_core.jobs import own_sets
from pages._parts.i18n import translate
from pages._parts.studio import studio

OWN_ICON = "◆"
"""Stands before the titles of people's own sets in lists."""

_MAX_SHEET_SIDE = 640


def offered() -> list[str]:
    """The names to choose from: one's own, newest first, then the named ones."""
    own = [one.info.name for one in own_sets.own_sets(studio().store.root)]
    return [*data.names(), *own]


def asked_for() -> str | None:
    """The data set that the address names with `?dataset=`, where there is such."""
    name = st.query_params.get("dataset")
    if not name:
        return None
    try:
        return describe(name).name
    except (NotFoundError, DamagedError):
        return None


def describe(name: str) -> DatasetCard:
    """The card of a named or an own set.

    Raises:
        NotFoundError: there is none of that name.
        DamagedError: its card cannot be read.
    """
    if prepared.is_own(name):
        return own_sets.card(own_sets.find(studio().store.root, name))
    return data.describe(name, studio().data_dir)


def title(name: str) -> str:
    """What people call a data set; what is their own carries a sign."""
    try:
        card = describe(name)
    except (NotFoundError, DamagedError):
        return name  # deleted at this moment
    return f"{OWN_ICON} {card.title}" if prepared.is_own(name) else translate(card.title)


def picture(name: str, count: int, columns: int) -> bytes:
    """Some real images of a data set that is here, as PNG.

    Raises:
        NotFoundError, DamagedError: they cannot be read.
    """
    here = studio()
    return _picture(name, str(here.data_dir), str(here.store.root), count, columns)


@st.cache_data(max_entries=16, show_spinner=False)
def _picture(name: str, data_dir: str, runs_dir: str, count: int, columns: int) -> bytes:
    if prepared.is_own(name):
        images = own_sets.preview(own_sets.find(Path(runs_dir), name), count)
    else:
        images = data.preview(name, Path(data_dir), count, 0)
    scale = max(1, round(_MAX_SHEET_SIDE / (columns * images.shape[1])))
    return png_bytes(sheet(images, columns, scale, max(1, 2 // scale)))
