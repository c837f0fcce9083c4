"""The generator as a file for other programs, with the lines that use it there."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from gan_core.access.people import Person
from gan_core.jobs.export import default_name, export
from gan_core.jobs.snippet import FORMATS, snippet_of
from gan_core.runs.store import RunView
from pages._parts.i18n import _
from pages._parts.studio import studio
from pages._parts.viewer import viewer

_TITLES = {"onnx": "ONNX", "keras": "Keras", "h5": "HDF5"}


def show_model_files(run: RunView, step: int) -> None:
    """Choose a format, download, and read how to use it."""
    by = viewer()  # what is downloaded is made elsewhere, where nobody knows who asks
    uniform = run.sound_config().settings.latent_distribution == "uniform"
    chosen = st.segmented_control(
        _("The generator as a file"),
        [name for name in FORMATS if not (uniform and name == "h5")],  # see `export`
        default=FORMATS[0],
        required=True,
        format_func=lambda name: _TITLES[name],
        key=f"model-format-{run.id}",
    )
    name = default_name(run, step, chosen)
    st.download_button(
        _("Download {name}").format(name=name),
        data=lambda: _written(run.id, step, chosen, by),
        file_name=name,
        key=f"model-file-{run.id}-{chosen}",
        icon=":material/download:",
        on_click="ignore",
    )
    if chosen != "onnx":
        st.caption(_("TensorFlow writes it: about ten seconds."))
    st.markdown(_("How to use it:"))
    st.code(snippet_of(run, chosen, name), language="python")


def _written(run_id: str, step: int, chosen: str, by: Person) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return export(studio().store, run_id, step, chosen, Path(folder), by=by).read_bytes()
