"""Evaluations in a run directory, each file replaced whole.

    evaluations/<step>/light.json   written by the worker at that snapshot
    evaluations/<step>/full-<first digits of the features' SHA-256>.json   on request
"""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import ValidationError

from gan_core.errors import DamagedError
from gan_core.evaluation import Evaluation
from gan_core.runs import snapshots
from gan_core.runs.files import disk_faults, read_json, write_json
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths, step_folders

_MAX_BYTES = 2_000_000
_MAX_KEPT = 4096


def write(paths: RunPaths, evaluation: Evaluation) -> Path:
    """Keep an evaluation; one of the same step, depth and features is replaced.

    Raises:
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    target = paths.evaluations / str(evaluation.step) / _file_name(evaluation)
    with disk_faults(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_json(target, evaluation.model_dump(mode="json"))
    return target


def light(paths: RunPaths) -> list[Evaluation]:
    """The evaluations made while training, ascending by step; damaged ones are left out."""
    files = (paths.evaluations / str(s) / "light.json" for s in step_folders(paths.evaluations))
    return [found for file in files if (found := _kept().get(file, _read)) is not None]


def full(paths: RunPaths) -> list[Evaluation]:
    """The evaluations made on request, ascending by step; damaged ones are left out."""
    files = (
        file
        for step in step_folders(paths.evaluations)
        for file in sorted((paths.evaluations / str(step)).glob("full-*.json"))
    )
    return [found for file in files if (found := _kept().get(file, _read)) is not None]


def best_step(paths: RunPaths) -> int | None:
    """The snapshot with the lowest Fréchet distance while training, if any was measured.

    Only distances in the features of the newest evaluation are compared.
    """
    there = set(snapshots.list_steps(paths))
    found = [e for e in light(paths) if e.fid is not None and e.step in there]
    if not found:
        return None
    alike = [e for e in found if e.features.sha256 == found[-1].features.sha256]
    return min(alike, key=_distance).step


@functools.cache
def _kept() -> KeptValues[Evaluation | None]:
    return KeptValues(_MAX_KEPT)


def _distance(evaluation: Evaluation) -> float:
    return float("inf") if evaluation.fid is None else evaluation.fid.value


def _file_name(evaluation: Evaluation) -> str:
    if evaluation.depth == "light":
        return "light.json"
    return f"full-{evaluation.features.sha256[:12]}.json"


def _read(path: Path) -> Evaluation | None:
    try:
        return Evaluation.model_validate(read_json(path, max_bytes=_MAX_BYTES))
    except (FileNotFoundError, DamagedError, ValidationError):
        return None
