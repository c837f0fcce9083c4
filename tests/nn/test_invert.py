"""The latent of a picture is found again."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from gan_core.errors import BadInputError, GanCoreError
from gan_core.latent.pixels import to_bytes
from gan_core.runs import inversions
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from tests.generators_by_hand import CONVOLUTIONAL, random_weights, seal_generator


@pytest.fixture
def invert(nn: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, after TensorFlow was loaded as the others load it; its searches are short."""
    module = importlib.import_module("gan_core.nn.invert")
    monkeypatch.setattr(module, "_MOST_STEPS", 300)
    monkeypatch.setattr(module, "_NUM_TRIED", 64)
    return module


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A snapshot of a generator with random weights."""
    paths = RunPaths(tmp_path / "some-run")
    seal_generator(paths, 40, CONVOLUTIONAL, random_weights(CONVOLUTIONAL))
    return paths.snapshot(40)


def made_by(model, seed: int) -> np.ndarray:
    z = np.random.default_rng(seed).standard_normal((1, 6)).astype(np.float32)
    return to_bytes(np.asarray(model(z, training=False)), "-1,1")[0]


def test_an_image_of_the_generators_own_is_found_again(invert: ModuleType, snapshot: Path) -> None:
    model, pixel_range, _ = invert.load_generator(snapshot)
    assert pixel_range == "-1,1"
    told: list[tuple[int, int, float]] = []
    target = made_by(model, seed=3)
    best = invert.search(
        model, pixel_range, target, lambda done, total, best: told.append((done, total, best.error))
    )
    assert best.error < 0.01
    again = to_bytes(np.asarray(model(best.z[np.newaxis], training=False)), "-1,1")[0]
    apart = np.sqrt(np.mean(((again.astype(float) - target) / 255) ** 2))
    assert apart == pytest.approx(best.error, abs=0.004)
    errors = [error for *_, error in told]
    assert errors == sorted(errors, reverse=True), "the best so far never gets worse"
    assert told[-1][0] == told[-1][1]


def test_a_strange_picture_keeps_a_latent_that_the_generator_knows(
    invert: ModuleType, snapshot: Path
) -> None:
    model, pixel_range, _ = invert.load_generator(snapshot)
    target = np.random.default_rng(0).integers(0, 256, (8, 8, 1), np.uint8)
    best = invert.search(model, pixel_range, target, lambda *_: None)
    assert np.isfinite(best.z).all()
    assert 0.01 < best.error < 0.6
    assert np.sqrt(np.mean(best.z**2)) < 4


def test_a_large_generator_is_asked_in_parts(
    invert: ModuleType, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, pixel_range, at_once = invert.load_generator(snapshot)
    assert at_once == invert.USUAL
    target = made_by(model, seed=3)
    at_once = invert.AtOnce(images=5, slopes=3)
    whole = invert.search(model, pixel_range, target, lambda *_: None)
    parts = invert.search(model, pixel_range, target, lambda *_: None, at_once)
    np.testing.assert_allclose(parts.z, whole.z, atol=1e-3)
    monkeypatch.setattr(invert.room, "GRADIENT_BYTES", 0)
    monkeypatch.setattr(invert.room, "CALL_BYTES", 8 * invert.room.largest_layer(CONVOLUTIONAL))
    assert invert.load_generator(snapshot)[2] == invert.AtOnce(images=2, slopes=1)


def test_refusals(invert: ModuleType, snapshot: Path) -> None:
    model, pixel_range, _ = invert.load_generator(snapshot)
    with pytest.raises(BadInputError, match="8, 8, 1"):
        invert.search(model, pixel_range, np.zeros((9, 9, 1), np.uint8), lambda *_: None)
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    with pytest.raises(GanCoreError, match="no images"):
        invert.search(model, pixel_range, np.zeros((8, 8, 1), np.uint8), lambda *_: None)


def test_a_slow_generator_gets_fewer_steps(
    invert: ModuleType, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invert, "_SEARCH_SECS", 0.0)
    model, pixel_range, _ = invert.load_generator(snapshot)
    told: list[tuple[int, int]] = []
    target = np.zeros((8, 8, 1), np.uint8)
    invert.search(model, pixel_range, target, lambda done, total, _: told.append((done, total)))
    assert told[-1] == (invert._LEAST_STEPS, invert._LEAST_STEPS)


def test_the_job(invert: ModuleType, snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invert.os, "nice", lambda _: 0)  # this process has other tests to run
    runs_dir = snapshot.parents[2]
    model, *_ = invert.load_generator(snapshot)
    folder = inversions.home(runs_dir) / inversions.new_id()
    inversions.write_request(
        folder, inversions.Wanted(run="some-run", step=40), made_by(model, seed=4)
    )
    lock = FileLock.acquire(folder / inversions.LOCK)
    assert lock is not None
    assert invert.main([str(runs_dir), folder.name, "--lock-fd", str(lock.descriptor)]) == 0
    found = inversions.read_found(folder)
    assert found is not None
    assert found.is_over
    assert found.z is not None
    assert len(found.z) == 6
    assert found.error is not None
    assert found.error < 0.02
    assert invert.main([str(runs_dir), inversions.new_id()]) == 2


def test_a_search_that_nobody_wants_any_more_is_not_begun(
    invert: ModuleType, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs_dir = snapshot.parents[2]
    folder = inversions.home(runs_dir) / inversions.new_id()
    target = np.zeros((8, 8, 1), np.uint8)
    inversions.write_request(folder, inversions.Wanted(run="some-run", step=40), target)
    (folder / inversions.STOP).touch()
    invert.run(runs_dir, folder)
    assert inversions.read_found(folder) is None
