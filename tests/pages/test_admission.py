"""The app lets in as many as the settings say; the others read in words that they are to wait."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from gan_core.access.modes import VARIABLE
from gan_core.jobs.queue import StudioSettings
from pages._parts.admission import Admission, visitor_of
from pages._parts.full_page import full_page
from pages._parts.studio import door
from tests.apart import run_apart

HTML = [(b"accept", b"text/html,application/xhtml+xml")]


class App:
    """An app that answers at once, and holds sockets until told otherwise."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await self.over.wait()
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"the app"})


async def asked(
    app: Any, path: str, headers: Any = HTML, query: bytes = b"", client: str = ""
) -> tuple[int, Any]:
    said: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    scope |= {"query_string": query, "root_path": ""}
    scope |= {"client": (client, 50_000)} if client else {}

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        said.append(message)

    await app(scope, receive, send)
    found = dict(said[0]["headers"]), b"".join(one.get("body", b"") for one in said[1:]).decode()
    return said[0]["status"], found


def connected(
    app: Any, headers: Any = (), client: str = ""
) -> tuple[asyncio.Task[None], list[Any]]:
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    scope |= {"client": (client, 50_000)} if client else {}
    return asyncio.create_task(app(scope, receive, send)), said


async def settled(said: list[Any]) -> str:
    async with asyncio.timeout(20):
        while not said:
            await asyncio.sleep(0.005)
    return str(said[0]["type"])


def test_beyond_the_limit_a_page_says_so() -> None:
    async def scene() -> None:
        inner = App()
        app = Admission(inner, lambda: 2)
        sockets = []
        for _ in range(2):
            assert (await asked(app, "/"))[0] == 200
            sockets.append(connected(app))
            assert await settled(sockets[-1][1]) == "websocket.accept"
        for path in ("/", "/explore", "/runs"):
            status, (headers, body) = await asked(app, path)
            assert status == 503
            assert headers[b"retry-after"] == b"10"
            assert headers[b"cache-control"] == b"no-store"
            assert "The studio is full" in body
            assert "2 people are here." in body
            assert '<meta http-equiv="refresh" content="10">' in body
        task, said = connected(app)
        assert await settled(said) == "websocket.close"
        await task
        # Who is here goes on: what their pages ask for is answered.
        for path in ("/studio/runs/x/live.json", "/_stcore/health", "/static/js/index.js"):
            assert (await asked(app, path))[0] == 200
        assert (await asked(app, "/", headers=[(b"accept", b"*/*")]))[0] == 200
        inner.over.set()
        await asyncio.gather(*(task for task, _said in sockets))
        assert (await asked(app, "/"))[0] == 200

    run_apart(scene())


def test_a_place_is_free_when_a_page_fails() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    async def scene() -> None:
        app = Admission(fails, lambda: 1)
        for _ in range(3):
            task, _said = connected(app)
            with pytest.raises(RuntimeError):
                await task

    run_apart(scene())


def test_the_page_speaks_the_viewers_language_and_stands_alone() -> None:
    async def scene() -> str:
        app = Admission(App(), lambda: 1)
        task, said = connected(app)
        assert await settled(said) == "websocket.accept"
        status, (_headers, body) = await asked(app, "/", query=b"lang=qps")
        assert status == 503
        task.cancel()
        return str(body)

    body = run_apart(scene())
    assert "«The studio is full»" in body
    assert "«1 person is here.»" in body
    assert "src=" not in body
    assert "http://" not in body.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in body


def test_words_for_one_and_for_many() -> None:
    assert "1 person is here." in full_page(1, "en")
    assert "60 people are here." in full_page(60, "en")


def test_words_for_those_who_have_their_share() -> None:
    for bound in ("person", "address"):
        assert "full" not in full_page(60, "en", bound)
        assert "60" not in full_page(60, "en", bound)


def test_there_is_a_limit_by_default() -> None:
    assert 30 < StudioSettings().max_viewers < 1000


