"""What the plane's addresses answer, over runs made by hand and the real digits."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette

from gan_core.data import describe, load
from gan_core.latent.quantiles import quantiles
from gan_core.runs.store import RunStore
from pages._parts import plane_data
from pages._parts.plane_routes import plane_routes, plane_urls
from tests.plane_runs import add_plane_run, add_snapshot, encoded
from tests.runs_by_hand import trained


@pytest.fixture
def store(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    made = RunStore(tmp_path / "runs")
    made.root.mkdir()
    monkeypatch.setenv("GAN_RUNS_DIR", str(made.root))
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    return made


@pytest.fixture(scope="module")
def digits(data_dir: Path):
    return load(describe("digits").info, data_dir)


def ask(path: str) -> tuple[int, bytes]:
    """GET an address of the app, without a server around it."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/{path}",
        "query_string": query.encode(),
        "headers": [],
    }
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    # In a thread: the browser of other tests keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, Starlette(routes=plane_routes())(scope, receive, send)).result()
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body


def numbers(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


def test_points_are_the_codes_of_the_images(store: RunStore, digits) -> None:
    run = add_plane_run(store)
    status, body = ask(plane_urls(run, 10)["points_url"])
    assert status == 200
    answer = json.loads(body)
    points = numbers(answer["points"], "<f4").reshape(-1, 2)
    np.testing.assert_allclose(points, encoded(digits.train_images, 10, 2), atol=1e-4)
    assert (answer["step"], answer["num"]) == (10, len(points))
    assert answer["origin"] == [0, 0]
    assert answer["axes"] == [[1, 0], [0, 1]]
    left, right, bottom, top = answer["limits"]
    inside = (points > [left, bottom]) & (points < [right, top])
    assert inside.all(axis=1).mean() > 0.98
    assert 0 <= answer["holes"]["share"] <= 1
    np.testing.assert_allclose(answer["across"], quantiles(15), rtol=1e-4)


def test_an_autoencoders_manifold_follows_its_cloud(store: RunStore, digits) -> None:
    run = add_plane_run(store, recipe="autoencoder")
    answer = json.loads(ask(plane_urls(run, 10)["points_url"])[1])
    codes = encoded(digits.train_images, 10, 2)
    assert answer["across"][7] == pytest.approx(codes[:, 0].mean(), abs=1e-3)
    assert answer["up"][7] == pytest.approx(codes[:, 1].mean(), abs=1e-3)


def test_more_than_two_latents_lie_on_a_plane_through_them(store: RunStore, digits) -> None:
    run = add_plane_run(store, latent_size=6)
    answer = json.loads(ask(plane_urls(run, 10)["points_url"])[1])
    axes = np.array(answer["axes"])
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-4)
    codes = encoded(digits.train_images, 10, 6) - answer["origin"]
    points = numbers(answer["points"], "<f4").reshape(-1, 2)
    np.testing.assert_allclose(points, codes @ axes.T, atol=1e-3)


def test_each_snapshot_has_its_own_points(store: RunStore) -> None:
    run = add_plane_run(store)
    first, second = (ask(plane_urls(run, step)["points_url"])[1] for step in (10, 20))
    assert json.loads(first)["points"] != json.loads(second)["points"]
    assert ask(plane_urls(run, 30)["points_url"])[0] == 404
    add_snapshot(run, 30)
    assert ask(plane_urls(run, 30)["points_url"])[0] == 200


def test_the_manifold_is_decoded_from_its_grid(store: RunStore) -> None:
    run = add_plane_run(store)
    status, body = ask(plane_urls(run, 20)["manifold_url"])
    assert status == 200
    sheet = np.array(Image.open(io.BytesIO(body)))
    assert sheet.shape == (15 * 28, 15 * 28)
    answer = json.loads(ask(plane_urls(run, 20)["points_url"])[1])
    corner = np.array([[answer["across"][0], answer["up"][-1]]], np.float32)
    expected = plane_data.engines().get(run.paths, 20).images(corner)[0, ..., 0]
    np.testing.assert_allclose(sheet[:28, :28].astype(int), expected, atol=1)


def test_images_and_labels_of_the_points(store: RunStore, digits) -> None:
    run = add_plane_run(store)
    about = json.loads(ask(plane_urls(run, 10)["images_url"])[1])
    assert about["num"] == len(digits.train_images)
    assert about["held_out"] is False, "this set holds none out"
    np.testing.assert_array_equal(numbers(about["labels"], "u1"), digits.train_labels)
    status, body = ask(plane_urls(run, 10)["atlas_url"])
    atlas = np.array(Image.open(io.BytesIO(body)))
    height, width = about["tile"]
    row, column = divmod(41, about["columns"])
    shown = atlas[row * height : (row + 1) * height, column * width : (column + 1) * width]
    np.testing.assert_array_equal(shown, digits.train_images[41, ..., 0])
    assert status == 200


