"""How many of the 1000 kinds of stacked digits a run draws, snapshot by snapshot.

    python -m gan_core train stacked-dcgan
    python -m benchmarks.stacked_modes RUN_DIR … [--images 26000] [--data-dir DIR]

As in VEEGAN's table 2 and PacGAN's: 26 000 generated images, each colour read by a classifier of
digits. The first line is of real images that were held out, the best that can be had.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import say
from gan_core import data
from gan_core.config import RunConfig
from gan_core.inference.engine import SnapshotEngine
from gan_core.latent.sampling import latents_in_parts
from gan_core.metrics import modes
from gan_core.portable import feature_nets
from gan_core.runs import snapshots
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths

NUM_IMAGES = 26_000
_SEED = 26
_AT_ONCE = 500


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--images", type=int, default=NUM_IMAGES)
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    info = data.describe("stacked-mnist").info
    net = feature_nets.best_for(given.runs[0].parent, info)
    sys.stdout.write("| run | step | images | modes | KL to uniform |\n|---|---|---|---|---|\n")
    real = data.load(info, given.data_dir).test_images[: given.images]
    _say_line("real, held out", "", _labels(net, iter(np.array_split(real, 20))))
    for root in given.runs:
        paths = RunPaths(root)
        recipe = RunConfig.from_json(read_json(paths.config)).recipe
        for step in snapshots.list_steps(paths):
            say(f"{recipe}, step {step}")
            _say_line(f"`{recipe}`", str(step), _labels(net, _generated(paths, step, given.images)))
    return 0


def _generated(paths: RunPaths, step: int, num_images: int) -> Iterator[NDArray[np.uint8]]:
    engine = SnapshotEngine.open(paths, step)
    for latents in latents_in_parts(_SEED, engine.latent_size, num_images, _AT_ONCE):
        yield engine.images(latents)


def _labels(net: feature_nets.Net, parts: Iterator[NDArray[np.uint8]]) -> modes.Labels:
    found = []
    for part in parts:
        chances = net(part).chances
        if chances is None:
            raise SystemExit("there is no classifier of digits to read the colours")
        found.append(chances.argmax(axis=1).astype(np.int64))
    return np.concatenate(found)


def _say_line(name: str, step: str, labels: modes.Labels) -> None:
    found = modes.classes(labels, 1000)
    sys.stdout.write(
        f"| {name} | {step} | {len(labels)} | {found.num_hit} | {found.kl_to_uniform:.2f} |\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
