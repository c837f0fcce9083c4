"""Sheets and images of latents: what is no number is told in words, and never a fault."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from starlette.applications import Starlette

from gan_core.runs.store import RunStore, RunView
from pages._parts.routes import studio_routes
from pages._parts.studio import engines
from tests.apart import run_apart
from tests.pages.asking import Answer, ask
from tests.plane_runs import add_plane_run


@pytest.fixture
def run(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> RunView:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    return add_plane_run(RunStore(tmp_path), (10,))


def decode(run: RunView, latents: list[list[float]]) -> Answer:
    body = json.dumps({"run": run.id, "step": 10, "latents": latents}).encode()
    return ask(studio_routes(), "studio/decode", method="POST", body=body)


@pytest.mark.parametrize("value", [3e38, -3e38, 1e30])
def test_latents_of_any_size_are_answered(run: RunView, value: float) -> None:
    answer = decode(run, [[value, value], [0.0, 0.0], [value, -value]])
    assert answer.status in {200, 400}
    assert answer.json


def test_a_verdict_that_is_no_number_is_none(run: RunView, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engines().get(run.paths, 10)
    images = engine.images(np.zeros((3, 2), np.float32))
    given = np.array([0.25, np.nan, np.inf], np.float32)
    monkeypatch.setattr(engine, "images_and_verdicts", lambda latents: (images, given))
    answer = decode(run, [[0.0, 0.0]] * 3)
    assert (answer.status, answer.json["p_real"]) == (200, [0.25, None, None])


def write_sheet(run: RunView, text: str) -> str:
    told = PngInfo()
    told.add_text("latent-studio", text)
    path = run.paths.sample(10)
    path.parent.mkdir(exist_ok=True)
    Image.new("L", (4, 4)).save(path, "PNG", pnginfo=told)
    return f"studio/runs/{run.id}/samples/10.json"


@pytest.mark.parametrize(
    "text",
    [
        '{"p_real": [NaN]}',
        '{"p_real": [1e999]}',
        '{"figures": {"spread": -Infinity}}',
        '{"a": %s}' % ("[" * 990 + "]" * 990),
    ],
    ids=["NaN", "1e999", "-Infinity", "deep"],
)
def test_a_sheet_that_says_what_is_no_json_is_damaged(run: RunView, text: str) -> None:
    answer = ask(studio_routes(), write_sheet(run, text))
    assert answer.status in {200, 404} if "[[" in text else answer.status == 404
    assert "NaN" not in answer.body.decode()
    assert answer.json


def test_a_sound_sheet_is_told(run: RunView) -> None:
    answer = ask(studio_routes(), write_sheet(run, '{"columns": 1, "p_real": [0.5]}'))
    assert (answer.status, answer.json) == (200, {"columns": 1, "p_real": [0.5]})


@pytest.mark.parametrize("place", ["decode", "judge", "picture", "nearest", "walk"])
def test_whoever_leaves_while_sending_is_no_fault(run: RunView, place: str) -> None:
    said: list[Any] = []
    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> Any:
        return next(parts, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        said.append(message)

    async def leave() -> None:
        scope = {"type": "http", "method": "POST", "path": f"/studio/{place}", "headers": []}
        app = Starlette(routes=studio_routes())
        await asyncio.wait_for(app({**scope, "query_string": b""}, receive, send), 60)

    run_apart(leave())
    assert said[0]["status"] == 400
