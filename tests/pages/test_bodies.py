"""Bodies of requests: bounded in size and time, and whoever leaves is no fault of the app."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import Request

from gan_core.errors import BadInputError
from pages._parts import bodies
from pages._parts.bodies import read_body, read_json
from tests.apart import run_apart

Receive = Callable[[], Awaitable[Any]]


def request(receive: Receive) -> Request:
    return Request({"type": "http", "method": "POST", "headers": []}, receive)


def sending(*parts: bytes) -> Receive:
    """Each part, and then the sender has gone."""
    left = list(parts)

    async def receive() -> Any:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": True}

    return receive


def whole(body: bytes) -> Receive:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def test_what_was_sent() -> None:
    assert run_apart(read_body(request(whole(b"abc")), 3)) == b"abc"
    assert run_apart(read_json(request(whole(b'{"a": 1}')), 10)) == {"a": 1}


def test_too_much_is_refused_before_all_of_it_has_come() -> None:
    with pytest.raises(BadInputError, match="larger than 3 bytes"):
        run_apart(read_body(request(sending(b"ab", b"cd")), 3))
    with pytest.raises(BadInputError, match="own words"):
        run_apart(read_body(request(whole(b"abcd")), 3, too_large=BadInputError("own words")))


def test_whoever_leaves_or_dawdles_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInputError, match="not sent to its end"):
        run_apart(read_body(request(sending(b"ab")), 3))
    monkeypatch.setattr(bodies, "MAX_SECS", 0.01)

    async def never() -> Any:
        await asyncio.Event().wait()

    with pytest.raises(BadInputError, match="not sent within"):
        run_apart(read_body(request(never), 3))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000], ids=len)
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadInputError, match="JSON"):
        run_apart(read_json(request(whole(body)), 200_000))
