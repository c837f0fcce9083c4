"""Train: choose and start a run, or watch the one, or the several, that the address names."""

from __future__ import annotations

import streamlit as st

from pages._parts.live import show_run
from pages._parts.messages import guarded
from pages._parts.repeat_view import show_group
from pages._parts.setup import show_setup
from pages._parts.studio import studio

with guarded():
    run_id = st.query_params.get("run")
    group = st.query_params.get("group")
    if run_id:
        show_run(studio().store.get(run_id))
    elif group:
        show_group(group)
    else:
        show_setup()
