"""Where nobody names a step: the newest snapshot that can be read, and which were passed over."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from gan_core.errors import DamagedError
from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE
from gan_core.runs.layout import RunPaths

Value = TypeVar("Value")

WORDS = ("newest", "best")
_MAX_KEPT = 512

Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Skipped:
    """A snapshot that was passed over, and why."""

    step: int
    reason: DamagedError

    def __str__(self) -> str:
        """As the command line says it."""
        return f"step {self.step} is skipped: {self.reason.message}"


@dataclass(frozen=True)
class Found(Generic[Value]):
    """A snapshot that can be read.

    Attributes:
        step: its step.
        value: what reading it gave.
        skipped: the newer ones that cannot be read, the newest first.
    """

    step: int
    value: Value
    skipped: tuple[Skipped, ...] = ()


def first_good(paths: RunPaths, step: int | str, read: Callable[[int], Value]) -> Found[Value]:
    """Read the snapshot that is asked for; in place of a damaged one, the newest before it.

    Only `newest` and `best` leave a choice: a step that is named is read, or its damage told.

    Args:
        paths: of the run.
        step: a number, `newest` or `best`.
        read: reads the snapshot at a step; raises `DamagedError` where it cannot.

    Raises:
        NotFoundError, BadInputError: as for `snapshots.resolve_step`.
        DamagedError: neither it can be read nor one before it; says what is wrong with it.
    """
    wanted = snapshots.resolve_step(paths, step)
    if step not in WORDS:
        return Found(wanted, read(wanted))
    skipped: list[Skipped] = []
    before = [other for other in snapshots.list_steps(paths) if other < wanted]
    for at_step in (wanted, *reversed(before)):
        try:
            return Found(at_step, read(at_step), tuple(skipped))
        except DamagedError as error:
            skipped.append(Skipped(at_step, error))
    raise skipped[0].reason


def first_shown(paths: RunPaths, step: int | str) -> Found[None]:
    """The snapshot that a page shows, its files found whole; a few milliseconds, once for each.

    Raises:
        As `first_good` does.
    """
    return first_good(paths, step, functools.partial(_check_shown, paths))


def _check_shown(paths: RunPaths, step: int) -> None:
    folder = paths.snapshot(step)
    damage = _damage(folder, _signature(folder))
    if damage is not None:
        raise damage.with_traceback(None)


@functools.lru_cache(maxsize=_MAX_KEPT)
def _damage(folder: Path, signature: Signature) -> DamagedError | None:  # noqa: ARG001 - the key
    """What is wrong with the files that pages read; looked at again when one has changed."""
    try:
        sealed.verify(folder, but=[STATE_FILE])  # the largest, and of no use to a page
    except DamagedError as error:
        return error
    return None


def _signature(folder: Path) -> Signature:
    """What differs when a file of a folder is another one; empty where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    except OSError:
        return ()
    return tuple(sorted((name, s.st_ino, s.st_size, s.st_mtime_ns) for name, s in found))
