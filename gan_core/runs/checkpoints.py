"""Checkpoints: all that exact continuation needs, two generations of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from gan_core.errors import DamagedError
from gan_core.runs import sealed
from gan_core.runs.layout import RunPaths, step_folders
from gan_core.text import N_

STATE_FILE = "state.safetensors"
NUM_GENERATIONS = 2
MAX_HEADER_BYTES = 1024 * 1024
"""Of a file of arrays; a network of a thousand layers needs a tenth of it."""

_KINDS = {"F16", "F32", "F64", *(f"{sign}{bits}" for sign in "IU" for bits in (8, 16, 32, 64))}

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Loaded:
    """A training state and where it came from."""

    step: int
    arrays: Arrays
    skipped: tuple[str, ...]
    """What was found damaged on the way, newest first."""


def save(paths: RunPaths, step: int, arrays: Arrays) -> None:
    """Write the checkpoint of `step` and drop those older than two generations.

    Raises:
        DiskFullError: no space; the checkpoints before it are untouched.
    """
    target = paths.checkpoints / str(step)
    sealed.seal(target, lambda folder: write_arrays(folder / STATE_FILE, arrays), {"step": step})
    for old in step_folders(paths.checkpoints)[:-NUM_GENERATIONS]:
        shutil.rmtree(paths.checkpoints / str(old), ignore_errors=True)


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write named arrays in the safetensors format: nothing in it can be executed."""
    try:
        save_file({name: np.asarray(array, order="C") for name, array in arrays.items()}, path)
    except SafetensorError as error:
        # The library wraps the system's error; a full disk must stay recognisable.
        if "os error 28" in str(error).lower() or "no space" in str(error).lower():
            raise OSError(28, "No space left on device", str(path)) from error
        raise


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of the arrays in a file by their names, from its header alone.

    Raises:
        DamagedError: not such a file, a header longer than ours are, or numbers of a kind that
            we do not write.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > MAX_HEADER_BYTES:
                raise ValueError(f"a header of {length} bytes")
            header = json.loads(file.read(length))
        return {
            str(name): _shape(about) for name, about in header.items() if name != "__metadata__"
        }
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=path.name, reason=str(error)
        ) from error


def _shape(about: dict[str, Any]) -> tuple[int, ...]:
    if about["dtype"] not in _KINDS:  # the library has no words for those that numpy lacks
        raise ValueError(f"numbers of the kind {str(about['dtype'])[:20]}")
    sizes = tuple(about["shape"])
    if not all(isinstance(size, int) and size >= 0 for size in sizes):
        raise ValueError(f"the shape {str(sizes)[:40]}")
    return sizes


def read_arrays(path: Path) -> Arrays:
    """Read what `write_arrays` wrote.

    Raises:
        DamagedError: not such a file.
    """
    read_shapes(path)  # the library would take a header of 100 MB, which becomes a gigabyte
    try:
        return dict(load_file(path))
    except (SafetensorError, OSError, ValueError) as error:
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=path.name, reason=str(error)
        ) from error


def load_newest(paths: RunPaths) -> Loaded | None:
    """The newest good training state; `None` when the run never wrote one.

    Checkpoints come first, then the training states inside snapshots, newest step first.

    Raises:
        DamagedError: there are some and none is good. Starting again from step 0 would look like
            a resume and be none, so it is never done silently.
    """
    candidates = [(step, paths.checkpoints / str(step)) for step in step_folders(paths.checkpoints)]
    candidates += [(step, paths.snapshot(step)) for step in step_folders(paths.snapshots)]
    skipped: list[str] = []
    for step, folder in sorted(candidates, key=lambda found: found[0], reverse=True):
        if folder.parent == paths.snapshots and _is_thinned(folder):
            continue
        try:
            return Loaded(step, load_state(folder), tuple(skipped))
        except DamagedError as error:
            skipped.append(f"{folder.parent.name}/{folder.name}: {error.message}")
    if skipped:
        raise DamagedError(
            N_("No checkpoint of this run is good: {damage}"),
            N_("Nothing was changed. Copy a good checkpoint back, or start a new run."),
            damage=" ".join(skipped),
        )
    return None


def _is_thinned(folder: Path) -> bool:
    """Whether a snapshot's generator is all that it keeps; a state that is listed and gone counts
    as damage.
    """
    if (folder / STATE_FILE).exists():
        return False
    try:
        return STATE_FILE not in sealed.read_manifest(folder)["sha256"]
    except DamagedError:
        return True  # no state is there to be damaged


def load_state(folder: Path) -> Arrays:
    """The training state of one checkpoint or snapshot folder, its checksum found right.

    Raises:
        DamagedError: missing, altered or unreadable.
    """
    return read_arrays(sealed.verified(folder, STATE_FILE))
