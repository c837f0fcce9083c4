"""Sessions of onnxruntime: opened with one thread, and asked in parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from gan_core.errors import DamagedError
from gan_core.portable.room import MAX_BATCH
from gan_core.recipes.layers import Shape
from gan_core.text import N_

_ONNX_FAULTS = (
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NotImplemented,
    faults.RuntimeException,
)


def open_session(model: Path | bytes, name: str = "") -> onnxruntime.InferenceSession:
    """A session of one thread: the processor belongs to training, and thirty viewers share it.

    Args:
        model: a file, or what would be in it.
        name: what to call it where it cannot be loaded; a file has its own.

    Raises:
        DamagedError: it is no model that can be run.
    """
    source = str(model) if isinstance(model, Path) else model
    name = model.name if isinstance(model, Path) else name
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # batch sizes vary
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except _ONNX_FAULTS as error:
        raise DamagedError(
            N_("{name} cannot be loaded: {reason}."), name=name, reason=str(error)[:200]
        ) from error


def in_parts(
    session: onnxruntime.InferenceSession, inputs: NDArray[np.float32], at_once: int = MAX_BATCH
) -> NDArray[np.float32]:
    """What the model makes of inputs `[N, …]`, however many, at most `at_once` of them a call."""
    name = str(session.get_inputs()[0].name)
    parts = [
        session.run(None, {name: inputs[start : start + at_once]})[0]
        for start in range(0, max(len(inputs), 1), at_once)
    ]
    return np.concatenate(parts)


class Model:
    """A network that answers rows `[N, …]`, as many a call as its memory allows.

    Safe to share between threads: a session's `run` is, and nothing else changes.

    Attributes:
        input_shape: of one row.
        at_once: rows a call.
    """

    def __init__(self, session: onnxruntime.InferenceSession, at_once: int = MAX_BATCH) -> None:
        self._session = session
        self.at_once = at_once
        self.input_shape: Shape = tuple(session.get_inputs()[0].shape[1:])

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """What it makes of inputs `[N, …]`, however many."""
        return in_parts(self._session, inputs, self.at_once)


def furthest(found: NDArray[np.float32], expected: NDArray[np.generic]) -> float:
    """How far answers are from golden ones: the largest difference, relative above 1."""
    wanted = expected.astype(np.float32)
    return float((np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted))).max())
