"""`python -m gan_core.inference.nearest_build INFO DATA_DIR TARGET`: index training images.

A job process: it looks at every training image of a data set once, and leaves a sealed folder in
which the nearest ones of any image are found within milliseconds. See `nearest_index`.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from pydantic import ValidationError

from gan_core.config import DatasetInfo
from gan_core.errors import BadInputError, DamagedError, GanCoreError
from gan_core.priority import step_back
from gan_core.runs.files import read_json
from gan_core.runs.lock import FileLock
from gan_core.text import N_

logger = logging.getLogger("gan_core.inference.nearest_build")


def main(arguments: list[str] | None = None) -> int:
    """Make one index; return the process's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m gan_core.inference.nearest_build", description=__doc__
    )
    parser.add_argument("info", type=Path, help="a JSON file: what a run records of its data set")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("target", type=Path, help="the folder to make")
    parser.add_argument("--classifier", type=Path, help="compare by its features, not by pixels")
    parser.add_argument("--own-dir", type=Path, help="a prepared own set")
    parser.add_argument("--lock-fd", type=int, help="an open lock, handed down and kept to the end")
    parser.add_argument("--detach", action="store_true", help="return at once, go on alone")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    step_back()
    if given.detach and os.fork():
        os._exit(0)  # the lock lives on in the child; the caller need not wait for its end
    # Only now: these start threads, which a fork does not take along and an exit would wait for.
    from gan_core.inference.nearest_index import make
    from gan_core.portable.features import Features

    lock = None if given.lock_fd is None else FileLock.adopt(given.lock_fd)
    try:
        features = None if given.classifier is None else Features.open(given.classifier)
        make(_read_info(given.info), given.data_dir, given.target, features, given.own_dir)
    except GanCoreError as error:
        logger.warning("%s", error.one_line())
        return error.exit_code
    finally:
        if lock is not None:
            lock.release()
    return 0


def _read_info(path: Path) -> DatasetInfo:
    try:
        return DatasetInfo.model_validate(read_json(path))
    except (FileNotFoundError, DamagedError, ValidationError) as error:
        raise BadInputError(N_("{file} describes no data set."), file=path.name) from error


if __name__ == "__main__":
    sys.exit(main())
