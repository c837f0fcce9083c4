"""The line above each page that says in which role one is here, and how to change that.

There is none where everybody may do all.
"""

from __future__ import annotations

import html
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitAuthError

from gan_core.access.address import local_addresses, page_address, qr_png
from gan_core.access.people import Person
from pages._parts.components import access_line
from pages._parts.i18n import _, current_language
from pages._parts.studio import door, mode
from pages._parts.viewer import needs_ticket, viewer
from pages._parts.words import plain

_TO_BE_READ_FROM_AFAR = (
    "font-size: clamp(1.2rem, 5.6vw, 2.2rem); font-weight: 650; overflow-wrap: anywhere; margin: 0"
)
_HERE = ("localhost", "127.0.0.1", "::1")


def show_access() -> None:
    """Draw the line."""
    if mode() == "alone":
        return
    person = viewer()
    with st.container(horizontal=True, vertical_alignment="center", key="access"):
        access_line(key="access-line", data=_line(person))
        if person.role == "teacher" and mode() == "class":
            _address_button()
        _login(person)


def _line(person: Person) -> dict[str, object]:
    """What the line says, and the way in or out, for the element."""
    is_teacher = person.role == "teacher"
    signed_in = bool(st.user.get("is_logged_in"))
    can_leave = signed_in or (is_teacher and not person.name)
    link = ""
    if can_leave:
        link = _("Sign out") if signed_in else _("Leave")
    elif not is_teacher and mode() == "class" and door().has_code:
        link = _("Enter the teacher's code")
    words = _("Here as the teacher") if is_teacher else _("Watching as a viewer")
    return {
        "text": f"{words} · {person.name}" if person.name else words,
        "link": link,
        "address": "studio/leave" if can_leave else "studio/enter",
        "lang": current_language(),
        "ticket": _ticket(person),
    }


def _ticket(person: Person) -> str:
    """Once in a session; the browser takes it to the app's other addresses."""
    if "access-ticket" not in st.session_state and needs_ticket(person):
        st.session_state["access-ticket"] = door().ticket(person)
    return str(st.session_state.get("access-ticket", ""))


def _login(person: Person) -> None:
    """Streamlit's own login, where `secrets.toml` names one."""
    if person.name or st.user.get("is_logged_in", True):
        return
    if st.button(_("Sign in"), icon=":material/login:", type="tertiary", key="sign-in"):
        try:
            st.login()
        except StreamlitAuthError:
            st.info(_("Signing in is not set up completely: docs/proxy.md says how."))


def _address_button() -> None:
    pressed = st.button(
        _("Show the address"), icon=":material/qr_code_2:", type="tertiary", key="address"
    )
    if pressed:
        _show_address()


def _show_address() -> None:
    # Not a decorator: the title would stay in the language of whoever came first.
    st.dialog(_("Join in"), width="large", icon=":material/qr_code_2:")(_address)()


def _address() -> None:
    address = _reachable_address()
    if not address:
        st.info(_("This machine is in no network that others could reach it by."))
        return
    picture, words = st.columns([3, 2], vertical_alignment="center")
    picture.image(qr_png(address), width="stretch", output_format="PNG", alt=plain(address))
    words.html(f'<p style="{_TO_BE_READ_FROM_AFAR}">{html.escape(address)}</p>')
    words.markdown(
        _("Scan it, or type the address. Whoever has it may watch and explore; nothing is asked.")
    )


def _reachable_address() -> str:
    """As the teacher's own browser found it; from this machine itself, its network address."""
    here = urlsplit(str(st.context.url or ""))
    if here.hostname and here.hostname not in _HERE:
        return f"{here.scheme}://{here.netloc}"
    hosts = local_addresses()
    return page_address(hosts[0], int(st.get_option("server.port"))) if hosts else ""
