"""Runs: all of them, with their newest sheet, to open, rename, hand on or delete."""

from __future__ import annotations

from pages._parts.messages import guarded
from pages._parts.run_cards import show_runs

with guarded():
    show_runs()