def test_held_out_images_come_first(store: RunStore) -> None:
    shown = plane_data.shown_images(add_plane_run(store, dataset="mnist"))
    assert shown.held_out
    assert shown.images.shape == (10_000, 28, 28, 1)
    assert shown.labels is not None
    assert shown.labels[:5].tolist() == [7, 2, 1, 0, 4]


@pytest.mark.parametrize(
    "path",
    [
        "studio/runs/unknown/plane/10.json",
        "studio/runs/..%2f..%2fetc/plane/10.json",
        "studio/runs/unknown/plane/10.png",
        "studio/runs/unknown/plane/images.json",
        "studio/runs/unknown/plane/images.png",
    ],
)
def test_unknown_runs_are_not_found(store: RunStore, path: str) -> None:
    assert ask(path)[0] == 404


def test_a_run_without_an_encoder_is_refused_in_words(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(store)
    assert not plane_data.has_plane(run)
    monkeypatch.setattr(plane_data, "shown_images", pytest.fail)  # no data set is read for that
    for name in ("50.json", "images.json", "images.png"):
        status, body = ask(f"studio/runs/{run.id}/plane/{name}")
        assert status in {400, 404}
        assert json.loads(body)["message"]


def test_what_is_kept_is_bounded_by_its_size() -> None:
    kept: plane_data.Kept[bytes] = plane_data.Kept(5, max_bytes=100, size=len)
    for i in range(3):
        assert kept.get(i, lambda: bytes(40)) == bytes(40)
    assert kept.get(2, lambda: b"anew") == bytes(40)
    assert kept.get(1, lambda: b"anew") == bytes(40)
    assert kept.get(0, lambda: b"anew") == b"anew", "the oldest one had to go"
    assert kept.get(9, lambda: bytes(400)) == bytes(400), "the newest one stays in any case"
    assert kept.get(9, lambda: b"anew") == bytes(400)


def test_a_damaged_encoder_is_refused_in_words(store: RunStore) -> None:
    run = add_plane_run(store)
    (run.paths.snapshot(10) / "encoder.onnx").write_bytes(b"no network")
    status, body = ask(plane_urls(run, 10)["points_url"])
    assert status == 404
    assert json.loads(body)["message"]


def test_which_runs_can_stand_side_by_side(store: RunStore) -> None:
    vae, ae = add_plane_run(store), add_plane_run(store, recipe="autoencoder")
    other = add_plane_run(store, dataset="mnist")
    wide = add_plane_run(store, latent_size=5)
    bare = trained(store)
    assert plane_data.is_comparable(vae, ae)
    assert plane_data.is_comparable(vae, wide)
    assert not any(plane_data.is_comparable(vae, run) for run in (vae, other, bare))
    shutil.rmtree(ae.paths.snapshots)
    assert not plane_data.is_comparable(vae, store.get(ae.id))


def test_classes_have_names_or_numbers() -> None:
    info = describe("digits").info
    assert plane_data.class_names(info) == (list(info.class_names) or [str(i) for i in range(10)])
    named = info.model_copy(update={"num_classes": 2, "class_names": ("cat", "dog")})
    assert plane_data.class_names(named) == ["cat", "dog"]
    for count in (0, 257):
        many = info.model_copy(update={"num_classes": count, "class_names": ()})
        assert plane_data.class_names(many) == []


def test_what_was_made_is_kept_and_the_oldest_goes() -> None:
    made: list[str] = []
    kept: plane_data.Kept[str] = plane_data.Kept(max_entries=2)

    def get(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key * 2)

    assert [get(key) for key in "aabacab"] == ["aa", "aa", "bb", "aa", "cc", "aa", "bb"]
    assert made == ["a", "b", "c", "b"]


def test_large_images_are_small_in_the_atlas() -> None:
    assert plane_data.thumbnail_size((28, 28)) == (28, 28)
    assert plane_data.thumbnail_size((64, 64)) == (32, 32)
    assert plane_data.thumbnail_size((128, 64)) == (32, 16)
    assert [plane_data.atlas_columns(num) for num in (1, 2, 4, 10_000)] == [1, 2, 2, 100]
