"""Sessions of onnxruntime: opened with one thread, and asked in parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from gan_core.errors import DamagedError
from gan_core.text import N_

MAX_BATCH = 256
"""Images a call; more are made in several."""

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
    session: onnxruntime.InferenceSession, inputs: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What the model makes of inputs `[N, …]`, however many."""
    name = str(session.get_inputs()[0].name)
    parts = [
        session.run(None, {name: inputs[start : start + MAX_BATCH]})[0]
        for start in range(0, max(len(inputs), 1), MAX_BATCH)
    ]
    return np.concatenate(parts)


def furthest(found: NDArray[np.float32], expected: NDArray[np.generic]) -> float:
    """How far answers are from golden ones: the largest difference, relative above 1."""
    wanted = expected.astype(np.float32)
    return float((np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted))).max())
