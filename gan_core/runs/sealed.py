"""Sealed folders: several files written as one, checksummed, and never half there.

Everything is written to a temporary folder, flushed, described by a manifest with the SHA-256 of
each file, and renamed into place. A folder under its final name is whole, and what was altered
afterwards is noticed on reading.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from gan_core.config import SCHEMA_VERSION
from gan_core.errors import DamagedError
from gan_core.runs.files import (
    TEMPORARY_PREFIX,
    disk_faults,
    read_json,
    sha256_of,
    sync_folder,
    write_json,
)
from gan_core.text import N_

MANIFEST = "manifest.json"


def seal(target: Path, write: Callable[[Path], None], about: dict[str, Any]) -> None:
    """Make the folder `target` from what `write` puts into an empty folder.

    Args:
        target: the final folder; an older one of that name is replaced.
        write: fills the temporary folder that it is given.
        about: further JSON values for the manifest.

    Raises:
        DiskFullError: no space; nothing is left behind and an older folder stays.
    """
    with disk_faults(target):
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=target.parent))
        try:
            write(folder)
            _write_manifest(folder, about)
            folder.chmod(0o755)
            _swap_in(folder, target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _write_manifest(folder: Path, about: dict[str, Any]) -> None:
    files = sorted(entry.name for entry in folder.iterdir())
    for name in files:
        with (folder / name).open("rb") as file:
            os.fsync(file.fileno())
    sums = {name: sha256_of(folder / name) for name in files}
    write_json(
        folder / MANIFEST,
        {"schema_version": SCHEMA_VERSION, **about, "sha256": sums},
        durable=True,
    )


def _swap_in(folder: Path, target: Path) -> None:
    sync_folder(folder)
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=target.parent))
        target.replace(old / "old")
        folder.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        folder.replace(target)
    sync_folder(target.parent)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sealed folder.

    Raises:
        DamagedError: missing or not a manifest.
    """
    try:
        value = read_json(folder / MANIFEST)
    except FileNotFoundError as error:
        raise DamagedError(N_("{folder} has no manifest."), folder=folder.name) from error
    if not isinstance(value, dict) or not isinstance(value.get("sha256"), dict):
        raise DamagedError(N_("The manifest of {folder} is damaged."), folder=folder.name)
    return value


def verified(folder: Path, name: str) -> Path:
    """The path of one file of a sealed folder, after its checksum was found right.

    Raises:
        DamagedError: the file is missing or altered.
    """
    return _verified(folder, name, read_manifest(folder)["sha256"].get(name))


def verify(folder: Path, *, but: Collection[str] = ()) -> None:
    """Find every file that a sealed folder lists, with the right checksum.

    Args:
        folder: the sealed folder.
        but: names of files that are not looked at.

    Raises:
        DamagedError: the manifest cannot be read, or a file is missing or altered.
    """
    for name, expected in read_manifest(folder)["sha256"].items():
        if name not in but:
            _verified(folder, name, expected)


def _verified(folder: Path, name: str, expected: str | None) -> Path:
    path = folder / name
    if expected is None or not path.is_file():
        raise DamagedError(N_("{name} is missing from {folder}."), name=name, folder=folder.name)
    try:
        found = sha256_of(path)
    except OSError as error:  # a bad block, or removed this very moment
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=name, reason=str(error)
        ) from error
    if found != expected:
        raise DamagedError(
            N_("{name} in {folder} is damaged: its checksum differs."),
            name=name,
            folder=folder.name,
        )
    return path


def drop_file(folder: Path, name: str) -> None:
    """Take one file out of a sealed folder; see `drop_files`."""
    drop_files(folder, [name])


def drop_files(folder: Path, names: Collection[str], *, durable: bool = True) -> None:
    """Take files out of a sealed folder: first out of the manifest, then from the disk.

    Args:
        folder: the sealed folder.
        names: those of the files; one that is not there is none to take out.
        durable: whether the new manifest survives a power cut (costs a disk flush).

    Raises:
        DamagedError: the manifest cannot be read.
        DiskFullError, ReadOnlyError: it cannot be written anew.
    """
    manifest = read_manifest(folder)
    gone = set(names)
    sums = {name: value for name, value in manifest["sha256"].items() if name not in gone}
    write_json(folder / MANIFEST, {**manifest, "sha256": sums}, durable=durable)
    for name in names:
        (folder / name).unlink(missing_ok=True)
