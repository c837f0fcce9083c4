"""What is being made, told from what a killed process left half made, without asking a clock.

Whoever fills a folder under a temporary name holds a shared lock on the folder around it. When
nobody holds it, every folder of such a name is a leftover.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.lock import FileLock

_PATIENCE_SECS = 5.0  # a sweep of large leftovers may be under way


@contextmanager
def making(folder: Path) -> Iterator[None]:
    """Keep sweeps away from `folder` while something is made in it; the folder is there already.

    Raises:
        OSError: the folder is gone, or has no such locks.
    """
    lock = FileLock.acquire_folder(folder, patience_secs=_PATIENCE_SECS, shared=True)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def sweep(folder: Path) -> int:
    """Remove the folders that killed processes left, unless somebody fills one now.

    Returns:
        How many were removed.
    """
    if not folder.is_dir():
        return 0
    try:
        lock = FileLock.acquire_folder(folder, patience_secs=0.0, shared=False)
    except OSError:  # gone, or without such locks
        return 0
    if lock is None:
        return 0
    with lock:
        left = [entry for entry in folder.glob(f"{TEMPORARY_PREFIX}*") if entry.is_dir()]
        for entry in left:
            shutil.rmtree(entry, ignore_errors=True)
    return len(left)
