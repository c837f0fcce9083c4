"""The real worker in which one thing goes wrong at one step.

    python -m benchmarks.trust.patched_worker RUN_DIR DATA_DIR FAULT STEP

Only what a test cannot provoke otherwise is put in: a weight that is no number, or the error that
TensorFlow raises when memory runs out or a GPU falls off the bus.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.worker import training
from gan_core.worker.ending import leave


def _not_a_number() -> Exception | None:
    return None


def _memory() -> Exception:
    import tensorflow as tf

    return tf.errors.ResourceExhaustedError(
        None, None, "OOM when allocating tensor with shape[64,512,512,64] on /GPU:0 by allocator"
    )


def _internal() -> Exception:
    import tensorflow as tf

    return tf.errors.InternalError(
        None, None, "Failed copying input tensor: CUDA_ERROR_ILLEGAL_ADDRESS: illegal address"
    )


def _unavailable() -> Exception:
    import tensorflow as tf

    return tf.errors.UnavailableError(None, None, "GPU:0 is unavailable: the device was lost")


FAULTS: dict[str, Callable[[], Exception | None]] = {
    "nan": _not_a_number,
    "memory": _memory,
    "internal": _internal,
    "unavailable": _unavailable,
}


def main() -> int:
    """Train as the worker does; let the fault happen once `step` steps are done."""
    run_dir, data_dir, fault, step = sys.argv[1:]
    paths = RunPaths(Path(run_dir))
    lock = FileLock.acquire(paths.lock)
    assert lock is not None
    training.begin()
    return training.work(paths, Path(data_dir), lock, lambda: _load_patched(fault, int(step)))


def _load_patched(fault: str, at_step: int) -> None:
    training.load_engine()
    from gan_core.nn.trainer import Trainer

    sound = Trainer._take_steps  # noqa: SLF001 - the place where it goes wrong

    def faulty(self: Trainer) -> object:
        if self.state.step < at_step:
            return sound(self)
        error = FAULTS[fault]()
        if error is not None:
            raise error
        metrics = sound(self)  # finite: a loss is computed before the weights change
        weight = self.state.generator.trainable_variables[0]
        weight.assign(np.full(weight.shape, np.nan, np.float32))
        return metrics

    Trainer._take_steps = faulty  # type: ignore[assignment,method-assign]  # noqa: SLF001


if __name__ == "__main__":
    leave(main())
