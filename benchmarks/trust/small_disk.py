"""A disk of a few megabytes, mounted where something writes, and filled to the last byte."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK_BYTES = 1 << 20


class CannotMountError(Exception):
    """This system lets us mount nothing: we are not root, or it is not Linux."""


@contextmanager
def small_disk(folder: Path, num_bytes: int) -> Iterator[Path]:
    """Mount a disk on a folder; what the folder held is on the disk, and afterwards gone.

    Raises:
        CannotMountError: it may not be mounted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={num_bytes}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise CannotMountError from error
    if done.returncode:
        raise CannotMountError(done.stderr.decode())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, *, leave_bytes: int = 0) -> Path:
    """Write until only so much is free; return the file to remove."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        while (free := _free_bytes(disk) - leave_bytes) > 0:
            try:
                file.write(b"\1" * min(free, _CHUNK_BYTES))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                break
    return filler


def _free_bytes(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


@contextmanager
def thief(disk: Path) -> Iterator[None]:
    """Somebody who takes every byte the moment it is free, as a log that runs wild does."""
    over = threading.Event()

    def take() -> None:
        while not over.is_set():
            fill(disk)

    thread = threading.Thread(target=take, name="thief")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        (disk / "filler").unlink(missing_ok=True)
