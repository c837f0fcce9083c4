"""Compare: runs side by side, their sheets, curves, settings and figures."""

from __future__ import annotations

from pages._parts.compare_view import show_compare
from pages._parts.messages import guarded

with guarded():
    show_compare()
