"""Snapshots: a generator to explore, its discriminator, and the state to fork from."""

from __future__ import annotations

import functools
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gan_core.errors import BadInputError, DamagedError, NotFoundError
from gan_core.runs import evaluations, sealed
from gan_core.runs.checkpoints import STATE_FILE
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths, step_folders
from gan_core.text import N_

GENERATOR_ONNX = "generator.onnx"
DISCRIMINATOR_ONNX = "discriminator.onnx"
ENCODER_ONNX = "encoder.onnx"
GENERATOR_WEIGHTS = "generator.safetensors"
DISCRIMINATOR_WEIGHTS = "discriminator.safetensors"
GENERATOR_BUNDLE = "generator.bundle"
GOLDEN = "golden.safetensors"
NETWORKS = "networks.json"

_MAX_KEPT = 2000
MAX_TRAINING_STATES = 10
"""How many snapshots of a run keep their training state besides those that are never thinned."""


def onnx_file(role: str) -> str:
    """The file of a network by its role: `generator`, `discriminator` or `encoder`."""
    return f"{role}.onnx"


def weights_file(role: str) -> str:
    """The file of a network's weights by its role."""
    return f"{role}.safetensors"


def has_network(manifest: Mapping[str, Any], role: str) -> bool:
    """Whether a snapshot's manifest lists a network, ready to run or as its weights."""
    return bool({onnx_file(role), weights_file(role)} & set(manifest["sha256"]))


def list_steps(paths: RunPaths) -> list[int]:
    """The steps that have a snapshot which can be looked into, ascending.

    Raises:
        DamagedError: the folder of all snapshots cannot be read.
    """
    return [step for step in step_folders(paths.snapshots) if _has(paths, step, sealed.MANIFEST)]


def has_any(paths: RunPaths) -> bool:
    """Whether a run has a snapshot that can be looked into."""
    try:
        steps = _kept_steps().get(paths.snapshots, step_folders)
    except DamagedError:
        return False
    return any(_has(paths, step, sealed.MANIFEST) for step in reversed(steps))


@functools.cache
def _kept_steps() -> KeptValues[list[int]]:
    """A page asks this of every run that there is."""
    return KeptValues(_MAX_KEPT)


def forkable_steps(paths: RunPaths) -> list[int]:
    """The steps whose snapshot still holds its training state, ascending."""
    return [step for step in list_steps(paths) if _has(paths, step, STATE_FILE)]


def _has(paths: RunPaths, step: int, name: str) -> bool:
    # Unlike the method of a path, it also says no where the folder is another user's.
    return os.path.isfile(paths.snapshot(step) / name)  # noqa: PTH113


def resolve_step(paths: RunPaths, step: int | str) -> int:
    """A number, `newest` or `best` as the step of a snapshot that is there.

    The best is the one that training measured to be so; the newest, where it measured none.

    Raises:
        NotFoundError: the run has no snapshot yet, or none at that step.
        BadInputError: neither a number nor one of the two words.
    """
    steps = list_steps(paths)
    if not steps:
        raise NotFoundError(
            N_("this run has no snapshot yet."),
            N_("The first one comes within seconds of the first step."),
            field="step",
        )
    if step == "best":
        best = evaluations.best_step(paths)
        return steps[-1] if best is None else best
    if step == "newest":
        return steps[-1]
    try:
        number = int(step)
    except ValueError as error:
        raise BadInputError(
            N_("got {given}; allowed is a step number, `newest` or `best`."),
            field="step",
            given=repr(step)[:60],
        ) from error
    if number not in steps:
        raise NotFoundError(
            N_("there is no snapshot at step {given}; there are {steps}."),
            field="step",
            given=number,
            steps=shown(steps),
        )
    return number


def shown(steps: Sequence[int], limit: int = 12) -> str:
    """Steps as words, long lists shortened in the middle."""
    if len(steps) <= limit:
        return ", ".join(map(str, steps)) or "none"
    half = limit // 2
    return ", ".join([*map(str, steps[:half]), "…", *map(str, steps[-half:])])


def steps_to_thin(steps: Sequence[int], keep: Collection[int]) -> list[int]:
    """Which snapshots lose their training state.

    The newest two and `keep` (the best and the pinned) never do. Of the others at most
    `MAX_TRAINING_STATES` stay: those whose position in the run's sequence of snapshots is a
    multiple of the smallest power of two that leaves no more. Positions never change as a run
    grows, so what was kept stays useful and the gaps double as it ages.

    Args:
        steps: every snapshot step, ascending, thinned ones included.
        keep: steps that are never thinned.
    """
    protected = {*steps[-2:], *keep}
    ageing = [(i, step) for i, step in enumerate(steps) if step not in protected]
    stride = 1
    while sum(i % stride == 0 for i, _ in ageing) > MAX_TRAINING_STATES:
        stride *= 2
    return [step for i, step in ageing if i % stride]


def thin(paths: RunPaths, keep: Collection[int]) -> list[int]:
    """Apply `steps_to_thin`; return the steps that were thinned now."""
    thinned: list[int] = []
    for step in steps_to_thin(list_steps(paths), keep):
        folder = paths.snapshot(step)
        if (folder / STATE_FILE).exists():
            try:
                sealed.drop_file(folder, STATE_FILE)
            except DamagedError:
                continue  # a damaged snapshot is left as evidence
            thinned.append(step)
    return thinned
