"""Data: the images there are to train on, one's own among them."""

from __future__ import annotations

from pages._parts.data_view import show_data
from pages._parts.messages import guarded

with guarded():
    show_data()
