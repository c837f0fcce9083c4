"""My own picture: from a file to a latent, as the explorer asks for it."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_core.data import describe, load
from gan_core.jobs import invert
from gan_core.runs import inversions
from gan_core.runs.store import RunStore
from pages._parts.picture_routes import picture_routes
from pages._parts.studio import engines
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
