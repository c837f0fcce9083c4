"""The collapse watch on a run that collapses and on healthy ones.

    python -m benchmarks.systems.collapse_watch [--runs DIR] [--steps N] [--picture FILE]
    python -m benchmarks.systems.collapse_watch --replay RUN_DIR … [--picture FILE]

Trains four runs with the command line and says what the watch found in each; 1 when it is silent on
the collapsing one or speaks on a healthy one. `--replay` asks the watch about runs that are there
already, from their metric logs and sheets. `--picture` draws their losses, with what was found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from benchmarks.harness import say
from gan_core import data
from gan_core.charts.palette import metric_colour
from gan_core.config import RunConfig
from gan_core.metrics.collapse import CollapseWatch, Finding
from gan_core.recipes import registry
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.metrics import MetricReader
from gan_core.runs.sheet import read_about

NUM_REAL = 256

RUNS = {
    "mlp-gan, D 50 times too fast": ["mlp-gan", "--set", "d_lr=0.01"],
    "mlp-gan as it is": ["mlp-gan"],
    "quick-dcgan as it is": ["quick-dcgan"],
    "quick-dcgan on Fashion-MNIST": ["quick-dcgan", "--dataset", "fashion-mnist"],
}
COLLAPSES = "mlp-gan, D 50 times too fast"


def images_of(path: Path) -> NDArray[np.uint8]:
    """The images of a sheet, uint8 `[N, H, W, C]`."""
    about = read_about(path)
    gap, (height, width) = about["gap"], about["tile"]
    with Image.open(path) as picture:
        pixels = np.atleast_3d(np.asarray(picture))
    corners = [
        (top, left)
        for top in range(gap, pixels.shape[0] - height, height + gap)
        for left in range(gap, pixels.shape[1] - width, width + gap)
    ]
    return np.stack([pixels[y : y + height, x : x + width] for y, x in corners])


def replay(paths: RunPaths, data_dir: Path) -> tuple[Finding | None, int]:
    """What a watch would have said while the run trained, and how many records it saw."""
    config = RunConfig.from_json(read_json(paths.config))
    recipe = registry.get(config.recipe)
    real = data.load(config.dataset, data_dir, paths.dataset).train_images[:NUM_REAL]
    watch = CollapseWatch(
        is_gan=recipe.family == "gan",
        d_loss_scale=recipe.d_loss_scale,
        loss=config.settings.loss,
        real_images=np.asarray(real),
    )
    reader = MetricReader(paths.metrics)
    reader.poll()
    columns = reader.columns
    records = {
        int(step): {key: values[i] for key, values in columns.items()}
        for i, step in enumerate(columns["step"])
    }
    sheets = set(sheet_steps(paths))
    for step in sorted(records.keys() | sheets):
        if step in records:
            known = {k: v for k, v in records[step].items() if not k.startswith(("eval_", "val_"))}
            watch.observe(step, known)
        if step in sheets:
            watch.observe_sheet(step, images_of(paths.sample(step)))
        if watch.finding:
            break
    return watch.finding, len(records)


def train(runs: Path, words: list[str], num_steps: int) -> Path:
    """Train with the command line; return the run directory."""
    command = [sys.executable, "-m", "gan_core", "--runs", str(runs), "train", *words]
    finished = subprocess.run(
        [*command, "--steps", str(num_steps)], stdout=subprocess.PIPE, text=True, check=False
    )
    return runs / finished.stdout.split()[-1]


def told(finding: Finding | None) -> str:
    """A finding in a line."""
    if finding is None:
        return "silent"
    figures = ", ".join(f"{key} {value:g}" for key, value in finding.evidence.items())
    return (
        f"step {finding.step}: {' + '.join(finding.signals)} ({figures}); "
        f"healthy until {finding.healthy_step}"
    )


def draw(seen: dict[Path, Finding | None], target: Path) -> None:
    """The losses of the runs, logarithmic, and a line where the watch spoke."""
    figure = Figure(figsize=(9.6, 5.4), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    places = figure.subplots(2, -(-len(seen) // 2), sharey=True, squeeze=False).ravel()
    for axes, (root, finding) in zip(places, seen.items(), strict=False):
        config = RunConfig.from_json(read_json(RunPaths(root).config))
        reader = MetricReader(RunPaths(root).metrics)
        reader.poll()
        for key, name in (("d_loss", "D"), ("g_loss", "G")):
            values = np.maximum(reader.columns[key], 1e-4)
            axes.plot(reader.columns["step"], values, color=metric_colour(key), lw=0.8, label=name)
        if finding is not None:
            axes.axvline(finding.step, color="black", ls="--", lw=1)
            axes.annotate(" collapse", (finding.step, 2e-4))
        rate = f", D's rate {config.settings.d_lr:g}"
        axes.set(title=f"{config.recipe} on {config.dataset.name}{rate}", yscale="log")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="upper right")
    figure.supxlabel("step")
    figure.supylabel("loss")
    figure.savefig(target)


def main() -> int:
    """Train or replay, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replay", type=Path, nargs="+", metavar="RUN_DIR")
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    seen: dict[Path, Finding | None] = {}
    wrong = 0
    if given.replay:
        for root in given.replay:
            seen[root], num_records = replay(RunPaths(root), given.data_dir)
            sys.stdout.write(f"{root.name}, {num_records} records: {told(seen[root])}\n")
    with tempfile.TemporaryDirectory() as temporary:
        for name, words in ({} if given.replay else RUNS).items():
            say(name)
            root = train(given.runs or Path(temporary), words, given.steps)
            seen[root], num_records = replay(RunPaths(root), given.data_dir)
            wrong += (seen[root] is None) == (name == COLLAPSES)
            sys.stdout.write(f"{name:36} {num_records:5} records: {told(seen[root])}\n")
        if given.picture:
            draw(seen, given.picture)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
