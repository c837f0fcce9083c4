"""A worker in waiting: `python -m gan_core.standby RUNS_DIR --line-fd N --device cpu --threads N`.

Everything that the first seconds of a run are spent on is done before there is a run: TensorFlow
is loaded, and a tiny run in a folder of its own has called whatever has a first time. Then the
supervisor hands over a run, once, and from there on this is that run's worker and nothing else.
When the supervisor is gone, or has no use for it any more, it ends.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import shutil
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gan_core import data
from gan_core.config import Kernels, RunConfig
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs.files import TEMPORARY_PREFIX, write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.reporter import Reporter
from gan_core.runs.scratch import making
from gan_core.runs.status import utc_now
from gan_core.worker import training
from gan_core.worker.ending import leave

logger = logging.getLogger("gan_core.standby")

TAKEN = b"taken\n"
"""The answer to an order: from here on the run has its worker."""

_MAX_ORDER_BYTES = 65_536
_DATASET = "digits"  # comes with the installation, so it is there
_STEPS = 2


@dataclass(frozen=True)
class Order:
    """A run to train: where it lies, its data, its open log and its open, held lock."""

    paths: RunPaths
    data_dir: Path
    log_fd: int
    lock_fd: int


class WarmUp:
    """Loads TensorFlow and trains a tiny run of the default recipe, in a thread of its own.

    A thread, so that an order is heard at once, and so that Keras, which counts the names it
    gives in each thread anew, begins the real run like a fresh process.
    """

    def __init__(self, runs_dir: Path, kernels: Kernels) -> None:
        """Nothing happens yet."""
        self._paths = RunPaths(runs_dir / f"{TEMPORARY_PREFIX}standby")
        self._data_dir = runs_dir
        self._kernels = kernels
        self._wanted = True
        self._reporter: Reporter | None = None
        self._thread = threading.Thread(target=self._warm_up, name="warm-up", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self) -> None:
        """Return when TensorFlow is loaded; what else is left to do is left."""
        self._wanted = False
        reporter = self._reporter
        if reporter is not None:
            reporter.ask("stop")
        self._thread.join()
        training.load_engine()  # at once, unless the thread has failed: then the run shall say why

    def sweep(self) -> None:
        """Remove the tiny run's folder."""
        shutil.rmtree(self._paths.root, ignore_errors=True)

    def _warm_up(self) -> None:
        self.sweep()
        training.load_engine()
        if self._wanted:
            self._train()
        self.sweep()
        gc.collect()
        gc.freeze()  # what is here stays
        if self._wanted:
            logger.info("ready")

    def _train(self) -> None:
        config = self._config()
        self._paths.make_folders()
        write_json(self._paths.config, config.to_json())
        with (
            making(self._paths.root.parent),
            Reporter(self._paths, config.total_steps) as self._reporter,
        ):
            training.train(self._paths, config, self._data_dir, self._reporter)
        self._reporter = None

    def _config(self) -> RunConfig:
        recipe = registry.get(registry.DEFAULT)
        return resolve(
            recipe,
            data.describe(_DATASET).info,
            {},
            kernels=self._kernels,
            versions={},
            now=utc_now(),
            steps=_STEPS,
        )


def receive(line: socket.socket) -> Order | None:
    """Wait for an order; `None` when the other end is gone."""
    text, descriptors = b"", list[int]()
    while not text.endswith(b"\n"):
        piece, found, _, _ = socket.recv_fds(line, _MAX_ORDER_BYTES, 2)
        if not piece:
            return None
        text, descriptors = text + piece, descriptors + found
    said = json.loads(text)
    log_fd, lock_fd = descriptors
    return Order(RunPaths(Path(said["run_dir"])), Path(said["data_dir"]), log_fd, lock_fd)


def take(order: Order, line: socket.socket, warm_up: WarmUp) -> int:
    """Become the run's worker; return the process's exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(order.log_fd, stream.fileno())
    os.close(order.log_fd)
    lock = FileLock.adopt(order.lock_fd)
    with line, suppress(OSError):  # the supervisor may be killed at any moment: the run is ours
        line.sendall(TAKEN)
    logger.info("a worker in waiting took this run")
    return training.work(order.paths, order.data_dir, lock, warm_up.finish)


def main(arguments: list[str] | None = None) -> int:
    """Get ready, wait, work; return the process's exit code."""
    training.begin()
    parser = argparse.ArgumentParser(prog="python -m gan_core.standby", description=__doc__)
    parser.add_argument("runs_dir", type=Path)
    parser.add_argument("--line-fd", type=int, required=True, help="a socket to the supervisor")
    parser.add_argument("--device", choices=["cpu", "gpu"], required=True)
    parser.add_argument("--threads", type=int, required=True)
    given = parser.parse_args(arguments)
    line = socket.socket(fileno=given.line_fd)
    recipe = registry.get(registry.DEFAULT)
    kernels = Kernels(
        device=given.device,
        jit=given.device == "gpu" or recipe.jit_on_cpu,
        intra_op_threads=given.threads,
        inter_op_threads=given.threads,
    )
    warm_up = WarmUp(given.runs_dir, kernels)
    warm_up.start()
    order = receive(line)
    if order is None:
        warm_up.sweep()
        return 0
    return take(order, line, warm_up)


if __name__ == "__main__":
    leave(main())
