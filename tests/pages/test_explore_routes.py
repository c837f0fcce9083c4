"""The directions of a snapshot, as the explorer asks for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan_core.inference import early
from gan_core.runs.store import RunStore
from pages._parts.explore_routes import explore_routes
from tests.generators_by_hand import CONVOLUTIONAL, random_weights, seal_generator
from tests.pages.asking import ask
from tests.runs_by_hand import in_state


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    return RunStore(tmp_path)


def test_directions(store: RunStore) -> None:
    run = in_state(store, "completed")
    seal_generator(run.paths, 50, CONVOLUTIONAL, random_weights(CONVOLUTIONAL))
    address = f"studio/runs/{run.id}/snapshots/50/directions.json"
    answer = ask(explore_routes(), address)
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.json["step"] == 50
    found = early.directions_of(run.paths, 50)
    for name, kind in (("principal", found.principal), ("first_layer", found.first_layer)):
        told = answer.json[name]
        np.testing.assert_allclose([row["vector"] for row in told], kind.vectors, atol=1e-5)
        np.testing.assert_allclose([row["share"] for row in told], kind.shares, atol=1e-5)
    assert ask(explore_routes(), address).body == answer.body


def test_a_snapshot_that_was_made_anew_is_looked_at_anew(store: RunStore) -> None:
    run = in_state(store, "completed")
    seal_generator(run.paths, 50, CONVOLUTIONAL, random_weights(CONVOLUTIONAL))
    address = f"studio/runs/{run.id}/snapshots/50/directions.json"
    before = ask(explore_routes(), address).json
    seal_generator(run.paths, 50, CONVOLUTIONAL, random_weights(CONVOLUTIONAL, seed=1))
    assert ask(explore_routes(), address).json["first_layer"] != before["first_layer"]


def test_what_is_not_there(store: RunStore) -> None:
    run = in_state(store, "completed")
    seal_generator(run.paths, 50, CONVOLUTIONAL, {})
    for address in (
        f"studio/runs/{run.id}/snapshots/60/directions.json",
        "studio/runs/nobody/snapshots/50/directions.json",
        f"studio/runs/{run.id}/snapshots/50/directions.json",
    ):
        answer = ask(explore_routes(), address)
        assert answer.status == 404
        assert answer.json["message"]
