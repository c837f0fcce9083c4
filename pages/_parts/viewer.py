"""Who looks at a page, and who asks one of the app's own addresses."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from gan_core.access.people import OWNER, Person


def viewer() -> Person:
    """Who the page is drawn for."""
    return OWNER


def asker(request: HTTPConnection) -> Person:  # noqa: ARG001
    """Who asks one of the app's own addresses."""
    return OWNER
