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
from pages._parts import event_routes as routes
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


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    return gallery.ensure(RunStore(tmp_path), gallery.items()[0].name, by=OWNER)


class Browser:
    """One end of a socket: says what it is told to, and keeps what it is sent."""

    def __init__(self, app: Starlette, run: str) -> None:
        self.said: list[Any] = []
        self.sends: asyncio.Queue[Any] = asyncio.Queue()
        self.sends.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": f"/studio/runs/{run}/events", "headers": []}
        scope |= {"query_string": b"", "root_path": "", "subprotocols": []}
        self.task = asyncio.create_task(app(scope, self.sends.get, self._hear))

    async def _hear(self, message: Any) -> None:
        self.said.append(message)

    async def has_heard(self, kind: str) -> Any:
        async with asyncio.timeout(60):
            while not (found := [one for one in self.said if one["type"] == kind]):
                await asyncio.sleep(0.005)
        return found[0]

    async def leave(self) -> None:
        self.sends.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.task


@pytest.mark.parametrize("more", [{"bytes": b"\0"}, {"bytes": b"\0", "text": None}], ids=len)
def test_bytes_end_a_connection_and_all_that_was_done_for_it(
    run: str, more: dict[str, Any]
) -> None:
    async def scene() -> None:
        before = asyncio.all_tasks()
        browser = Browser(Starlette(routes=event_routes()), run)
        await browser.has_heard("websocket.send")
        browser.sends.put_nowait({"type": "websocket.receive", "text": "not listened to"})
        browser.sends.put_nowait({"type": "websocket.receive", **more})
        assert (await browser.has_heard("websocket.close"))["code"] == 1003
        await browser.task
        assert asyncio.all_tasks() == before

    run_apart(scene())


def test_a_fault_of_the_connection_ends_what_was_done_for_it(run: str) -> None:
    async def scene() -> None:
        before = asyncio.all_tasks()
        browser = Browser(Starlette(routes=event_routes()), run)
        await browser.has_heard("websocket.send")
        browser.sends.put_nowait({"type": "no such message"})
        with pytest.raises(RuntimeError):
            await browser.task
        assert asyncio.all_tasks() == before

    run_apart(scene())


def test_one_person_has_so_many_sockets_and_no_more(
    run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "_PER_PERSON", 2)

    async def scene() -> None:
        app = Starlette(routes=event_routes())
        first, second = Browser(app, run), Browser(app, run)
        for browser in (first, second):
            await browser.has_heard("websocket.send")
        third = Browser(app, run)
        assert (await third.has_heard("websocket.close"))["code"] == 1013
        await third.task
        await first.leave()
        fourth = Browser(app, run)
        await fourth.has_heard("websocket.send")
        await second.leave()
        await fourth.leave()

    run_apart(scene())
