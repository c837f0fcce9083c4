"""A sheet of images to sort by hand into those with a property and those without."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages._parts.components import LOADER, element_data
from pages._parts.i18n import _

_WITH, _WITHOUT = 1, 2

_sheet = st.components.v2.component("latent_studio_concept_sheet", js=LOADER)


@dataclass(frozen=True)
class Sorted:
    """Positions of the images that were clicked."""

    with_: tuple[int, ...] = ()
    without: tuple[int, ...] = ()


def concept_sheet(
    key: str, images: NDArray[np.uint8], labels: Sequence[str], *, version: str, invert: bool
) -> Sorted:
    """Show images uint8 `[N, H, W, C]`; return how they were sorted so far.

    Args:
        key: the element's key.
        images: small ones.
        labels: a word for each, or none at all.
        version: another one stands for other images, which begin unsorted.
        invert: show ink on white.
    """
    data = {
        "words": _words(),
        "version": version,
        "shape": list(images.shape[1:]),
        "images": [base64.b64encode(image.tobytes()).decode() for image in images],
        "labels": list(labels),
        "invert": invert,
    }
    shown = element_data("concept_sheet", data)
    state = _sheet(key=key, data=shown, on_marks_change=lambda: None)
    told = state.marks
    if not isinstance(told, dict) or told.get("version") != version:
        return Sorted()
    marks = np.asarray(told.get("marks"))
    if marks.shape != (len(images),):
        return Sorted()
    positions = [tuple(np.flatnonzero(marks == mark).tolist()) for mark in (_WITH, _WITHOUT)]
    return Sorted(*positions)


def _words() -> dict[str, str]:
    return {
        "sheet": _("Images to sort"),
        "image": _("Image {index} {label}: {mark}"),
        "mark_none": _("not sorted"),
        "mark_with": _("with"),
        "mark_without": _("without"),
        "count": _("{with} with · {without} without"),
    }
