"""A loss, then a weight, that is no number: seen at once, and never saved."""

from __future__ import annotations

import json

import numpy as np

from benchmarks.trust.patched import start_patched
from benchmarks.trust.trial import Outcome, Place
from gan_core.runs import checkpoints
from gan_core.runs.layout import RunPaths, step_folders
from gan_core.runs.status import read_status
from tests.processes.worker_runs import new_run, start

_LOG_EVERY = 10
_NAN_AT = 57
_SETTINGS = {
    "batch_size": 16,
    "log_every": _LOG_EVERY,
    "snapshot_every": 20,
    "checkpoint_secs": 0.1,
}


def attempt(place: Place) -> Outcome:
    """An absurd learning rate; and a weight made no number between two logged steps."""
    wrong = [*absurd_rate(place), *broken_weight(place)]
    return Outcome(
        "absurd learning rate, and a weight made NaN between two logged steps: "
        + ("; ".join(wrong) or "caught within one logging interval, all saved states finite"),
        "caught within one interval, last good state kept",
        passed=not wrong,
    )


def absurd_rate(place: Place) -> list[str]:
    """What is wrong with how a run ends whose learning rates are out of all bounds."""
    paths = new_run(place.folder, place.data_dir, steps=2000, settings=_SETTINGS)
    config = json.loads(paths.config.read_text())
    config["settings"].update(g_lr=1e30, d_lr=1e30)  # more than a plan allows
    paths.config.write_text(json.dumps(config))
    start(paths, place.data_dir).wait()
    records = [json.loads(line) for line in paths.metrics.read_text().splitlines()]
    broken = [r["step"] for r in records if None in (r["d_loss"], r["g_loss"])]
    wrong = _faults(paths)
    if len(broken) > 1:
        wrong.append(f"went on for {len(broken)} logged steps")
    return [f"rate: {fault}" for fault in wrong]


def broken_weight(place: Place) -> list[str]:
    """What is wrong with how a run ends one of whose weights is no number at some step."""
    paths = new_run(place.folder, place.data_dir, steps=2000, settings=_SETTINGS)
    start_patched(paths, place.data_dir, "nan", _NAN_AT).wait()
    wrong = _faults(paths)
    step = read_status(paths).step
    if not _NAN_AT <= step <= _NAN_AT + 2 * _LOG_EVERY:
        wrong.append(f"noticed at step {step}")
    kept = checkpoints.load_newest(paths)
    if kept is None or kept.step < _NAN_AT - 2 * _LOG_EVERY:
        wrong.append("the last good state is too old")
    return [f"weight: {fault}" for fault in wrong]


def _faults(paths: RunPaths) -> list[str]:
    """What is wrong with how such a run has ended."""
    status = read_status(paths)
    wrong = []
    if status.state != "failed" or "no longer a finite number" not in status.message:
        wrong.append(f"{status.state}: {status.message}")
    folders = [paths.checkpoints / str(step) for step in step_folders(paths.checkpoints)]
    folders += [paths.snapshot(step) for step in step_folders(paths.snapshots)]
    for folder in folders:
        arrays = checkpoints.load_state(folder)
        if not all(np.isfinite(array).all() for array in arrays.values()):
            wrong.append(f"{folder.parent.name}/{folder.name} holds what is no number")
    return wrong if folders else [*wrong, "nothing was saved"]
