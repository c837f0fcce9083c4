"""What a runs folder holds, in bytes, without a walk through it each time.

The sizes of its entries lie in `.usage.json`. A run is measured anew only when one of the
folders that grow in it has changed, and the whole only now and then: by the supervisor while it
lives, else by whoever wants to write and finds the file old.
"""

from __future__ import annotations

import functools
import os
import time
from pathlib import Path

from pydantic import Field, ValidationError

from gan_core.access.quotas import QuotaError, Quotas
from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.errors import DamagedError
from gan_core.runs.files import TEMPORARY_PREFIX, read_json, write_json
from gan_core.runs.kept import KeptValues, stamp_of
from gan_core.text import N_

USAGE_NAME = ".usage.json"
FRESH_SECS = 30.0
TAKING_PREFIX = f"{TEMPORARY_PREFIX}take-"
"""Of folders that are there while somebody takes a run along: no download ends anybody's turn."""
_GROWING = ("status.json", "snapshots", "checkpoints", "samples", "evaluations", "metrics.jsonl")
_GIGABYTE = 10**9
_MAX_KEPT = 4


class Part(Frozen):
    """One entry of the runs folder: its size, and what changes when that may have changed."""

    stamp: tuple[int, ...]
    bytes: int


class Usage(Frozen):
    """What `.usage.json` holds: a part for each run, and the bytes of all that is no run."""

    schema_version: int = SCHEMA_VERSION
    parts: dict[str, Part] = Field(default_factory=dict)
    others: int = 0

    @property
    def total(self) -> int:
        """The bytes of the whole folder."""
        return self.others + sum(part.bytes for part in self.parts.values())


def used(runs_dir: Path) -> int:
    """The bytes that the folder holds, as they were measured lately, or else are now."""
    try:
        age_secs = time.time() - (runs_dir / USAGE_NAME).stat().st_mtime
    except OSError:
        return measure(runs_dir)
    return measure(runs_dir) if abs(age_secs) > FRESH_SECS else _read(runs_dir).total


def measure(runs_dir: Path) -> int:
    """Measure what has changed since the last time, note the sizes; the bytes in all.

    Raises:
        ReadOnlyError, DiskFullError: they cannot be noted.
    """
    known = _read(runs_dir).parts
    parts: dict[str, Part] = {}
    others = 0
    for entry in _entries(runs_dir):
        if entry.name.startswith(TAKING_PREFIX):
            continue
        if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
            others += _bytes_of(entry, whole=False)
            continue
        stamp, kept = _stamp(Path(entry.path)), known.get(entry.name)
        if kept is None or kept.stamp != stamp:
            kept = Part(stamp=stamp, bytes=bytes_of(entry.path))
        parts[entry.name] = kept
    found = Usage(parts=parts, others=others)
    if runs_dir.is_dir():
        write_json(runs_dir / USAGE_NAME, found.model_dump(mode="json"))
    return found.total


def check(runs_dir: Path, quotas: Quotas, more_bytes: int = 0, *, may_measure: bool = True) -> None:
    """Go on only if the folder may grow, by `more_bytes` at least.

    Args:
        runs_dir: the runs folder.
        quotas: the bounds.
        more_bytes: what would come.
        may_measure: whether to take the time where the last measurement is old.

    Raises:
        QuotaError: it holds more than is allowed already, or then would.
    """
    given = (used(runs_dir) if may_measure else _read(runs_dir).total) + more_bytes
    if given > quotas.disk_gb * _GIGABYTE:
        raise QuotaError(
            N_("the runs folder would hold {given} GB; allowed are {limit} GB."),
            N_("Delete runs or data sets that nobody needs, or have `disk_gb` raised in "
               "studio.json."),
            field="disk_gb",
            given=round(given / _GIGABYTE, 2),
            limit=quotas.disk_gb,
        )  # fmt: skip


def bytes_of(folder: str | Path, *, whole: bool = False) -> int:
    """The bytes of all files in a folder; links are not followed, what vanishes counts for nothing.

    Args:
        folder: where to look.
        whole: what several folders share counts in full, not by its share.
    """
    return sum(_bytes_of(entry, whole=whole) for entry in _entries(folder))


def _bytes_of(entry: os.DirEntry[str], *, whole: bool) -> int:
    try:
        if entry.is_dir(follow_symlinks=False):
            return bytes_of(entry.path, whole=whole)
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return 0
    return found.st_size if whole else found.st_size // max(1, found.st_nlink)


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _stamp(run_dir: Path) -> tuple[int, ...]:
    stamps = (stamp_of(run_dir / name) for name in ("", *_GROWING))
    return tuple(number for stamp in stamps for number in stamp or (0,))


@functools.cache
def _kept_usages() -> KeptValues[Usage]:
    return KeptValues(_MAX_KEPT)


def _read(runs_dir: Path) -> Usage:
    try:
        return _kept_usages().get(
            runs_dir / USAGE_NAME, lambda path: Usage.model_validate(read_json(path))
        )
    except (FileNotFoundError, DamagedError, ValidationError):
        return Usage()
