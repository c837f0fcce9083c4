"""Lets in as many people as the settings say, and tells the others in words to wait.

More viewers than the machine can serve would make every page slow, for those who are here too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gan_core.access.limiter import is_this_machine, network_of
from pages._parts.full_page import RETRY_SECS, full_page
from pages._parts.i18n import ENGLISH, match
from pages._parts.page_requests import asks_for_page
from pages._parts.seats import Bound, Guest, Seats

_STREAM = "/_stcore/stream"
_TRY_AGAIN_LATER = 1013
_NAMES = {"cookie", "x-remote-user"}
"""Headers that may tell people apart; without them nothing is loaded to find out."""


def max_viewers() -> int:
    """How many may be here, as `studio.json` says now."""
    # Here: what they import takes most of a second, in which the server can answer already.
    from gan_core.jobs.queue import read_studio
    from pages._parts.studio import studio

    return read_studio(studio().store.root).max_viewers


def is_awaited(connection: HTTPConnection) -> bool:
    """Whether a class waits for this very person: their teacher, who is let in however full it is.

    On one's own machine everybody is the owner, and nobody is awaited more than others.
    """
    from pages._parts.studio import mode
    from pages._parts.viewer import asker

    return mode() != "alone" and asker(connection).may("train")


def visitor_of(connection: HTTPConnection) -> str:
    """Who asks, by id; empty for a newcomer, and where nobody is told apart."""
    from gan_core.access.door import NOBODY
    from pages._parts.studio import mode
    from pages._parts.viewer import asker

    person = NOBODY if mode() == "alone" else asker(connection)
    return "" if person.id == NOBODY.id else person.id


class Admission:
    """An ASGI middleware before the app: a place for each open page, and no more than there are.

    A place is taken by a page's own socket; whoever is sent the page has one kept until the
    browser connects. Nobody who is here is ever turned out.
    """

    def __init__(
        self,
        app: ASGIApp,
        num_seats: Callable[[], int] = max_viewers,
        is_awaited: Callable[[HTTPConnection], bool] = is_awaited,
        visitor_of: Callable[[HTTPConnection], str] = visitor_of,
    ) -> None:
        """Nobody is here yet.

        Args:
            app: what answers those who are let in.
            num_seats: asked, in another thread, whenever somebody comes to those who are here.
            is_awaited: whether somebody is let in whatever the number; asked where it matters.
            visitor_of: tells people apart; asked of whoever brings a cookie or a name.
        """
        self._app = app
        self._num_seats = num_seats
        self._is_awaited = is_awaited
        self._visitor_of = visitor_of
        self._seats = Seats()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say that there is no place."""
        if scope["type"] == "websocket" and scope["path"].endswith(_STREAM):
            await self._connect(scope, receive, send)
        elif asks_for_page(scope):
            await self._send_page(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _send_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        num_seats, guest = await self._asked_for(scope)
        if self._seats.reserve(num_seats, guest):
            await self._app(scope, receive, send)
            return
        has_room = self._seats.num_taken < num_seats
        bound = self._seats.bound_of(num_seats, guest) if has_room else None
        await self._say_full(scope, bound)(scope, receive, send)

    async def _asked_for(self, scope: Scope) -> tuple[int, Guest]:
        """How many places there are for somebody, and who that is.

        There is one more for a person who is awaited, and no bound of one person's holds them.
        """
        guest, num_taken = await self._guest(scope), self._seats.num_taken
        if not num_taken:
            return 1, guest  # the first who comes need not wait for the settings
        num_seats = await asyncio.to_thread(self._num_seats)
        if num_taken < num_seats and not self._seats.bound_of(num_seats, guest):
            return num_seats, guest
        awaited = await asyncio.to_thread(self._is_awaited, HTTPConnection(scope))
        return (self._seats.num_taken + 1, Guest()) if awaited else (num_seats, guest)

    async def _guest(self, scope: Scope) -> Guest:
        connection = HTTPConnection(scope)
        host = connection.client.host if connection.client else ""
        address = "" if not host or is_this_machine(host) else network_of(host)
        if _NAMES.isdisjoint(connection.headers.keys()):
            return Guest("", address)
        return Guest(await asyncio.to_thread(self._visitor_of, connection), address)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        num_seats, guest = await self._asked_for(scope)
        if not self._seats.sit(num_seats, guest):
            await receive()
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._seats.leave(guest)

    def _say_full(self, scope: Scope, bound: Bound | None) -> HTMLResponse:
        wanted = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        return HTMLResponse(
            full_page(self._seats.num_seated, match(wanted) or ENGLISH, bound),
            status_code=503,
            headers={"Retry-After": str(RETRY_SECS), "Cache-Control": "no-store"},
        )
