"""A classifier's last layer but one, read from files that have only logits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from gan_core.config import DatasetInfo
from gan_core.errors import DamagedError
from gan_core.portable.features import Features, up_to_features
from gan_core.portable.sessions import in_parts, open_session
from gan_core.recipes.layers import Activation, Dense, Dropout, Flatten, Network
from tests import classifier_by_hand as by_hand

INFO = DatasetInfo(name="x", num_train=9, num_test=1, image_size=4, channels=1, num_classes=3)
IMAGES = np.random.default_rng(2).integers(0, 256, (5, 4, 4, 1)).astype(np.uint8)


def model(nodes: list[onnx.NodeProto], **weights: np.ndarray) -> bytes:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "classifier",
        [value("x", TensorProto.FLOAT, ["N", 16])],
        [value("y", TensorProto.FLOAT, ["N", 3])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def hidden_and_logits(*end: onnx.NodeProto) -> tuple[bytes, np.ndarray]:
    rng = np.random.default_rng(0)
    first = rng.standard_normal((16, 7)).astype(np.float32)
    second = rng.standard_normal((7, 3)).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["h"]),
        helper.make_node("Relu", ["h"], ["r"]),
        *end,
    ]
    return model(nodes, a=first, b=second, c=np.ones(3, np.float32)), first


@pytest.mark.parametrize(
    "end",
    [
        [
            helper.make_node("MatMul", ["r", "b"], ["m"]),
            helper.make_node("Add", ["m", "c"], ["y"]),
        ],
        [
            helper.make_node("Gemm", ["r", "b", "c"], ["g"]),
            helper.make_node("Identity", ["g"], ["y"]),
        ],
    ],
    ids=["product-and-sum", "gemm"],
)
def test_whatever_the_last_layer_is_written_as(end: list[onnx.NodeProto]) -> None:
    made, first = hidden_and_logits(*end)
    rows = np.random.default_rng(1).standard_normal((4, 16)).astype(np.float32)
    found = in_parts(open_session(up_to_features(made), "x"), rows)
    np.testing.assert_allclose(found, np.maximum(rows @ first, 0), rtol=1e-5)


def test_of_a_sealed_classifier(tmp_path: Path) -> None:
    features = Features.open(by_hand.seal(tmp_path, INFO))
    np.testing.assert_allclose(features(IMAGES), IMAGES.reshape(5, -1) / 255, rtol=1e-6)


def test_of_one_that_is_written_today() -> None:
    from gan_core.portable.onnx_graph import to_onnx

    network = Network(
        name="classifier",
        input_shape=(4, 4, 1),
        layers=(
            Flatten(),
            Dense(units=7),
            Activation(function="relu"),
            Dropout(rate=0.3),
            Dense(units=3),
        ),
    )
    rng = np.random.default_rng(0)
    weights = {
        "01_dense/kernel": rng.standard_normal((16, 7)).astype(np.float32),
        "01_dense/bias": np.ones(7, np.float32),
        "04_dense/kernel": rng.standard_normal((7, 3)).astype(np.float32),
        "04_dense/bias": np.ones(3, np.float32),
    }
    made = to_onnx(network, weights).SerializeToString()
    found = Features(open_session(up_to_features(made), "x"))(IMAGES)
    flat = IMAGES.reshape(5, -1).astype(np.float32) / 255
    np.testing.assert_allclose(
        found, np.maximum(flat @ weights["01_dense/kernel"] + 1, 0), rtol=1e-4
    )


def test_what_has_none_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedError):
        up_to_features(b"\xff\xff no model")
    with pytest.raises(DamagedError, match="no features"):
        up_to_features(model([helper.make_node("Relu", ["x"], ["y"])]))
    folder = by_hand.seal(tmp_path, INFO)
    (folder / "classifier.onnx").write_bytes(b"")
    with pytest.raises(DamagedError):
        Features.open(folder)
