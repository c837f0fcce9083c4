"""The app's own addresses, whose programs are loaded once the server answers.

NumPy, onnxruntime and the rest take most of a second to import. A browser that opens the app
needs none of it for its first second, which it spends on loading Streamlit's client.
"""

from __future__ import annotations

import functools

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router, get_route_path
from starlette.types import Receive, Scope, Send

PREFIX = "/studio/"
_MAX_PATH = 1000


class LateRoutes(BaseRoute):
    """Everything below `/studio/`; what answers is imported for the first who asks."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether an address is one of the app's own."""
        is_ours = scope["type"] in {"http", "websocket"} and get_route_path(scope).startswith(
            PREFIX
        )
        return (Match.FULL if is_ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; an address longer than any of ours is nobody's."""
        if scope["type"] == "http" and len(get_route_path(scope)) > _MAX_PATH:
            await Response(status_code=414)(scope, receive, send)
            return
        router = await run_in_threadpool(studio_router)
        await router(scope, receive, send)


@functools.cache
def studio_router() -> Router:
    """All of the app's own addresses."""
    from pages._parts.routes import studio_routes

    return Router(studio_routes())
