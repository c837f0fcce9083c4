"""A classifier's features: what its last layer but one makes of an image.

Its file has only logits as outputs; the value that enters the last matrix product is made an
output on loading, so that classifiers of every version have features.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gan_core.errors import DamagedError
from gan_core.portable.sessions import in_parts, open_session
from gan_core.runs import classifiers, sealed
from gan_core.text import N_

if TYPE_CHECKING:
    import onnx

_PRODUCTS = ("MatMul", "Gemm")
_ON_THE_WAY = ("Add", "Identity", "Cast", "Reshape")


class Features:
    """The features of images, as one classifier sees them. Safe to share between threads."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Load them from a classifier's sealed folder.

        Raises:
            DamagedError: a file is missing, altered, or ends otherwise than classifiers do.
        """
        model = sealed.verified(folder, classifiers.MODEL).read_bytes()
        return cls(open_session(up_to_features(model), classifiers.MODEL))

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The features `[N, F]` of images uint8 `[N, H, W, C]`."""
        found = in_parts(self._session, images.astype(np.float32) / np.float32(255))
        return found.reshape(len(images), -1)


def up_to_features(model: bytes) -> bytes:
    """An ONNX model that ends at the value that enters the last matrix product of another.

    Raises:
        DamagedError: there is no such product at its end.
    """
    loaded, value = _loaded(model)
    del loaded.graph.output[:]
    return _with_output(loaded, value)


def with_features(model: bytes) -> bytes:
    """An ONNX model that gives its features beside its logits, as its second output.

    Raises:
        DamagedError: as for `up_to_features`.
    """
    return _with_output(*_loaded(model))


def _with_output(loaded: onnx.ModelProto, value: str) -> bytes:
    import onnx

    float32 = onnx.TensorProto.FLOAT
    loaded.graph.output.append(onnx.helper.make_tensor_value_info(value, float32, None))
    return bytes(loaded.SerializeToString())


def _loaded(model: bytes) -> tuple[onnx.ModelProto, str]:
    """The model, and the name of the value that enters its last matrix product."""
    # Loaded here: a page that nobody asks for features has no use for it.
    import onnx
    from google.protobuf.message import DecodeError

    try:
        loaded = onnx.load_model_from_string(model)
    except DecodeError as error:
        raise DamagedError(N_("{file} is damaged."), file=classifiers.MODEL) from error
    graph = loaded.graph
    made_by = {name: node for node in graph.node for name in node.output}
    value = graph.output[0].name if graph.output else ""
    while value in made_by:
        node = made_by[value]
        value = node.input[0]
        if node.op_type in _PRODUCTS:
            return loaded, value
        if node.op_type not in _ON_THE_WAY:
            break
    raise DamagedError(N_("{file} has no features to compare."), file=classifiers.MODEL)
