"""Explore: move through the latent space of a generator, also while it is still learning."""

from __future__ import annotations

from pages._parts.explorer_view import show_explorer
from pages._parts.messages import guarded

with guarded():
    show_explorer()