def test_the_teacher_is_let_in_however_full_it_is() -> None:
    async def scene() -> None:
        inner = App()
        app = Admission(inner, lambda: 1, lambda connection: "cookie" in connection.headers)
        pupil, said = connected(app)
        assert await settled(said) == "websocket.accept"
        assert (await asked(app, "/"))[0] == 503
        assert (await asked(app, "/", headers=[*HTML, (b"cookie", b"teacher")]))[0] == 200
        teacher, said = connected(app)  # the place that was kept
        assert await settled(said) == "websocket.accept"
        assert (await asked(app, "/"))[0] == 503
        inner.over.set()
        await asyncio.gather(pupil, teacher)

    run_apart(scene())


@pytest.mark.parametrize("cookie", ["", "eve"])
def test_whoever_only_asks_keeps_nobody_out(cookie: str) -> None:
    async def scene() -> None:
        inner = App()
        app = Admission(inner, lambda: 8, visitor_of=lambda asking: asking.headers["cookie"])
        headers = [*HTML, *([(b"cookie", cookie.encode())] if cookie else [])]
        for _ in range(100):
            assert (await asked(app, "/", headers))[0] == 200
        here = []
        for i in range(6):
            assert (await asked(app, "/", [*HTML, (b"cookie", b"pupil %d" % i)]))[0] == 200
            here.append(connected(app, [(b"cookie", b"pupil %d" % i)]))
            assert await settled(here[-1][1]) == "websocket.accept"
        inner.over.set()
        await asyncio.gather(*(task for task, _said in here))

    run_apart(scene())


@pytest.mark.parametrize(("client", "num_let_in"), [("10.0.0.66", 75), ("127.0.0.1", 100)])
def test_one_script_does_not_take_all_places(client: str, num_let_in: int) -> None:
    async def scene() -> None:
        inner = App()
        app = Admission(inner, lambda: 100, lambda connection: "cookie" in connection.headers)
        sockets = [connected(app, client=client) for _ in range(100)]
        said = [await settled(said) for _task, said in sockets]
        assert said.count("websocket.accept") == num_let_in
        closed = next((said for _task, said in sockets if "code" in said[0]), [{"code": 1013}])
        assert closed[0]["code"] == 1013
        teacher, heard = connected(app, [(b"cookie", b"teacher")], client)
        assert await settled(heard) == "websocket.accept"
        assert (await asked(app, "/"))[0] == (200 if num_let_in < 100 else 503)
        status, (_headers, body) = await asked(app, "/", client=client)
        assert status == 503
        assert ("at this address" in body) == (num_let_in < 100)
        assert ("The studio is full" in body) == (num_let_in == 100)
        inner.over.set()
        await asyncio.gather(teacher, *(task for task, _said in sockets))

    run_apart(scene())


def test_one_visitor_keeps_a_few_pages_open() -> None:
    async def scene() -> None:
        inner = App()
        app = Admission(inner, lambda: 100, visitor_of=lambda asking: asking.headers["cookie"])
        ada, eve = ([*HTML, (b"cookie", name)] for name in (b"ada", b"eve"))
        here = []
        for _ in range(8):
            assert (await asked(app, "/", ada))[0] == 200
            here.append(connected(app, ada, "127.0.0.1"))
            assert await settled(here[-1][1]) == "websocket.accept"
        status, (_headers, body) = await asked(app, "/", ada)
        assert status == 503
        assert "You have 8 pages open already. Close one." in body
        assert "The studio is full" not in body
        assert '<meta http-equiv="refresh" content="10">' in body
        assert (await asked(app, "/", eve))[0] == 200
        inner.over.set()
        await asyncio.gather(*(task for task, _said in here))
        assert (await asked(app, "/", ada))[0] == 200

    run_apart(scene())


def test_people_are_told_apart_by_what_the_door_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))

    def visitor(token: str) -> str:
        cookie = f"{door().cookie('visitor')}={token}".encode()
        return visitor_of(HTTPConnection({"type": "http", "headers": [(b"cookie", cookie)]}))

    assert visitor("anything") == ""  # alone, everybody is the owner
    monkeypatch.setenv(VARIABLE, "class")
    tokens = [door().new_visitor() for _ in range(2)]
    assert len({visitor(token) for token in tokens}) == 2
    assert visitor(tokens[0]).startswith("visitor-")
    assert visitor("made up") == ""
