"""The worker process: `python -m gan_core.worker RUN_DIR --data-dir DIR`.

It trains the run that `config.json` describes, from its newest good checkpoint, and writes the
run directory. It ends when the run is completed, paused, stopped or interrupted.

Here stands only what comes before the lock is held: a second worker is refused at once, before
anything is loaded that takes time.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gan_core.errors import GanCoreError
from gan_core.runs.files import disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock


def main(arguments: list[str] | None = None) -> int:
    """Run one worker; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m gan_core.worker", description=__doc__)
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--lock-fd", type=int, help="an open lock, handed down by the launcher")
    given = parser.parse_args(arguments)
    paths = RunPaths(given.run_dir)
    try:
        lock = _lock(paths, given.lock_fd)
    except GanCoreError as error:
        return _refuse(1, error.one_line())
    except FileNotFoundError as error:
        return _refuse(1, str(error))
    if lock is None:
        name = paths.root.name
        return _refuse(2, f"another worker is busy with {name}; nothing was done")

    from gan_core.worker import training

    training.begin()
    return training.work(paths, given.data_dir, lock)


def _lock(paths: RunPaths, descriptor: int | None) -> FileLock | None:
    if descriptor is not None:
        return FileLock.adopt(descriptor)
    with disk_faults(paths.lock):
        return FileLock.acquire(paths.lock)


def _refuse(code: int, reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return code


if __name__ == "__main__":
    exit_code = main()
    from gan_core.worker.ending import leave

    leave(exit_code)
