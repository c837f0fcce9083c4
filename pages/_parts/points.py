"""Points of latent space as the pages hand them on."""

from __future__ import annotations

import streamlit as st

Point = tuple[float, ...]


def go(run_id: str, point: Point) -> None:
    """Have the explorer move to a point when the page is drawn again."""
    key = f"go-{run_id}"
    version = st.session_state.get(key, (0, ()))[0]
    st.session_state[key] = (version + 1, point)
