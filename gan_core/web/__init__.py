"""The browser's side of the pages: small JavaScript modules and style sheets, as text."""

from __future__ import annotations

from gan_core.web.assets import asset

__all__ = ["asset"]
