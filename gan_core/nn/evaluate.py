"""`python -m gan_core.nn.evaluate RUN_DIR STEP DATA_DIR`: evaluate a snapshot.

A job process: it generates images, compares them with real ones that were held out, and leaves
its figures, with intervals, in the run.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from gan_core.errors import GanCoreError
from gan_core.metrics.evaluate import MEASURES
from gan_core.priority import step_back
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock

logger = logging.getLogger("gan_core.nn.evaluate")


def main(arguments: list[str] | None = None) -> int:
    """Make one evaluation; return the process's exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    parser = argparse.ArgumentParser(prog="python -m gan_core.nn.evaluate", description=__doc__)
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("step", type=int)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--measures", default=",".join(MEASURES), help="some of them (all)")
    parser.add_argument("--images", type=int, default=10_000, help="to generate")
    parser.add_argument("--own-dir", type=Path, help="a prepared own set")
    parser.add_argument("--lock-fd", type=int, help="an open lock, handed down and kept to the end")
    parser.add_argument("--detach", action="store_true", help="return at once, go on alone")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    paths = RunPaths(given.run_dir)
    if given.detach and (process := os.fork()):
        # Here, where the caller still waits: who is stopped at once must be known by then.
        evaluations.write_progress(paths, evaluations.Progress(step=given.step, process=process))
        os._exit(0)  # the lock lives on in the child; the caller need not wait for its end
    # Not before: onnxruntime has threads, which a fork leaves behind, and waits for them at exit.
    from gan_core.nn.full_evaluation import make

    lock = None if given.lock_fd is None else FileLock.adopt(given.lock_fd)
    measures = tuple(one for one in MEASURES if one in given.measures.split(","))
    try:
        step_back()
        make(paths, given.step, given.data_dir, measures, given.images, given.own_dir)
    except GanCoreError as error:
        logger.warning("%s", error.one_line())
        return error.exit_code
    finally:
        if lock is not None:
            lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
