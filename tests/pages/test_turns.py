"""Who asks generators again and again takes nobody else's threads, and not everybody's turns."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from gan_core.access.modes import VARIABLE
from gan_core.access.people import OWNER, Person
from gan_core.runs.store import RunStore, RunView
from pages._parts.routes import studio_routes
from pages._parts.studio import engines
from pages._parts.turns import AT_ONCE, IN_ALL, PER_PERSON, BusyError, Turns
from tests.apart import run_apart
from tests.plane_runs import add_plane_run

ADA, EVE = (Person(id=name, role="viewer") for name in ("ada", "eve"))
PATIENCE_SECS = 60.0
IMAGE = base64.b64encode(bytes(28 * 28)).decode()


def test_one_person_is_told_to_wait_and_others_are_not() -> None:
    turns = Turns()
    with ExitStack() as here:
        for _ in range(PER_PERSON):
            here.enter_context(turns.place(ADA))
        with pytest.raises(BusyError, match="at this moment"), turns.place(ADA):
            pass
        with turns.place(EVE):
            pass
    with turns.place(ADA):
        pass


def test_the_owner_has_as_many_as_there_are_and_no_more() -> None:
    turns = Turns()
    with ExitStack() as here:
        for _ in range(IN_ALL):
            here.enter_context(turns.place(OWNER))
        with pytest.raises(BusyError), turns.place(OWNER):
            pass


def test_few_work_at_a_time() -> None:
    lock, inside, most = threading.Lock(), 0, 0

    def work(number: int) -> int:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.01)
        with lock:
            inside -= 1
        return number

    async def scene() -> list[int]:
        turns = Turns()
        return await asyncio.gather(*(turns.do(work, number) for number in range(20)))

    assert run_apart(scene()) == list(range(20))
    assert most == AT_ONCE


@pytest.fixture
def run(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> RunView:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    return add_plane_run(RunStore(tmp_path), (10,))


async def asked(
    app: ASGIApp, path: str, body: bytes, after: Callable[[], Awaitable[object]] | None = None
) -> int:
    """The status of an answer; the body comes once `after` has returned."""
    said: list[Any] = []

    async def receive() -> Any:
        if after is not None:
            await after()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    method = "POST" if body else "GET"
    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
    await app(scope, receive, send)
    return int(said[0]["status"])


@pytest.mark.parametrize("place", ["decode", "judge", "nearest", "plane", "directions"])
def test_pages_are_served_while_a_generator_is_asked_by_many(
    run: RunView, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    over = threading.Event()

    def wait(*_asked: object) -> Any:
        over.wait(PATIENCE_SECS)
        raise BusyError("it is over.")

    monkeypatch.setattr(type(engines()), "get", wait)
    monkeypatch.setattr("pages._parts.explore_routes.directions_of", wait)
    asking = {"run": run.id, "step": 10, "latents": [[0, 0]], "latent": [0, 0]}
    body = json.dumps(asking).encode()
    about = f"/studio/runs/{run.id}"
    path, body = {
        "plane": (f"{about}/plane/10.png", b""),
        "directions": (f"{about}/snapshots/10/directions.json", b""),
        "judge": ("/studio/judge", json.dumps({**asking, "images": [IMAGE]}).encode()),
    }.get(place, (f"/studio/{place}", body))

    async def scene() -> int:
        app = Starlette(routes=studio_routes())
        waiting = [asyncio.create_task(asked(app, path, body)) for _ in range(IN_ALL)]
        await asyncio.sleep(0.2)
        try:
            async with asyncio.timeout(PATIENCE_SECS / 4):
                return await asked(app, f"{about}/live.json", b"")
        finally:
            over.set()
            assert set(await asyncio.gather(*waiting)) <= {503, 400}

    assert run_apart(scene()) == 200


def test_a_plane_is_not_refused_to_somebody_who_asks_for_much_at_once(
    run: RunView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "class")
    paths = [f"/studio/runs/{run.id}/plane/{name}" for name in ("10.png", "images.png")]

    async def scene() -> list[int]:
        app = Starlette(routes=studio_routes())
        return await asyncio.gather(*(asked(app, path, b"") for path in PER_PERSON * paths))

    assert set(run_apart(scene())) == {200}


def test_of_one_person_few_bodies_are_read(run: RunView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "class")
    body = json.dumps({"run": run.id, "step": 10, "latents": [[0, 0]]}).encode()

    async def scene() -> tuple[int, list[int]]:
        app, over = Starlette(routes=studio_routes()), asyncio.Event()
        slow = [
            asyncio.create_task(asked(app, "/studio/decode", body, over.wait))
            for _ in range(PER_PERSON)
        ]
        await asyncio.sleep(0.05)
        refused = await asked(app, "/studio/decode", body, over.wait)
        over.set()
        return refused, await asyncio.gather(*slow)

    assert run_apart(scene()) == (503, [200] * PER_PERSON)
