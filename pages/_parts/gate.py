"""What every request passes before anything answers it: Streamlit's addresses as well as ours.

Streamlit takes uploads from people it has not let in, tells figures about all its viewers to
anybody, and believes any name that a browser calls the machine by. This stands in front of it.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from streamlit.errors import StreamlitSecretNotFoundError

from gan_core.access.limiter import is_this_machine
from gan_core.access.modes import Mode
from pages._parts.page_requests import asks_for_page

logger = logging.getLogger(__name__)

MAX_UPLOAD_BYTES = 2 * 1024**3 + 1024**2
"""More than any page takes; Streamlit's own bound for a file is `server.maxUploadSize`."""

_SAFE = {"GET", "HEAD", "OPTIONS"}
_OURS, _UPLOADS = "/studio/", "/_stcore/upload_file/"
_CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent")
_IDENTITY = b"x-remote-user"
_LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
_FOREIGN = 403, "Asked from another site\n"
_MOST_TOLD, _MOST_LETTERS = 20, 200


class Gate:
    """ASGI middleware; `mode` is asked anew for each request, so that tests can change it."""

    def __init__(self, app: ASGIApp, mode: Callable[[], Mode]) -> None:
        self._app = app
        self._mode = mode
        self._told: set[tuple[str, str]] = set()
        """Of which foreign sockets the log tells: a few, as any page can cause them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        mode = self._mode()
        scope = _with_trusted_identity(scope, mode)
        refusal = _refusal(scope, mode) or await _upload_refusal(scope, mode)
        if refusal is not None:
            if scope["type"] == "websocket" and refusal == _FOREIGN:
                self._log_foreign(Headers(scope=scope))
            await _refuse(refusal, scope, receive, send)
        elif asks_for_page(scope):
            await self._page(scope, receive, send, mode)
        else:
            await self._app(scope, receive, send)

    def _log_foreign(self, headers: Headers) -> None:
        """Say it once: where a web server changes `Host`, no page of ours is ever drawn."""
        origin, host = (headers.get(name, "")[:_MOST_LETTERS] for name in ("origin", "host"))
        if (origin, host) not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add((origin, host))
            logger.warning(
                "refused a websocket: its page is at Origin %r, and asked for Host %r. A web "
                "server in front must pass Host as the browser said it, with its port.",
                origin,
                host,
            )

    async def _page(self, scope: Scope, receive: Receive, send: Send, mode: Mode) -> None:
        """Answer with a page: nobody else's page may frame it, and its visitor is known again."""
        cookie = None if mode == "alone" else await run_in_threadpool(_new_cookie, scope)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = "frame-ancestors 'self'"
                headers["Referrer-Policy"] = "same-origin"
                headers["X-Content-Type-Options"] = "nosniff"
                if cookie is not None and message["status"] in {200, 304}:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, dressed)


def is_https(connection: HTTPConnection, mode: Mode) -> bool:
    """Whether the browser came by TLS; behind a proxy its word counts, and only there."""
    if mode == "proxy":
        return connection.headers.get("x-forwarded-proto", "").strip().lower() == "https"
    return connection.url.scheme in {"https", "wss"}


def _with_trusted_identity(scope: Scope, mode: Mode) -> Scope:
    """Drop the name that somebody claims, unless a proxy on this machine says it.

    Where people sign in by Streamlit's own login the web server sets no name, so one that comes
    all the same is a browser's.
    """
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != _IDENTITY]
    if len(kept) == len(scope["headers"]):
        return scope
    client = scope.get("client")
    is_proxy = mode == "proxy" and client is not None and client[0] in _LOOPBACK
    return scope if is_proxy and not _has_login() else {**scope, "headers": kept}


def _has_login() -> bool:
    """Whether Streamlit's own login is set up. Secrets that cannot be read may hold one."""
    try:
        return bool(st.secrets.get("auth"))
    except StreamlitSecretNotFoundError:
        return any(Path(path).exists() for path in st.get_option("secrets.files"))


_Refusal = tuple[int, str]


def _refusal(scope: Scope, mode: Mode) -> _Refusal | None:
    """What is refused whoever asks."""
    headers, path = Headers(scope=scope), scope["path"]
    if mode == "alone" and not _is_this_machine(headers.get("host", "")):
        return 421, (
            "Open this page as localhost. To serve it to others or by another name, start it with "
            "`python -m gan_core serve class` or `serve proxy`.\n"
        )
    if mode != "alone" and any(closed in path for closed in _CLOSED):
        return 404, "Not found\n"
    if scope["type"] == "websocket":
        is_ours = _is_by_a_page_here(headers)
    else:
        is_ours = scope["method"] in _SAFE or _OURS not in path or _is_same_origin(headers)
    return None if is_ours else _FOREIGN


async def _upload_refusal(scope: Scope, mode: Mode) -> _Refusal | None:
    """Uploads go into the server's memory: only from people who may bring files, and no giants."""
    is_upload = scope["type"] == "http" and _UPLOADS in scope["path"]
    if not is_upload or scope["method"] in _SAFE:
        return None
    if mode != "alone" and not await run_in_threadpool(_may_upload, scope):
        return 403, "Viewers may look and explore, but not bring files.\n"
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or int(length[:18]) > MAX_UPLOAD_BYTES:
        return 413, "The file is too large.\n"
    return None


def _may_upload(scope: Scope) -> bool:
    from pages._parts.viewer import asker  # here: what it imports takes long

    return asker(HTTPConnection(scope)).may("upload")


def _new_cookie(scope: Scope) -> str | None:
    """The cookie of a visitor who has none that is good."""
    from gan_core.access.door import VISITOR_SECS
    from pages._parts.studio import door, mode

    connection, name = HTTPConnection(scope), door().cookie("visitor")
    if door().is_visitor(connection.cookies.get(name, "")):
        return None
    secure = "; Secure" if is_https(connection, mode()) else ""
    return (
        f"{name}={door().new_visitor()}; Path=/; Max-Age={VISITOR_SECS}; HttpOnly; "
        f"SameSite=Lax{secure}"
    )


def _is_same_origin(headers: Headers) -> bool:
    """Whether a page of ours asks; a program that is no browser says nothing of that and may."""
    site = headers.get("sec-fetch-site")
    return _is_by_a_page_here(headers) if site is None else site in {"same-origin", "none"}


def _is_by_a_page_here(headers: Headers) -> bool:
    """Whether the page that asks, where one does, has the very address that it asks.

    Of a socket Streamlit looks at this too, but lets in pages of any other port of this machine,
    to which browsers give our cookies; and before it refuses one it asks the internet for this
    machine's address, while everybody waits. Behind a proxy, `Host` is what the browser said.
    """
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def _is_this_machine(host: str) -> bool:
    """Whether a name is this machine's own.

    Else a page elsewhere could give its own name this machine's address, and ask as if it were us.
    """
    name = (urlsplit(f"//{host}").hostname or "") if _is_sound(host) else ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in _own_names(st.get_option("server.address")) or name.endswith(".localhost")
    return True


def _is_sound(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").port is not False
    except ValueError:
        return False


@cache
def _own_names(served_at: str | None) -> frozenset[str]:
    """What browsers may call a server by that listens at an address.

    Others of the network reach none that listens on this machine alone, by whatever name; but
    there anybody can claim one that ends with `.local`, and give it another address afterwards.
    """
    if served_at is not None and (served_at == "localhost" or is_this_machine(served_at)):
        return frozenset({"localhost"})
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name}.local"})


async def _refuse(refusal: _Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    status, words = refusal
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).close(1008, words.strip()[:100])
        return
    await PlainTextResponse(words, status)(scope, receive, send)
