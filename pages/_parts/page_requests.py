"""Which requests ask for a page, and not for what belongs to one."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

_NO_PAGES = frozenset(
    {"_stcore", "static", "media", "component", "studio", "auth", "oauth2callback"}
)
"""Folders in addresses of what is no page."""


def asks_for_page(scope: Scope) -> bool:
    """Whether a browser asks for a page: by its address, wherever the app lies, and as HTML."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    is_page = _NO_PAGES.isdisjoint(scope["path"].split("/"))
    return is_page and "text/html" in Headers(scope=scope).get("accept", "")
