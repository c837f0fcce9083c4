"""Plane: all test images as points, what lies between them, and two models side by side."""

from __future__ import annotations

from pages._parts.messages import guarded
from pages._parts.plane_view import show_plane

with guarded():
    show_plane()
