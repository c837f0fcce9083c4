"""Ask the app's own addresses without a server around them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    routes: Sequence[BaseRoute], path: str, *, method: str = "GET", body: bytes = b""
) -> Answer:
    """Request an address, relative to the app's own."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": f"/{path}",
        "query_string": query.encode(),
        "headers": [],
    }
    sent: list[dict[str, Any]] = []

    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in asked:
            return message
        return await asyncio.Event().wait() and {}  # nobody goes away

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    # In a thread: the browser of other tests keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, Starlette(routes=list(routes))(scope, receive, send)).result()
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    content = b"".join(message.get("body", b"") for message in sent)
    return Answer(sent[0]["status"], headers, content)
