"""Who looks at a page, and who asks one of the app's own addresses."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from starlette.requests import HTTPConnection

from gan_core.access.door import Shown
from gan_core.access.people import OWNER, Act, Person
from pages._parts.studio import door, mode

IDENTITY_HEADER = "X-Remote-User"
"""How a web server on this machine says who it has let in; `gate` drops it from anybody else."""


def viewer() -> Person:
    """Who the page is drawn for; outside a page, nobody in particular."""
    if mode() == "alone":
        return OWNER
    return door().person(_shown(st.context.cookies, st.context.headers, _logged_in()))


def may(act: Act) -> bool:
    """Whether the page's viewer may; what may not is not offered."""
    return viewer().may(act)


def asker(request: HTTPConnection) -> Person:
    """Who asks one of the app's own addresses."""
    if mode() == "alone":
        return OWNER
    return door().person(_shown(request.cookies, request.headers, ""))


def needs_ticket(person: Person) -> bool:
    """Whether a teacher is one by Streamlit's login alone, which the other addresses cannot see."""
    if mode() == "alone" or person.role != "teacher" or not _logged_in():
        return False
    shown = _shown(st.context.cookies, st.context.headers, "")
    return door().person(shown).role != "teacher"


def _shown(cookies: Mapping[str, str], headers: Mapping[str, str], login: str) -> Shown:
    proxied = headers.get(IDENTITY_HEADER, "") if mode() == "proxy" else ""
    return Shown(
        visitor=cookies.get(door().cookie("visitor"), ""),
        teacher=cookies.get(door().cookie("teacher"), ""),
        identity=proxied or login,
    )


def _logged_in() -> str:
    """Who Streamlit's own login says the page's viewer is; empty without one.

    An address of which the login says that it is not confirmed is nobody's.
    """
    user = st.user
    if not user.get("is_logged_in") or user.get("email_verified") is False:
        return ""
    return str(user.get("email") or user.get("preferred_username") or user.get("sub") or "")
