"""Evaluations in a run directory, each file replaced whole.

    evaluations/features.json   whose features are compared while training
    evaluations/classifier/     a copy of that net, where it does not ship with the program
    evaluations/<step>/light.json   written by the worker at that snapshot
    evaluations/<step>/full-<first digits of the features' SHA-256>.json   on request
    evaluations/going-on.json   where it was told to go on after it had stopped early
    evaluations/.job.json, .job.log, .job.lock   of the full evaluation that is being made
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.errors import DamagedError, NotFoundError
from gan_core.evaluation import EVALUATION_VERSION, Evaluation, Figure, Step
from gan_core.runs import sealed
from gan_core.runs.files import disk_faults, read_json, write_json
from gan_core.runs.kept import KeptValues, Stamp, stamp_of
from gan_core.runs.layout import RunPaths, step_folders
from gan_core.text import N_

_LIGHT, _GOING_ON, _JOB = "light.json", "going-on.json", ".job.json"
_MAX_BYTES = 2_000_000
_MAX_KEPT = 4096
_OTHER_INTERVALS = ("floor", "kid", "inception_score", "recall", "coverage")
"""Figures whose intervals said something else in version 1."""


class Progress(Frozen):
    """How far a full evaluation is.

    Attributes:
        step: of the snapshot.
        share: what is done, 0 to 1.
        process: which one is at work; 0 where none has begun.
    """

    schema_version: int = SCHEMA_VERSION
    step: Step
    share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    process: Annotated[int, Field(ge=0)] = 0


def write(paths: RunPaths, evaluation: Evaluation) -> Path:
    """Keep an evaluation; one of the same step, depth and features is replaced.

    Raises:
        NotFoundError: the run was deleted meanwhile.
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    target = paths.evaluations / str(evaluation.step) / _file_name(evaluation)
    make_folder(paths)
    with _of_a_run_that_is_there(paths):
        with disk_faults(target):
            target.parent.mkdir(exist_ok=True)
        write_json(target, evaluation.model_dump(mode="json"))
    return target


def make_folder(paths: RunPaths) -> None:
    """Make the folder of a run's evaluations, but no run that is gone.

    Raises:
        NotFoundError: the run was deleted meanwhile.
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    with _of_a_run_that_is_there(paths), disk_faults(paths.evaluations):
        paths.evaluations.mkdir(exist_ok=True)


@contextmanager
def _of_a_run_that_is_there(paths: RunPaths) -> Iterator[None]:
    """Say so where what is written finds no folder because its run is gone.

    A run is deleted by moving its folder away: who made that folder again would leave a damaged
    run where there was none.
    """
    try:
        yield
    except FileNotFoundError as error:
        if paths.root.is_dir():
            raise
        raise NotFoundError(
            N_("run {run} was deleted meanwhile."), field="run", run=paths.root.name
        ) from error


def light(paths: RunPaths) -> list[Evaluation]:
    """The evaluations made while training, ascending by step; damaged ones are left out."""
    files = (paths.evaluations / str(s) / _LIGHT for s in _steps(paths))
    return [found for file in files if (found := _kept().get(file, _read)) is not None]


def full(paths: RunPaths) -> list[Evaluation]:
    """The evaluations made on request, ascending by step; damaged ones are left out."""
    files = (
        file
        for step in _steps(paths)
        for file in sorted((paths.evaluations / str(step)).glob("full-*.json"))
    )
    return [found for file in files if (found := _kept().get(file, _read)) is not None]


def _steps(paths: RunPaths) -> list[int]:
    """The steps that may have evaluations; none where their folder cannot be read."""
    try:
        return step_folders(paths.evaluations)
    except DamagedError:
        return []


def full_stamps(paths: RunPaths, step: int) -> dict[Path, Stamp]:
    """The files of the evaluations of a step on request, and what differs when one is another."""
    files = (paths.evaluations / str(step)).glob("full-*.json")
    return {file: stamp for file in files if (stamp := stamp_of(file)) is not None}


def newest_full(paths: RunPaths) -> Evaluation | None:
    """The evaluation that was made last on request, whatever its step."""
    stamps = {
        file: stamp
        for step in _steps(paths)
        for file, stamp in full_stamps(paths, step).items()
    }
    by_age = sorted(stamps, key=lambda file: stamps[file][2])
    return _kept().get(by_age[-1], _read) if by_age else None


def best_step(paths: RunPaths, *, until: int | None = None) -> int | None:
    """The snapshot with the lowest Fréchet distance while training, if any was measured.

    Only distances in the features of the newest evaluation are compared.

    Args:
        paths: of the run.
        until: later ones do not count: as it was known at that step.
    """
    last = float("inf") if until is None else until
    best = best_among(paths, [e for e in light(paths) if e.step <= last])
    return None if best is None else best.step


def best_among(paths: RunPaths, known: Sequence[Evaluation]) -> Evaluation | None:
    """The best of a run's evaluations while training whose snapshot is still there."""
    there = [
        e
        for e in alike(known)
        # Unlike the method of a path, it also says no where the folder is another user's.
        if os.path.isfile(paths.snapshot(e.step) / sealed.MANIFEST)  # noqa: PTH113
    ]
    return min(there, key=_distance, default=None)


