"""Keeps answers that never change, compressed once, and gives them out without asking the app.

A browser that opens the app loads some sixty programs of Streamlit's client, 2.3 MB, which
Streamlit reads from disk and sends as they are each time. A class that comes all at once waits
for that, and so does the network between.
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES = 48 * 1024**2
"""Of bodies that are kept; Streamlit's whole client and all of ours are half of that."""
_MIN_COMPRESSED = 500
_WORTHWHILE = 0.9
"""What is not smaller than this share when compressed is sent as it is: fonts, pictures."""


@dataclass(frozen=True)
class _Kept:
    """An answer: its headers and its body, and, where that is worthwhile, both compressed."""

    headers: Headers
    body: bytes
    small_headers: Headers | None = None
    small_body: bytes = b""

    @property
    def size(self) -> int:
        return len(self.body) + len(self.small_body)


@dataclass
class _Heard:
    """Passes an answer on, and gathers it if it may be kept: others may be as large as a run.

    Attributes:
        send: takes it to whoever asked.
        room: how many bytes are gathered at most.
        is_kept: whether it may be kept, as far as it was heard.
        is_whole: whether its end was heard.
    """

    send: Send
    room: int
    headers: Headers = field(default_factory=Headers)
    body: bytearray = field(default_factory=bytearray)
    is_kept: bool = False
    is_whole: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.headers = Headers(raw=message["headers"])
            self.is_kept = message["status"] == 200 and _never_changes(self.headers)
        elif message["type"] == "http.response.body" and self.is_kept:
            self._gather(message)
        await self.send(message)

    def _gather(self, message: Message) -> None:
        part = message.get("body", b"")
        if len(self.body) + len(part) > self.room:
            self.is_kept, self.body = False, bytearray()
            return
        self.body += part
        self.is_whole = not message.get("more_body", False)


def _never_changes(headers: Headers) -> bool:
    """Whether the app says so of an address, and not for one person or one encoding alone."""
    said = {word.strip() for word in headers.get("cache-control", "").split(",")}
    is_for_all = not {"vary", "set-cookie", "content-encoding"} & set(headers.keys())
    return is_for_all and {"public", "immutable"} <= said


class Shelf:
    """An ASGI middleware behind those that decide who may ask."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BYTES) -> None:
        """Nothing is kept yet.

        Args:
            app: what answers the first time.
            max_bytes: how much is kept in all.
        """
        self._app = app
        self._room = max_bytes
        self._kept: dict[str, _Kept] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or let the app answer and keep that."""
        if not _asks_for_all(scope):
            await self._app(scope, receive, send)
        elif kept := self._kept.get(scope["path"]):
            await _give(kept, Headers(scope=scope).get("accept-encoding", ""), send)
        else:
            heard = _Heard(send, self._room)
            await self._app(scope, receive, heard)
            if heard.is_kept and heard.is_whole:
                self._keep(scope["path"], await asyncio.to_thread(_kept, heard))

    def _keep(self, path: str, kept: _Kept) -> None:
        if path not in self._kept and kept.size <= self._room:
            self._kept[path] = kept
            self._room -= kept.size


def _asks_for_all(scope: Scope) -> bool:
    """Whether a request is for the whole of a plain address, whatever the browser has."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
        return False
    return not {"range", "if-none-match", "if-modified-since"} & set(Headers(scope=scope).keys())


def _kept(heard: _Heard) -> _Kept:
    body = bytes(heard.body)
    kind = heard.headers.get("content-type", "")
    plain = MutableHeaders(raw=list(heard.headers.raw))
    plain["Content-Length"] = str(len(body))
    small_body = gzip.compress(body, mtime=0) if len(body) >= _MIN_COMPRESSED else body
    if len(small_body) > _WORTHWHILE * len(body) or kind.startswith(("image/", "font/")):
        return _Kept(plain, body)
    plain["Vary"] = "Accept-Encoding"
    small = MutableHeaders(raw=list(plain.raw))
    small["Content-Encoding"] = "gzip"
    small["Content-Length"] = str(len(small_body))
    for name in ("etag", "accept-ranges"):  # they speak of the plain one
        if name in small:
            del small[name]
    return _Kept(plain, body, small, small_body)


async def _give(kept: _Kept, accepted: str, send: Send) -> None:
    headers, body = kept.headers, kept.body
    if kept.small_headers is not None and "gzip" in accepted:
        headers, body = kept.small_headers, kept.small_body
    await send({"type": "http.response.start", "status": 200, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})
