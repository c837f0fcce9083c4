"""The published systems, the text's figures beside ours.

    python -m benchmarks.systems parameters
    python -m benchmarks.systems vae
    python -m benchmarks.systems cifar-dcgan --steps 2000 --sheets docs/pictures/systems

Trains the system with the command line, as anybody would, and reads the run directory. `--run`
reads a run that is there already. `--sheets` copies its sample sheets at a few steps.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import cpu_kernels, say
from benchmarks.systems.claims import CLAIMS, Evidence
from gan_core import data
from gan_core.config import RunConfig
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.metrics import MetricReader

_NUM_SHEETS = 4


def main() -> int:
    """Print one system's table, or all parameter tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=["parameters", *CLAIMS])
    parser.add_argument("--steps", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--dataset")
    parser.add_argument("--run", type=Path, help="a run directory to read instead of training")
    parser.add_argument("--runs", type=Path, help="where to train; a temporary folder")
    parser.add_argument("--sheets", type=Path, help="where sample sheets are copied to")
    given = parser.parse_args()
    if given.system == "parameters":
        for name in CLAIMS:
            print_claims(name, _untrained(name), only="parameters")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        root = given.run or train(given, given.runs or Path(temporary))
        print_claims(given.system, read_evidence(RunPaths(root)))
        if given.sheets:
            keep_sheets(given.system, RunPaths(root), given.sheets)
    return 0


def train(given: argparse.Namespace, runs: Path) -> Path:
    """Train to the end; return the run directory."""
    options = [
        text
        for name in ("steps", "epochs", "dataset")
        if getattr(given, name) is not None
        for text in (f"--{name}", str(getattr(given, name)))
    ]
    command = [sys.executable, "-m", "gan_core", "--runs", str(runs), "train", given.system]
    say(" ".join(command[1:] + options))
    finished = subprocess.run([*command, *options], stdout=subprocess.PIPE, text=True, check=True)
    return runs / finished.stdout.split()[-1]


def read_evidence(paths: RunPaths) -> Evidence:
    """What a run directory says."""
    reader = MetricReader(paths.metrics)
    reader.poll()
    return Evidence(RunConfig.from_json(read_json(paths.config)), reader.columns)


def _untrained(name: str) -> Evidence:
    recipe = registry.get(name)
    config = resolve(
        recipe,
        data.describe(recipe.dataset).info,
        {},
        kernels=cpu_kernels(),
        versions={},
        now=datetime.now(UTC),
    )
    return Evidence(config, {})


def print_claims(name: str, found: Evidence, *, only: str = "") -> None:
    """A table: what, the text's figure, ours."""
    steps = found.values("step")[-1:]
    length = f", {steps[0]:.0f} steps ({found.values('epoch')[-1]:.1f} epochs)" if steps else ""
    sys.stdout.write(f"\n{name} on {found.config.dataset.name}{length}\n")
    for claim in CLAIMS[name]:
        if only in claim.what:
            sys.stdout.write(f"  {claim.what:38} {claim.text:>14}   {claim.ours(found)}\n")


def keep_sheets(name: str, paths: RunPaths, folder: Path) -> None:
    """Copy a few sheets, evenly over the run, the last one among them."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = sheet_steps(paths)[1:]
    chosen = {steps[(i + 1) * len(steps) // _NUM_SHEETS - 1] for i in range(_NUM_SHEETS)}
    for step in sorted(chosen):
        target = folder / f"{name}-{step}.png"
        shutil.copyfile(paths.sample(step), target)
        say(f"sheet: {target}")


if __name__ == "__main__":
    sys.exit(main())