def num_without_better(paths: RunPaths, *, since: int = 0) -> int:
    """How many evaluations while training came after the best one.

    Args:
        paths: of the run.
        since: earlier ones do not count: they are those of a fork's parent.
    """
    steps = [(_distance(e), e.step) for e in alike(light(paths)) if e.step >= since]
    if not steps:
        return 0
    best = min(steps)[1]
    return sum(step > max(best, _went_on_at(paths)) for _, step in steps)


def go_on_from(paths: RunPaths, step: int) -> None:
    """Note that somebody wants a run to go on that stopped early at a step: it has new patience.

    Raises:
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    make_folder(paths)
    write_json(paths.evaluations / _GOING_ON, {"step": step})


def has_light(paths: RunPaths, step: int) -> bool:
    """Whether a step was evaluated while training, and that can be read."""
    return _read(paths.evaluations / str(step) / _LIGHT) is not None


def truncate_after(paths: RunPaths, step: int) -> None:
    """Remove the evaluations while training of later steps: a resumed run makes them again."""
    for later in step_folders(paths.evaluations):
        if later > step:
            with disk_faults(paths.evaluations):
                folder = paths.evaluations / str(later)
                (folder / _LIGHT).unlink(missing_ok=True)
                if not any(folder.iterdir()):
                    folder.rmdir()


def alike(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Those with a Fréchet distance in the features of the newest of them."""
    found = [e for e in evaluations if e.fid is not None]
    return [e for e in found if e.features.sha256 == found[-1].features.sha256]


def _went_on_at(paths: RunPaths) -> int:
    try:
        value = read_json(paths.evaluations / _GOING_ON, max_bytes=_MAX_BYTES)
    except (FileNotFoundError, DamagedError):
        return 0
    step = value.get("step") if isinstance(value, dict) else None
    return step if isinstance(step, int) else 0


def job_lock(paths: RunPaths) -> Path:
    """Held while a full evaluation is made."""
    return paths.evaluations / ".job.lock"


def job_log(paths: RunPaths) -> Path:
    """What the making of a full evaluation printed."""
    return paths.evaluations / ".job.log"


def write_progress(paths: RunPaths, progress: Progress) -> None:
    """Note how far a full evaluation is."""
    write_json(paths.evaluations / _JOB, progress.model_dump(mode="json"))


def read_progress(paths: RunPaths) -> Progress | None:
    """How far it was when it last told; `None` where nothing is known."""
    try:
        return Progress.model_validate(read_json(paths.evaluations / _JOB, max_bytes=_MAX_BYTES))
    except (FileNotFoundError, DamagedError, ValidationError):
        return None


def clear_progress(paths: RunPaths) -> None:
    """Forget it.

    Raises:
        ReadOnlyError: the folder cannot be written.
    """
    with disk_faults(paths.evaluations):
        (paths.evaluations / _JOB).unlink(missing_ok=True)


@functools.cache
def _kept() -> KeptValues[Evaluation | None]:
    return KeptValues(_MAX_KEPT)


def _distance(evaluation: Evaluation) -> float:
    return float("inf") if evaluation.fid is None else evaluation.fid.value


def _file_name(evaluation: Evaluation) -> str:
    if evaluation.depth == "light":
        return _LIGHT
    return f"full-{evaluation.features.sha256[:12]}.json"


def _read(path: Path) -> Evaluation | None:
    try:
        found = Evaluation.model_validate(read_json(path, max_bytes=_MAX_BYTES))
    except (FileNotFoundError, DamagedError, ValidationError):
        return None
    return found if found.schema_version >= EVALUATION_VERSION else _without_other(found)


def _without_other(evaluation: Evaluation) -> Evaluation:
    """An older evaluation with its values, and with those intervals alone that mean the same."""
    figures = {name: getattr(evaluation, name) for name in _OTHER_INTERVALS}
    bare = {
        name: Figure(value=figure.value, low=figure.value, high=figure.value)
        for name, figure in figures.items()
        if figure is not None
    }
    return evaluation.model_copy(update=bare)
