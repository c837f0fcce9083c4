"""Answers that never change are kept, compressed once, and nothing else is."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from app import before_all
from pages._parts.shelf import Shelf
from tests.apart import run_apart

FOREVER = "public, immutable, max-age=31536000"
PROGRAM = b"let it = 'be';\n" * 200


class App:
    """An app with one answer, which it gives in two pieces and counts."""

    def __init__(self, body: bytes = PROGRAM, status: int = 200, **headers: str) -> None:
        self.body, self.status, self.num_asked = body, status, 0
        self.headers = {"cache-control": FOREVER, "content-type": "text/javascript"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        self.num_asked += 1
        raw = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body[:10], "more_body": True})
        await send({"type": "http.response.body", "body": self.body[10:]})


Got = tuple[int, dict[str, str], bytes]


def ask(shelf: Shelf, times: int = 1, *, method: str = "GET", query: str = "", **sent: str) -> Got:
    """Ask for the same address several times; the last answer."""

    async def scene() -> Got:
        said: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            said.append(message)

        scope = {"type": "http", "method": method, "path": "/static/a.js"}
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
        for _ in range(times):
            said.clear()
            await shelf({**scope, "query_string": query.encode(), "headers": raw}, receive, send)
        headers = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return said[0]["status"], headers, b"".join(one.get("body", b"") for one in said[1:])

    return run_apart(scene())


def test_what_never_changes_is_asked_for_once() -> None:
    app = App(etag='"of the plain one"')
    shelf = Shelf(app)
    assert ask(shelf)[2] == PROGRAM
    status, headers, body = ask(shelf, 3)
    assert (status, body, app.num_asked) == (200, PROGRAM, 1)
    assert headers["content-length"] == str(len(PROGRAM))
    assert headers["cache-control"] == FOREVER
    assert headers["etag"] == '"of the plain one"'
    status, headers, body = ask(shelf, accept_encoding="gzip, br")
    assert gzip.decompress(body) == PROGRAM
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Accept-Encoding"
    assert "etag" not in headers
    assert app.num_asked == 1


@pytest.mark.parametrize(
    "app",
    [
        App(cache_control="no-cache"),
        App(cache_control="private, immutable"),
        App(cache_control="public, max-age=60"),
        App(status=404),
        App(set_cookie="a=b"),
        App(vary="Cookie"),
        App(content_encoding="gzip"),
    ],
)
def test_what_may_change_or_is_for_one_person_is_not_kept(app: App) -> None:
    ask(Shelf(app), 3)
    assert app.num_asked == 3


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "HEAD"},
        {"method": "POST"},
        {"query": "v=1"},
        {"range": "bytes=0-9"},
        {"if_none_match": '"of the plain one"'},
        {"if_modified_since": "Thu, 01 Jan 2026 00:00:00 GMT"},
    ],
)
def test_what_asks_for_a_part_or_for_news_is_the_apps_to_answer(asked: dict[str, str]) -> None:
    app = App()
    shelf = Shelf(app)
    ask(shelf)
    ask(shelf, **asked)
    assert app.num_asked == 2


def test_the_shelf_has_an_end() -> None:
    app = App()
    ask(Shelf(app, max_bytes=len(PROGRAM) - 1), 2)
    assert app.num_asked == 2


def test_what_does_not_get_smaller_is_sent_as_it_is() -> None:
    app = App(bytes(range(256)) * 2, content_type="font/woff2")
    shelf = Shelf(app)
    ask(shelf)
    _status, headers, body = ask(shelf, accept_encoding="gzip")
    assert body == app.body
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    "said", ["no-store", "private, max-age=31536000, immutable", FOREVER], ids=lambda said: said[:8]
)
def test_what_is_not_kept_is_never_gathered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """Through all that stands before the app; the last is larger than the shelf."""
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    part, num_parts, most = bytes(2**20), 64, 0

    async def large(_scope: Any, _receive: Any, send: Any) -> None:
        raw = [(b"cache-control", said.encode()), (b"content-type", b"application/zip")]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        for i in range(num_parts):
            more = i + 1 < num_parts
            await send({"type": "http.response.body", "body": part, "more_body": more})

    async def send(_message: Any) -> None:
        nonlocal most
        most = max(most, tracemalloc.get_traced_memory()[0])

    app: Any = large
    for one in reversed(before_all):
        args = {**one.kwargs, "max_bytes": 8 * 2**20} if one.cls is Shelf else one.kwargs
        app = one.cls(app, *one.args, **args)
    scope = {"type": "http", "method": "GET", "path": "/studio/runs/x/run.zip", "query_string": b""}
    tracemalloc.start()
    run_apart(app({**scope, "headers": [(b"host", b"localhost")]}, None, send))
    tracemalloc.stop()
    assert most < (16 if said == FOREVER else 4) * 2**20


def test_an_answer_that_breaks_off_is_not_kept() -> None:
    app = App()

    async def half(scope: Any, receive: Any, send: Any) -> None:
        async def most(message: Any) -> None:
            if message["type"] == "http.response.start" or message.get("more_body"):
                await send(message)

        await app(scope, receive, most)

    ask(Shelf(half), 2)
    assert app.num_asked == 2


def test_many_at_once_get_the_same() -> None:
    app = App()
    shelf = Shelf(app)

    async def scene() -> list[bytes]:
        answers: list[bytearray] = []

        async def one() -> None:
            got = bytearray()
            answers.append(got)

            async def send(message: Any) -> None:
                await asyncio.sleep(0)
                got.extend(message.get("body", b""))

            scope = {"type": "http", "method": "GET", "path": "/static/a.js", "headers": []}
            await shelf({**scope, "query_string": b""}, None, send)

        await asyncio.gather(*(one() for _ in range(20)))
        return [bytes(got) for got in answers]

    assert run_apart(scene()) == [PROGRAM] * 20
