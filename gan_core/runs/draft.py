"""A run directory that nobody sees until it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gan_core.runs.files import TEMPORARY_PREFIX, disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.scratch import making


@contextmanager
def draft(runs_dir: Path, run_id: str) -> Iterator[RunPaths]:
    """Fill a run directory under a temporary name; it takes its own name at the end.

    Args:
        runs_dir: the runs folder; created where missing.
        run_id: the id that the run will have.

    Raises:
        ReadOnlyError, DiskFullError: the folder cannot be written; nothing is left behind.
    """
    with disk_faults(runs_dir):
        runs_dir.mkdir(parents=True, exist_ok=True)
        with making(runs_dir):
            paths = RunPaths(runs_dir / f"{TEMPORARY_PREFIX}{run_id}")
            paths.root.mkdir()
            try:
                paths.make_folders()
                yield paths
                paths.root.replace(runs_dir / run_id)
            except BaseException:
                shutil.rmtree(paths.root, ignore_errors=True)
                raise
