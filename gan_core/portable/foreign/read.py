"""The generator of a file, by the file's suffix."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gan_core.portable.foreign.chain import Generator
from gan_core.portable.foreign.keras_files import read_h5, read_keras
from gan_core.portable.foreign.limits import LIMITS, refused
from gan_core.portable.foreign.onnx_layers import read_onnx
from gan_core.text import N_


def read(path: Path, scratch: Path) -> Generator:
    """Read somebody's generator; call it in a process with limits alone.

    Args:
        path: the file.
        scratch: an empty folder to unpack into.

    Raises:
        BadInputError: says what cannot be read.
    """
    if path.stat().st_size > LIMITS.source_bytes:
        raise refused(
            N_("it has {given} MB; allowed are up to {limit}."),
            given=path.stat().st_size // 10**6,
            limit=LIMITS.source_bytes // 10**6,
        )
    suffix = path.suffix.lower()
    if suffix == ".onnx":
        found = read_onnx(path)
    elif suffix == ".keras":
        found = read_keras(path, scratch)
    else:
        found = read_h5(path)
    for name, values in found.weights.items():
        if not np.isfinite(values).all():
            raise refused(N_("{name} holds what is no number."), name=name)
    return found
