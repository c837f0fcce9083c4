"""Walks become files: over a run made by hand, with no server around it."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from starlette.applications import Starlette
from starlette.responses import Response

from gan_core.charts.sheet import MAX_PIXELS
from gan_core.runs.store import RunStore
from pages._parts import walk_routes as routes
from pages._parts.walk_routes import MAX_FRAMES, film_scale, walk_routes
from tests.apart import run_apart
from tests.plane_runs import add_plane_run


@pytest.fixture
def run(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    store = RunStore(tmp_path / "runs")
    store.root.mkdir()
    monkeypatch.setenv("GAN_RUNS_DIR", str(store.root))
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    return add_plane_run(store, (10,)).id


def ask(body: bytes) -> tuple[int, dict[str, str], bytes]:
    """POST to the address, without a server around it."""
    scope = {"type": "http", "method": "POST", "path": "/studio/walk", "headers": []}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    # In a thread: the browser of other tests keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        app = Starlette(routes=walk_routes())
        thread.submit(asyncio.run, app({**scope, "query_string": b""}, receive, send)).result()
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:])


def request(run: str, latents: np.ndarray, **more: Any) -> bytes:
    body = {
        "run": run,
        "step": 10,
        "latents_b64": base64.b64encode(latents.astype("<f4").tobytes()).decode(),
        "latent_size": latents.shape[1],
        "format": "gif",
        "fps": 20,
        "invert": False,
        **more,
    }
    return json.dumps(body).encode()


WALK = np.linspace([-1, 0], [1, 1], 12)


@pytest.mark.parametrize(
    ("chosen", "media_type"), [("gif", "image/gif"), ("webp", "image/webp"), ("png", "image/png")]
)
def test_a_file_of_as_many_frames(run: str, chosen: str, media_type: str) -> None:
    status, headers, body = ask(request(run, WALK, format=chosen))
    assert (status, headers["content-type"]) == (200, media_type)
    with Image.open(io.BytesIO(body)) as film:
        assert getattr(film, "n_frames", 1) == (1 if chosen == "png" else 12)
        if chosen == "gif":
            assert film.size == (224, 224)
            assert [frame.info["duration"] for frame in ImageSequence.Iterator(film)] == [50] * 12


def test_ink_on_white_is_the_other_way_round(run: str) -> None:
    shown = []
    for invert in (False, True):
        _, _, body = ask(request(run, WALK[:1], format="png", invert=invert))
        with Image.open(io.BytesIO(body)) as strip:
            shown.append(np.asarray(strip).astype(int))
    np.testing.assert_array_equal(shown[0] + shown[1], 255)


@pytest.mark.parametrize(
    "more",
    [
        {"format": "exe"},
        {"format": ["gif"]},
        {"fps": 0},
        {"fps": float("nan")},
        {"fps": True},
        {"step": "newest"},
        {"latent_size": 0},
        {"latent_size": 7},
        {"latents_b64": "no!"},
        {"latents_b64": None},
        {"latents_b64": ""},
    ],
    ids=str,
)
def test_nonsense_is_refused_in_words(run: str, more: dict[str, Any]) -> None:
    status, _, body = ask(request(run, WALK, **more))
    assert status == 400
    assert json.loads(body)["message"]


def test_limits_hold(run: str) -> None:
    assert ask(request(run, np.zeros((MAX_FRAMES + 1, 2))))[0] == 400
    assert ask(request(run, np.full((2, 2), np.nan)))[0] == 400
    assert ask(request(run, np.zeros((2, 3))))[0] == 400
    assert ask(b"[" * 7_000_000)[0] == 400
    assert ask(b"[" * 100_000)[0] == 400
    assert ask(b"[]")[0] == 400


def test_what_is_gone_is_told_as_gone(run: str) -> None:
    assert ask(request("20200101-000000-ffff", WALK))[0] == 404
    assert ask(request("../..", WALK))[0] == 404
    assert ask(request(run, WALK, step=7))[0] == 404


def test_many_at_once_wait_before_their_walks_are_taken(
    run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, num_read = threading.Event(), []
    body = request(run, WALK[:2], format="png")

    def waits(*_given: Any) -> Response:
        go_on.wait(60)
        return Response(b"a film")

    monkeypatch.setattr(routes, "_film", waits)

    async def scene() -> list[int]:
        app = Starlette(routes=walk_routes())

        async def post() -> int:
            said: list[Any] = []

            async def receive() -> Any:
                num_read.append(1)
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message: Any) -> None:
                said.append(message)

            scope = {"type": "http", "method": "POST", "path": "/studio/walk", "headers": []}
            await app({**scope, "query_string": b""}, receive, send)
            return int(said[0]["status"])

        sent = [asyncio.create_task(post()) for _ in range(80)]
        async with asyncio.timeout(60):
            while len(num_read) < 4:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert len(num_read) == 4
        go_on.set()
        return await asyncio.gather(*sent)

    statuses = run_apart(scene())
    assert (statuses.count(200), statuses.count(400)) == (64, 16)


@pytest.mark.parametrize("frames", [1, 12, 480])
@pytest.mark.parametrize("side", [8, 28, 32, 64, 256, 1024])
def test_films_are_large_enough_and_never_too_large(frames: int, side: int) -> None:
    scale = film_scale((frames, side, side, 3), 224)
    assert scale >= 1
    assert scale == 1 or frames * (side * scale) ** 2 <= MAX_PIXELS
    if side <= 64:
        assert side * scale >= 192
