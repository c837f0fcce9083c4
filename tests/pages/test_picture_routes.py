"""My own picture: from a file to a latent, as the explorer asks for it."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio.to_thread
import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette

from gan_core.access.people import Person
from gan_core.data import describe, load
from gan_core.jobs import invert, slots
from gan_core.runs import inversions
from gan_core.runs.store import RunStore
from pages._parts import picture_routes as routes
from pages._parts.picture_routes import picture_routes
from pages._parts.studio import engines
from tests.apart import run_apart
from tests.pages.asking import Answer, ask
from tests.plane_runs import add_plane_run, add_snapshot, encoded


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    return RunStore(tmp_path)


@pytest.fixture(scope="module")
def digit(data_dir: Path) -> np.ndarray:
    return load(describe("digits").info, data_dir).train_images[17]


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels[..., 0]).save(file, "PNG")
    return file.getvalue()


def post(path: str, body: bytes = b"") -> Answer:
    return ask(picture_routes(), path, method="POST", body=body)


def pixels_of(answer: dict[str, Any], name: str) -> np.ndarray:
    found = np.frombuffer(base64.b64decode(answer[name]), np.uint8)
    return found.reshape(answer["shape"])


def test_an_encoder_answers_at_once(store: RunStore, digit: np.ndarray) -> None:
    run = add_plane_run(store)
    answer = post(f"studio/picture?run={run.id}&step=10", png(digit))
    assert answer.status == 200
    told = answer.json
    assert (told["state"], told["inverted"]) == ("done", False)
    np.testing.assert_array_equal(pixels_of(told, "target"), digit)
    np.testing.assert_allclose(told["z"], encoded(digit[np.newaxis], 10, 2)[0], atol=1e-4)
    z = np.array([told["z"]], np.float32)
    image = engines().get(run.paths, 10).images(z)[0]
    np.testing.assert_array_equal(pixels_of(told, "image"), image)
    apart = np.sqrt(np.mean(((image.astype(float) - digit) / 255) ** 2))
    assert told["error"] == pytest.approx(apart, abs=1e-5)


@pytest.fixture
def gan(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address for pictures of a run without an encoder; no process is started."""
    monkeypatch.setattr(invert, "_spawn", lambda runs_dir, folder: None)
    run = add_plane_run(store)
    add_snapshot(run, 30)
    monkeypatch.setattr(engines().get(run.paths, 30), "has_encoder", False)
    return f"studio/picture?run={run.id}&step=30"


def test_a_search_from_the_start_to_the_end(store: RunStore, digit: np.ndarray, gan: str) -> None:
    began = post(gan, png(digit)).json
    assert began["state"] == "waiting"
    assert (began["z"], began["error"], began["image"]) == (None, None, None)
    address = f"studio/inversions/{began['job']}"
    folder = inversions.folder_of(store.root, began["job"])
    found = inversions.Found(done=50, total=100, error=0.5, z=(0.5, -1.0))
    inversions.write_found(folder, found.model_copy(update={"is_over": True}))
    answer = ask(picture_routes(), address)
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json
    assert (told["state"], told["share"], told["step"]) == ("done", 0.5, 30)
    assert told["z"] == [0.5, -1.0]
    np.testing.assert_array_equal(pixels_of(told, "target"), digit)
    assert pixels_of(told, "image").shape == (28, 28, 1)
    assert 0 < told["error"] < 1


def test_a_search_is_stopped(store: RunStore, digit: np.ndarray, gan: str) -> None:
    job = post(gan, png(digit)).json["job"]
    assert post(f"studio/inversions/{job}/stop").json["state"] == "stopped"


def test_refusals_are_words(store: RunStore, digit: np.ndarray, gan: str) -> None:
    for answer, status in (
        (post(gan, b"no picture"), 400),
        (post(gan, bytes(10_000_001)), 400),
        (post("studio/picture?run=nobody&step=10", png(digit)), 404),
        (post(gan.replace("30", "31"), png(digit)), 404),
        (ask(picture_routes(), f"studio/inversions/{'0' * 32}"), 404),
        (post(f"studio/inversions/{'0' * 32}/stop"), 404),
    ):
        assert answer.status == status
        assert answer.json["message"]


class Senders:
    """Many who send a picture at the same time; counts whose bodies were read."""

    def __init__(self, address: str, body: bytes) -> None:
        self._app = Starlette(routes=picture_routes())
        self._path, _, self._query = address.partition("?")
        self._body = body
        self.num_read = 0

    async def send(self) -> tuple[int, dict[str, Any]]:
        said: list[Any] = []
        scope = {"type": "http", "method": "POST", "path": f"/{self._path}", "headers": []}

        async def receive() -> Any:
            self.num_read += 1
            return {"type": "http.request", "body": self._body, "more_body": False}

        async def hear(message: Any) -> None:
            said.append(message)

        await self._app({**scope, "query_string": self._query.encode()}, receive, hear)
        return said[0]["status"], json.loads(said[1]["body"])


def test_a_hundred_at_once_leave_threads_and_memory_to_the_others(
    digit: np.ndarray, gan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def waits(*_given: Any) -> dict[str, Any]:
        go_on.wait(60)
        return {}

    monkeypatch.setattr(routes, "_begin", waits)

    async def scene() -> list[tuple[int, dict[str, Any]]]:
        senders = Senders(gan, png(digit))
        sent = [asyncio.create_task(senders.send()) for _ in range(100)]
        threads = anyio.to_thread.current_default_thread_limiter()
        async with asyncio.timeout(60):
            while senders.num_read < 6 or threads.borrowed_tokens != 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert (senders.num_read, threads.borrowed_tokens) == (6, 2)
        go_on.set()
        return await asyncio.gather(*sent)

    answers = run_apart(scene())
    assert [status for status, _told in answers].count(200) == 66
    refused = [told["message"] for status, told in answers if status == 400]
    assert len(refused) == 34
    assert set(refused) == {
        "many pictures are being read at the moment. Try again in half a minute."
    }


def test_the_quota_is_asked_before_the_picture_is_taken(
    store: RunStore, digit: np.ndarray, gan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = Person(id="ada", role="viewer")
    monkeypatch.setattr(routes, "asker", lambda request: ada)
    senders = Senders(gan, png(digit))
    with slots.slot(store.root, ada):
        assert post(gan, png(digit)).status == 200
        with slots.slot(store.root, ada):
            status, told = run_apart(senders.send())
    assert (status, senders.num_read) == (400, 0)
    assert "2 exports or searches of yours" in told["message"]


def test_a_search_waits_in_line_where_others_have_all_places(
    store: RunStore, digit: np.ndarray, gan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "asker", lambda request: Person(id="ada", role="viewer"))
    with ExitStack() as others:
        for i in range(6):
            others.enter_context(slots.slot(store.root, Person(id=f"other-{i}", role="viewer")))
        assert post(gan, png(digit)).json["state"] == "waiting"
