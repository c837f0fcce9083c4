"""Runs of the real worker, started without a supervisor, killed and compared."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from gan_core import data
from gan_core.config import Kernels, SettingValue
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs import checkpoints
from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.snapshots import list_steps
from gan_core.runs.status import read_status
from gan_core.runs.store import RunStore

CLOCK_KEYS = ("elapsed_s", "images_per_s")
_LOOK_SECS = 0.002
_SMALLER: dict[str, SettingValue] = {"d_hidden": 0, "g_convolutions": 0}


def new_run(
    runs_dir: Path,
    data_dir: Path,
    *,
    steps: int,
    settings: Mapping[str, SettingValue],
    recipe: str = "quick-dcgan",
) -> RunPaths:
    """A queued run on digits.

    Its networks are the smaller ones that the recipe offers, and its checkpoints may come sooner
    than people may ask for.
    """
    given = {**(_SMALLER if recipe == "quick-dcgan" else {}), **settings}
    checkpoint_secs = given.pop("checkpoint_secs", None)
    config = resolve(
        registry.get(recipe),
        data.prepare("digits", data_dir),
        given,
        kernels=Kernels(device="cpu", jit=False, intra_op_threads=2, inter_op_threads=2),
        versions={},
        now=datetime.now(UTC),
        steps=steps,
        seed=1,
    )
    if checkpoint_secs is not None:
        sooner = config.settings.model_copy(update={"checkpoint_secs": checkpoint_secs})
        config = config.model_copy(update={"settings": sooner})
    return RunStore(runs_dir).create(config).paths


def start(paths: RunPaths, data_dir: Path) -> subprocess.Popen[bytes]:
    """Start the worker as the launcher does: output to the run's log, a session of its own."""
    words = [sys.executable, "-m", "gan_core.worker", str(paths.root), "--data-dir", str(data_dir)]
    with paths.log.open("ab") as log:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )


def until(
    worker: subprocess.Popen[bytes], condition: Callable[[], bool], *, secs: float = 120.0
) -> bool:
    """Wait for a condition; `False` when the worker ended before."""
    give_up_at = time.monotonic() + secs
    while not condition():
        if worker.poll() is not None:
            return False
        assert time.monotonic() < give_up_at, "the worker is stuck"
        time.sleep(_LOOK_SECS)
    return True


def num_logged(paths: RunPaths) -> int:
    """Lines in the log of metrics."""
    return paths.metrics.read_bytes().count(b"\n") if paths.metrics.exists() else 0


def is_saving(paths: RunPaths) -> bool:
    """Whether a checkpoint or a snapshot is half written at this moment."""
    return any(
        entry.name.startswith(TEMPORARY_PREFIX)
        for folder in (paths.checkpoints, paths.snapshots)
        for entry in folder.iterdir()
    )


@dataclass(frozen=True)
class Kill:
    """A SIGKILL that struck: the steps logged by then, and whether it left a save half done."""

    num_logged: int
    while_saving: bool


def kill_at_random(
    paths: RunPaths, data_dir: Path, rng: random.Random, *, while_saving: bool, max_steps: int
) -> Kill | None:
    """Start the worker and kill it at a random point; `None` when it finished before.

    Args:
        paths: of the run.
        data_dir: the data folder.
        rng: chooses the point.
        while_saving: strike within 10 ms of the start of a save, else after a number of steps.
        max_steps: strike at most so many steps after the first new one.
    """
    worker = start(paths, data_dir)
    before = num_logged(paths)
    if not until(
        worker, lambda: read_status(paths).state == "running" or num_logged(paths) > before
    ):
        return None
    truncated = num_logged(paths)
    if while_saving:
        awaited: Callable[[], bool] = lambda: is_saving(paths)  # noqa: E731 - a choice of two
        pause_secs = rng.uniform(0, 0.01)
    else:
        target = truncated + rng.randint(1, max_steps)
        awaited = lambda: num_logged(paths) >= target  # noqa: E731
        pause_secs = rng.uniform(0, 0.05)
    if not until(worker, awaited):
        return None
    time.sleep(pause_secs)
    worker.kill()
    if worker.wait() == 0:
        return None
    return Kill(num_logged(paths), is_saving(paths))


def metrics_of(paths: RunPaths) -> list[dict[str, Any]]:
    """The log without what depends on the clock."""
    lines = [json.loads(line) for line in paths.metrics.read_text().splitlines()]
    return [{k: v for k, v in line.items() if k not in CLOCK_KEYS} for line in lines]


def differences(a: RunPaths, b: RunPaths) -> list[str]:
    """In what two completed runs differ, bit for bit, clocks apart; nothing when exact."""
    found = []
    if metrics_of(a) != metrics_of(b):
        found.append("metrics")
    states = [checkpoints.load_newest(paths) for paths in (a, b)]
    if states[0] is None or states[1] is None:
        return [*found, "a run has no checkpoint"]
    x, y = states[0].arrays, states[1].arrays
    if states[0].step != states[1].step or x.keys() != y.keys():
        return [*found, "steps or names of the states"]
    found += [
        f"state {name}"
        for name in sorted(x.keys() - {"elapsed_secs"})
        if x[name].dtype != y[name].dtype or not np.array_equal(x[name], y[name])
    ]
    if sheet_steps(a) != sheet_steps(b) or list_steps(a) != list_steps(b):
        return [*found, "sheets or snapshots are missing"]
    found += [
        f"sheet {step}"
        for step in sheet_steps(a)
        if a.sample(step).read_bytes() != b.sample(step).read_bytes()
    ]
    for step in list_steps(a):
        weights = [paths.snapshot(step) / "generator.safetensors" for paths in (a, b)]
        if weights[0].read_bytes() != weights[1].read_bytes():
            found.append(f"snapshot {step}")
    return found
