"""Sheets on chosen latents, as browsers ask for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core.inference.sheets import draw
from gan_core.runs.store import RunStore
from pages._parts.compare_routes import compare_routes
from tests.generator_runs import add_generator_run
from tests.pages.asking import ask


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))
    return add_generator_run(RunStore(tmp_path), (10,))


def test_a_sheet(run) -> None:
    address = f"studio/runs/{run.id}/latents/3/10.png"
    answer = ask(compare_routes(), address)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.body == draw(run.paths, 10, "3")
    assert ask(compare_routes(), address).body == answer.body


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("studio/runs/nobody/latents/3/10.png", 404),
        ("studio/runs/{run}/latents/3/11.png", 404),
        ("studio/runs/{run}/latents/99999999999/10.png", 404),
        ("studio/runs/{run}/latents/-1/10.png", 404),
        ("studio/runs/{run}/latents/../10.png", 404),
        ("studio/runs/{run}/latents/grid/10.png", 400),
    ],
)
def test_what_is_not_there(run, address: str, status: int) -> None:
    assert ask(compare_routes(), address.format(run=run.id)).status == status


def test_a_damaged_snapshot(run) -> None:
    (run.paths.snapshot(10) / "generator.onnx").write_bytes(b"no network")
    answer = ask(compare_routes(), f"studio/runs/{run.id}/latents/4/10.png")
    assert answer.status == 404
    assert answer.json["message"]
