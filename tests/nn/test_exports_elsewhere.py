"""What is exported comes back as it was, and is used elsewhere as the snippet says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_core.jobs.snippet import FORMATS, snippet
from gan_core.latent.pixels import to_bytes
from gan_core.portable.foreign.read import read
from gan_core.portable.onnx_graph import to_onnx
from gan_core.portable.sessions import in_parts, open_session
from gan_core.runs import checkpoints, snapshots
from gan_core.runs.layout import RunPaths
from gan_core.runs.sheet import tile

_SYSTEMS = [
    ("quick-dcgan", {}),
    ("quick-dcgan", {"upsampling": "nearest", "output_activation": "sigmoid", "dropout": 0.3}),
    ("quick-dcgan", {"latent_distribution": "uniform", "g_norm": "none"}),
    ("mnist-dcgan", {}),
    ("quickdraw-dcgan", {}),
]


def _snapshot(nn: SimpleNamespace, made: Any, paths: RunPaths) -> Path:
    state = nn.state.initial_state(made.recipe, made.config)
    rng = np.random.default_rng(4)
    for name, variable in nn.build.variables(state.generator).items():
        if name.endswith(("kernel", "bias", "moving_mean", "beta")):
            noise = rng.normal(0, 0.1, variable.shape)
            variable.assign(np.asarray(variable) + noise.astype(np.float32))
    nn.snapshot.write_snapshot(paths, made.recipe, made.config, state)
    return paths.snapshot(0)


def _exported(nn: SimpleNamespace, folder: Path, file_format: str, target: Path) -> Path:
    if file_format == "onnx":
        target.write_bytes((folder / snapshots.GENERATOR_ONNX).read_bytes())
    else:
        nn.export.export(folder, file_format, target)
    return target


@pytest.mark.parametrize(("name", "overrides"), _SYSTEMS)
def test_out_and_in_again(
    nn: SimpleNamespace,
    system: Callable[..., Any],
    paths: RunPaths,
    tmp_path: Path,
    name: str,
    overrides: dict[str, Any],
) -> None:
    made = system(name, **overrides)
    folder = _snapshot(nn, made, paths)
    golden = checkpoints.read_arrays(folder / snapshots.GOLDEN)
    is_uniform = overrides.get("latent_distribution") == "uniform"
    for file_format in ("onnx", "keras") if is_uniform else FORMATS:
        file = _exported(nn, folder, file_format, tmp_path / f"g.{file_format}")
        scratch = tmp_path / file_format
        scratch.mkdir()
        found = read(file, scratch)
        assert found.pixel_range == made.config.settings.pixel_range
        session = open_session(to_onnx(found.network, found.weights).SerializeToString())
        images = in_parts(session, golden["latents"].astype(np.float32))
        np.testing.assert_allclose(images, golden["images"], atol=2e-3)


def test_the_snippets_run_where_this_program_is_not(
    nn: SimpleNamespace, system: Callable[..., Any], paths: RunPaths, tmp_path: Path
) -> None:
    made = system("quick-dcgan")
    settings, info = made.config.settings, made.config.dataset
    folder = _snapshot(nn, made, paths)
    for file_format in FORMATS:
        place = tmp_path / f"elsewhere-{file_format}"
        place.mkdir()
        file = _exported(nn, folder, file_format, place / f"it's g.{file_format}")
        program = snippet(
            file_format,
            file.name,
            latent_size=settings.latent_size,
            image_size=info.image_size,
            channels=info.channels,
            pixel_range=settings.pixel_range,
        )
        (place / "use.py").write_text(program)
    # TensorFlow takes seconds to load: both of Keras' formats share a process.
    shares = [("onnx",), ("keras", "h5")]
    running = [_started([tmp_path / f"elsewhere-{name}" for name in names]) for names in shares]
    session = open_session(folder / snapshots.GENERATOR_ONNX)
    drawn = np.random.default_rng(0).standard_normal((16, settings.latent_size))
    images = to_bytes(in_parts(session, drawn.astype(np.float32)), settings.pixel_range)
    expected = tile(images, 4, gap=0, frame=0)[..., 0]
    for process in running:
        _, complaint = process.communicate(timeout=100)
        assert process.returncode == 0, complaint.decode()
    for file_format in FORMATS:
        with Image.open(tmp_path / f"elsewhere-{file_format}" / "images.png") as picture:
            assert np.abs(np.asarray(picture).astype(int) - expected).max() <= 1


def _started(places: list[Path]) -> subprocess.Popen[bytes]:
    """A fresh process that runs the program of each folder in it, and cannot find this one."""
    run_all = "import os, runpy, sys\nfor place in sys.argv[1:]:\n    os.chdir(place)\n"
    run_all += "    runpy.run_path('use.py')\nassert 'gan_core' not in sys.modules\n"
    bare = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", run_all, *map(str, places)],
        cwd=places[0], env=bare, stderr=subprocess.PIPE,
    )  # fmt: skip
