"""A snapshot answers, in pieces if need be, or says why it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_core.errors import BadInputError, DamagedError
from gan_core.inference.engine import SnapshotEngine
from gan_core.portable.room import MAX_BATCH
from gan_core.runs import sealed, snapshots
from gan_core.runs.layout import RunPaths
from tests.inference.conftest import LATENT_SIZE, SIDE, Floats, Tiny

Write = Callable[..., None]


def _latents(num: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(num, LATENT_SIZE)).astype(np.float32)


@pytest.mark.parametrize("pixel_range", ["-1,1", "0,1"])
@pytest.mark.parametrize("num", [0, 1, 7, MAX_BATCH, MAX_BATCH + 1, 2 * MAX_BATCH + 3])
def test_images_and_verdicts(
    paths: RunPaths, write_tiny: Write, pixel_range: str, num: int
) -> None:
    tiny = Tiny.random(1)
    write_tiny(paths, 3, tiny, pixel_range=pixel_range)
    engine = SnapshotEngine.open(paths, 3)
    assert (engine.step, engine.latent_size) == (3, LATENT_SIZE)
    latents = _latents(num)
    images, p_real = engine.images_and_verdicts(latents)
    assert images.shape == (num, SIDE, SIDE, 1)
    assert (images.dtype, p_real.dtype) == (np.uint8, np.float32)
    values = tiny.images(latents)
    scaled = values * 127.5 + 127.5 if pixel_range == "-1,1" else values * 255
    expected = np.clip(np.rint(scaled), 0, 255)
    assert np.abs(images - expected).max(initial=0) <= 1
    np.testing.assert_allclose(p_real, 1 / (1 + np.exp(-tiny.logits(values))), atol=1e-5)
    np.testing.assert_array_equal(engine.images(latents), images)


@given(st.integers(1, 40), st.integers(0))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_image_does_not_depend_on_its_neighbours(
    paths: RunPaths, write_tiny: Write, num: int, seed: int
) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    engine = SnapshotEngine.open(paths, 3)
    latents = _latents(num, seed)
    one_by_one = np.concatenate([engine.images(latents[i : i + 1]) for i in range(num)])
    together = engine.images(latents)
    assert np.abs(one_by_one.astype(int) - together).max() <= 1


@pytest.mark.parametrize("shape", [(LATENT_SIZE,), (1, LATENT_SIZE + 1), (1, 1, LATENT_SIZE)])
def test_latents_of_another_size(
    paths: RunPaths, write_tiny: Write, shape: tuple[int, ...]
) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    with pytest.raises(BadInputError) as caught:
        SnapshotEngine.open(paths, 3).images(np.zeros(shape, np.float32))
    assert caught.value.one_line() == (
        f"latents: latents have shape {shape}; this generator takes (N, {LATENT_SIZE})."
    )


def test_latents_too_large_to_compute_with(
    paths: RunPaths, write_tiny: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    engine = SnapshotEngine.open(paths, 3)
    values = np.full((2, SIDE, SIDE, 1), [[[[np.nan]]], [[[0.5]]]], np.float32)
    monkeypatch.setattr(engine, "_made", lambda latents: values)  # as deeper networks answer
    for answer in (engine.images_and_verdicts, engine.images):
        with pytest.raises(BadInputError, match="no image of latents that large"):
            answer(np.full((2, LATENT_SIZE), 3e38, np.float32))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_latents_that_are_no_numbers(paths: RunPaths, write_tiny: Write, bad: float) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    latents = _latents(2)
    latents[1, 2] = bad
    with pytest.raises(BadInputError, match="finite"):
        SnapshotEngine.open(paths, 3).images(latents)


@pytest.mark.parametrize(
    ("golden", "said"),
    [
        ({"golden_images": Tiny.random(2)}, "The generator of step 3 differs"),
        ({"golden_logits": Tiny.random(2)}, "The discriminator of step 3 differs"),
    ],
)
def test_an_export_that_answers_otherwise(
    paths: RunPaths, write_tiny: Write, golden: dict[str, Tiny], said: str
) -> None:
    """As when an export silently loses the weights: every checksum is right, the images are not."""
    write_tiny(paths, 3, Tiny.random(1), **golden)
    with pytest.raises(DamagedError, match=said):
        SnapshotEngine.open(paths, 3)


@pytest.mark.parametrize(
    "name", [snapshots.GENERATOR_ONNX, snapshots.DISCRIMINATOR_ONNX, snapshots.GOLDEN]
)
@pytest.mark.parametrize("how", ["flip", "cut", "remove"])
def test_damage_is_noticed(paths: RunPaths, write_tiny: Write, name: str, how: str) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    path = paths.snapshot(3) / name
    content = bytearray(path.read_bytes())
    if how == "remove":
        path.unlink()
    elif how == "cut":
        path.write_bytes(content[:-1])
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(DamagedError, match=name):
        SnapshotEngine.open(paths, 3)


@pytest.mark.parametrize("content", [b"", b"rubbish" * 50])
def test_a_sealed_file_that_is_no_model(paths: RunPaths, write_tiny: Write, content: bytes) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    folder = paths.snapshot(3)

    def fill(target: object) -> None:
        for entry in folder.iterdir():
            if entry.name != sealed.MANIFEST:
                model = entry.name == snapshots.GENERATOR_ONNX
                (target / entry.name).write_bytes(content if model else entry.read_bytes())  # type: ignore[operator]

    sealed.seal(paths.snapshot(4), fill, {"pixel_range": "-1,1"})
    with pytest.raises(DamagedError, match=r"generator\.onnx cannot be loaded"):
        SnapshotEngine.open(paths, 4)


@pytest.mark.parametrize("pixel_range", [None, "-1,0", ""])
def test_an_unknown_pixel_range(
    paths: RunPaths, write_tiny: Write, pixel_range: str | None
) -> None:
    write_tiny(paths, 3, Tiny.random(1), pixel_range=pixel_range)
    with pytest.raises(DamagedError, match="manifest of 3 is damaged"):
        SnapshotEngine.open(paths, 3)


def test_no_such_snapshot(paths: RunPaths) -> None:
    with pytest.raises(DamagedError, match="3 has no manifest"):
        SnapshotEngine.open(paths, 3)


def test_many_viewers_at_once(paths: RunPaths, write_tiny: Write) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    engine = SnapshotEngine.open(paths, 3)
    expected = {seed: engine.images(_latents(20, seed)) for seed in range(6)}
    right: list[bool] = []

    def view(seed: int) -> None:
        for _ in range(20):
            images = engine.images(_latents(20, seed))
            right.append(np.array_equal(images, expected[seed]))

    viewers = [threading.Thread(target=view, args=(seed,)) for seed in range(6)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    assert right == [True] * 120


def test_images_that_others_made_are_judged_alike(paths: RunPaths, write_tiny: Write) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    engine = SnapshotEngine.open(paths, 3)
    images, p_real = engine.images_and_verdicts(_latents(9))
    # A byte is half a grey level off at most, in each of sixteen pixels.
    np.testing.assert_allclose(engine.verdicts(images), p_real, atol=0.02)
    with pytest.raises(BadInputError, match="this network takes"):
        engine.verdicts(images[:, :2])
