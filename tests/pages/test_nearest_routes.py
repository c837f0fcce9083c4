"""Is it memorised? What the explorer is told."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_core.data import describe, load
from gan_core.runs import nearest
from gan_core.runs.store import RunStore, RunView
from pages._parts.nearest_routes import nearest_routes
from tests.pages.asking import Answer, ask
from tests.plane_runs import add_plane_run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunView:
    """A run on the real digits."""
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    return add_plane_run(RunStore(tmp_path))


def post(value: Any) -> Answer:
    return ask(nearest_routes(), "studio/nearest", method="POST", body=json.dumps(value).encode())


def test_the_first_who_asks_has_the_index_made(run: RunView) -> None:
    question = {"run": run.id, "step": 10, "latent": [0.5, -0.5]}
    assert post(question).json["state"] == "building"
    give_up_at = time.monotonic() + 60
    while (answer := post(question).json)["state"] == "building":
        assert 0 <= answer["share"] <= 1
        assert time.monotonic() < give_up_at
        time.sleep(0.02)
    assert (answer["state"], answer["measure"]) == ("ready", "classifier"), "one ships"
    assert answer["shape"] == [28, 28, 1]
    images = [np.frombuffer(base64.b64decode(text), np.uint8) for text in answer["images"]]
    digits = load(describe("digits").info, Path()).train_images.reshape(5000, -1)
    for image in images:
        assert (digits == image).all(axis=1).any(), "it shows training images"
    assert answer["distances"] == sorted(answer["distances"])
    assert len(answer["labels"]) == len(images) == 8
    assert 0 < answer["typical"] < 1
    assert 0 <= answer["closer_than_share"] <= 1
    assert (answer["num_images"], answer["held_out"]) == (5000, False)


def test_a_failure_is_told_once_and_then_tried_again(
    run: RunView, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = run.sound_config().dataset
    folder = nearest.folder_of(run.paths.root.parent, info, "classifier")
    folder.parent.mkdir()
    folder.with_name(f"{folder.name}.json").write_text('{"done": 1, "total": 2}')
    folder.with_name(f"{folder.name}.log").write_text("the disk is full\n")
    question = {"run": run.id, "step": 10, "latent": [0.5, -0.5]}
    told = post(question).json
    assert (told["state"], told["reason"]) == ("failed", "the disk is full")
    assert post(question).json["state"] == "building"


def test_refusals_are_words(run: RunView) -> None:
    for value, status in (
        ([], 400),
        ({"run": run.id, "step": 10}, 400),
        ({"run": run.id, "step": 10, "latent": [[1, 2]]}, 400),
        ({"run": run.id, "step": 10, "latent": [1, 2, 3]}, 400),
        ({"run": run.id, "step": 10, "latent": "x" * 300_000}, 400),
        ({"run": run.id, "step": 11, "latent": [1, 2]}, 404),
        ({"run": "nobody", "step": 10, "latent": [1, 2]}, 404),
    ):
        answer = post(value)
        assert answer.status == status
        assert answer.json["message"]
