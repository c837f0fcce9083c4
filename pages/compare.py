"""Compare: runs side by side, or the sweep that the address names."""

from __future__ import annotations

import streamlit as st

from pages._parts.compare_view import show_compare
from pages._parts.messages import guarded
from pages._parts.sweep_view import show_sweep

with guarded():
    sweep = st.query_params.get("sweep")
    if sweep:
        show_sweep(sweep)
    else:
        show_compare()
