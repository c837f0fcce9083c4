"""A trained run as an item of the gallery.

    .venv/bin/python -m docs.make_gallery RUN_DIR NAME [--commit HASH]

Writes `gan_core/gallery/NAME.zip` and `NAME.png` and notes in `gallery.json` where they came from.
What goes in is lean: both networks in float16, their golden answers, the losses and a few sheets.
The original answers are checked first, and how far rounding moves the images is printed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from gan_core import data
from gan_core.config import RunConfig
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs.gallery import FACTS, FOLDER, WORDS
from gan_core.portable.onnx_graph import to_onnx
from gan_core.portable.sessions import furthest, in_parts, open_session
from gan_core.recipes.layers import Network, network_from_json
from gan_core.runs import archive, sealed, snapshots
from gan_core.runs.checkpoints import Arrays, read_arrays, write_arrays
from gan_core.runs.draft import draft
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.sheet import read_about
from gan_core.runs.store import Meta, RunStore, RunView, view

_NUM_SHEETS = 8
_NUM_GOLDEN = 8
_PICTURE_TILES = (8, 4)  # across, down
_PICTURE_WIDTH = 480


def make(root: Path, name: str, commit: str) -> None:
    """Write the files of one item."""
    run = view(RunPaths(root))
    config = run.sound_config()
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        with draft(store.root, run.id) as paths:
            _copy(run, paths, Meta(name=WORDS[name][0], notes=_notes(config, commit)))
        FOLDER.mkdir(exist_ok=True)
        archive.pack(store.get(run.id), FOLDER / f"{name}.zip")
        SnapshotEngine.open(store.get(run.id).paths, snapshots.list_steps(run.paths)[-1])
    _picture(run.paths).save(FOLDER / f"{name}.png", optimize=True)
    facts = read_json(FACTS) if FACTS.exists() else {}
    facts[name] = {
        "recipe": config.recipe,
        "dataset": config.dataset.name,
        "commit": commit,
        "run_id": run.id,
    }
    write_json(FACTS, facts)


def _notes(config: RunConfig, commit: str) -> str:
    licence = data.describe(config.dataset.name).licence
    return (
        f"From the gallery: {config.recipe}, {config.total_steps} steps on {config.dataset.name}, "
        f"seed {config.seed}, trained with this program at commit {commit}. "
        f"Pictures that it learnt from: {licence}. It has no training state."
    )


def _copy(run: RunView, paths: RunPaths, meta: Meta) -> None:
    write_json(paths.config, run.sound_config().to_json())
    write_json(paths.meta, meta.model_dump(mode="json"))
    write_json(paths.status, run.status.model_dump(mode="json"))
    paths.metrics.write_bytes(run.paths.metrics.read_bytes())
    steps = sheet_steps(run.paths)
    for at in np.linspace(0, len(steps) - 1, min(_NUM_SHEETS, len(steps))).round().astype(int):
        paths.sample(steps[at]).write_bytes(run.paths.sample(steps[at]).read_bytes())
    step = snapshots.list_steps(run.paths)[-1]
    SnapshotEngine.open(run.paths, step)  # raises where it does not answer as Keras did
    source = run.paths.snapshot(step)
    about = sealed.read_manifest(source)
    kept = {key: about[key] for key in ("step", "pixel_range", "verdict") if key in about}
    sealed.seal(paths.snapshot(step), lambda folder: _write_lean(source, folder), kept)


def _write_lean(source: Path, folder: Path) -> None:
    """Both networks in float16, with what the rounded ones answer as their golden answers."""
    layers = read_json(source / snapshots.NETWORKS)
    write_json(folder / snapshots.NETWORKS, layers)
    networks = {role: network_from_json(value) for role, value in layers.items()}
    weights: dict[str, Arrays] = {}
    for role in networks:
        exact = read_arrays(source / snapshots.weights_file(role))
        weights[role] = {key: _rounded(value) for key, value in exact.items()}
        write_arrays(folder / snapshots.weights_file(role), weights[role])
    old = read_arrays(source / snapshots.GOLDEN)
    latents = old["latents"][:_NUM_GOLDEN].astype(np.float32)
    images = _answers(networks["generator"], weights["generator"], latents)
    moved = furthest(images, old["images"][:_NUM_GOLDEN])
    sys.stdout.write(f"rounding to float16 moves a pixel by at most {moved:.1e}\n")
    golden: Arrays = {"latents": latents, "images": images}
    if "encoder" in networks:
        codes = _answers(networks["encoder"], weights["encoder"], images)
        golden["codes"] = codes[:, : latents.shape[1]]
    else:
        logits = _answers(networks["discriminator"], weights["discriminator"], images)
        golden["logits"] = logits[:, 0]
    write_arrays(folder / snapshots.GOLDEN, golden)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Kernels in float16; biases and statistics are small, and matter more."""
    return values.astype(np.float16) if values.ndim > 1 else values


def _answers(network: Network, weights: Arrays, inputs: np.ndarray) -> np.ndarray:
    return in_parts(open_session(to_onnx(network, weights).SerializeToString()), inputs)


def _picture(paths: RunPaths) -> Image.Image:
    """The middle of the newest sheet, enlarged by a whole number to the width or a little more."""
    sheet = paths.sample(sheet_steps(paths)[-1])
    about = read_about(sheet)
    columns, gap, (height, width) = about["columns"], about["gap"], about["tile"]
    across, down = (min(columns, tiles) for tiles in _PICTURE_TILES)
    left, top = (columns - across) // 2 * (width + gap), (columns - down) // 2 * (height + gap)
    size = (across * (width + gap) + gap, down * (height + gap) + gap)
    times = -(-_PICTURE_WIDTH // size[0])
    with Image.open(sheet) as image:
        part = image.crop((left, top, left + size[0], top + size[1]))
        return part.resize((size[0] * times, size[1] * times), Image.Resampling.NEAREST)


def _this_commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    """One item."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("name", choices=list(WORDS))
    parser.add_argument("--commit", help="of the program when it was trained; the present one")
    given = parser.parse_args()
    make(given.run, given.name, given.commit or _this_commit())
    return 0


if __name__ == "__main__":
    sys.exit(main())
