"""News of snapshots through a socket: whoever leaves while being told is no fault of the app."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from gan_core.runs.store import RunStore
from pages._parts.event_routes import event_routes
from tests.apart import run_apart


@pytest.mark.parametrize("leaves_at", ["websocket.send", "never"])
def test_somebody_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaves_at: str) -> None:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    run = gallery.ensure(RunStore(tmp_path), gallery.items()[0].name, by=OWNER)
    said: list[Any] = []

    async def scene() -> None:
        over = asyncio.Event()
        asked = iter(["websocket.connect"])

        async def receive() -> Any:
            if (first := next(asked, None)) is not None:
                return {"type": first}
            await over.wait()
            return {"type": "websocket.disconnect", "code": 1001}

        async def send(message: Any) -> None:
            said.append(message)
            if message["type"] in {leaves_at, "websocket.send"}:
                over.set()
            if message["type"] == leaves_at:
                raise OSError("the connection is closed")

        scope = {"type": "websocket", "path": f"/studio/runs/{run}/events", "headers": []}
        scope |= {"query_string": b"", "root_path": "", "subprotocols": []}
        await Starlette(routes=event_routes())(scope, receive, send)

    async def patiently() -> None:
        async with asyncio.timeout(60):
            await scene()

    run_apart(patiently())
    assert [one["type"] for one in said] == ["websocket.accept", "websocket.send"]
