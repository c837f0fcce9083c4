"""Two lines of Python that reproduce an image."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_core.errors import BadInputError, DamagedError, NotFoundError
from gan_core.inference.generator import load_generator
from gan_core.latent.pixels import to_bytes
from gan_core.runs.layout import RunPaths
from tests.inference.conftest import LATENT_SIZE, SIDE, Tiny

LATENTS = np.random.default_rng(4).standard_normal((3, LATENT_SIZE)).astype(np.float32)


@pytest.fixture
def tiny(paths: RunPaths, write_tiny) -> Tiny:
    """A run with two snapshots; this is the generator of the newer one, at step 20."""
    made = Tiny.random(1)
    write_tiny(paths, 10, Tiny.random(0))
    write_tiny(paths, 20, made)
    return made


def test_in_a_process_of_its_own(tiny: Tiny, paths: RunPaths, tmp_path: Path, repo: Path) -> None:
    place = tmp_path / "image.png"
    lines = [
        "from gan_core.inference.generator import load_generator",
        f'load_generator("{paths.root}", step=20).save({LATENTS[0].tolist()}, "{place}")',
        "import sys; sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=repo, check=True)
    expected = to_bytes(tiny.images(LATENTS[:1]), "-1,1")[0, ..., 0]
    np.testing.assert_allclose(np.array(Image.open(place)).astype(int), expected, atol=1)


def test_images(tiny: Tiny, paths: RunPaths) -> None:
    generator = load_generator(str(paths.root))
    assert (generator.step, generator.latent_size) == (20, LATENT_SIZE)
    images = generator.images(LATENTS)
    assert images.dtype == np.uint8
    assert images.shape == (3, SIDE, SIDE, 1)
    np.testing.assert_array_equal(generator.images(LATENTS[1].tolist())[0], images[1])
    older = load_generator(paths.root, step=10).images(LATENTS)
    assert not np.array_equal(older, images)


def test_several_side_by_side(tiny: Tiny, paths: RunPaths, tmp_path: Path) -> None:
    generator = load_generator(paths.root)
    place = generator.save(LATENTS, tmp_path / "row.png")
    row = np.array(Image.open(place))
    assert row.shape == (SIDE, 3 * SIDE + 2)
    np.testing.assert_array_equal(row[:, -SIDE:], generator.images(LATENTS)[2, ..., 0])


def test_refusals(tiny: Tiny, paths: RunPaths, tmp_path: Path) -> None:
    generator = load_generator(paths.root)
    for latents in ([1.0], LATENTS[:, :-1], np.full(LATENT_SIZE, np.nan), LATENTS[np.newaxis]):
        with pytest.raises(BadInputError):
            generator.images(latents)
    with pytest.raises(BadInputError, match="png"):
        generator.save(LATENTS[0], tmp_path / "image.jpg")
    with pytest.raises(BadInputError, match="at least one"):
        generator.save(LATENTS[:0], tmp_path / "image.png")
    with pytest.raises(NotFoundError, match="no folder"):
        load_generator(tmp_path / "nowhere")
    with pytest.raises(NotFoundError, match="30"):
        load_generator(paths.root, step=30)
    (paths.snapshot(20) / "generator.onnx").write_bytes(b"")
    with pytest.raises(DamagedError):
        load_generator(paths.root, step=20)


def test_the_newest_that_is_whole(
    tiny: Tiny, paths: RunPaths, caplog: pytest.LogCaptureFixture
) -> None:
    (paths.snapshot(20) / "generator.onnx").write_bytes(b"")
    assert load_generator(paths.root).step == 10
    assert "step 20 is skipped: generator.onnx in 20 is damaged" in caplog.text
