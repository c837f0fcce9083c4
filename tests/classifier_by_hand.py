"""A sealed classifier without training: one matrix, sure of itself, written with onnx."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gan_core.config import DatasetInfo
from gan_core.runs import classifiers, sealed
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.files import write_json

ACCURACY = 0.875


def matrix(info: DatasetInfo, seed: int = 0, sureness: float = 1.0) -> NDArray[np.float32]:
    """Random weights `[H * W * C, K]`; the larger, the surer."""
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal((int(np.prod(info.image_shape)), info.num_classes))
    # Each class's weights add up to nothing, so that a grey image belongs to none of them.
    return (sureness * (weights - weights.mean(axis=0))).astype(np.float32)


def logits(images: NDArray[np.uint8], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the classifier answers, in NumPy."""
    return (images.reshape(len(images), -1).astype(np.float32) / 255) @ weights


def model(info: DatasetInfo, weights: NDArray[np.float32]) -> bytes:
    """The classifier as an ONNX file."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Reshape", ["x", "flat"], ["h"]),
            helper.make_node("MatMul", ["h", "w"], ["y"]),
        ],
        "classifier",
        [value("x", TensorProto.FLOAT, ["N", *info.image_shape])],
        [value("y", TensorProto.FLOAT, ["N", info.num_classes])],
        [
            numpy_helper.from_array(weights, "w"),
            numpy_helper.from_array(np.array([-1, len(weights)], np.int64), "flat"),
        ],
    )
    opset = [helper.make_opsetid("", 17)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def seal(
    runs_dir: Path,
    info: DatasetInfo,
    *,
    seed: int = 0,
    golden_seed: int | None = None,
    sureness: float = 1.0,
    without: str = "",
) -> Path:
    """Write the classifier of a data set; its golden answers may be those of another."""
    weights = matrix(info, seed, sureness)
    images = np.random.default_rng(5).integers(0, 256, (16, *info.image_shape)).astype(np.uint8)
    golden = matrix(info, seed if golden_seed is None else golden_seed, sureness)
    answers = logits(images, golden)
    card = classifiers.Card(
        dataset=info.name,
        class_names=classifiers.class_names(info),
        image_shape=info.image_shape,
        accuracy=ACCURACY,
        num_train=1000,
        num_test=200,
    )
    folder = classifiers.home(runs_dir) / classifiers.key_of(info)  # also where one ships
    folder.parent.mkdir(parents=True, exist_ok=True)

    def fill(target: Path) -> None:
        (target / classifiers.MODEL).write_bytes(model(info, weights))
        write_arrays(target / classifiers.GOLDEN, {"images": images, "logits": answers})
        write_json(target / classifiers.CARD, card.model_dump(mode="json"))
        if without:
            (target / without).unlink()

    sealed.seal(folder, fill, {})
    return folder
