"""ONNX files that read elsewhere, recurse, or ask for too much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from benchmarks.trust.hostile.corpus import Trap, hostile
from gan_core.portable.onnx_graph import to_onnx
from tests.portable.foreign.by_hand import NETWORK, weights


def _model() -> onnx.ModelProto:
    return to_onnx(NETWORK, weights())


def _write(path: Path, model: onnx.ModelProto) -> None:
    path.write_bytes(model.SerializeToString())


@hostile(".onnx", "weights that lie in another file", cve="CVE-2024-27318")
def external_data(path: Path, trap: Trap) -> None:
    model = _model()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", f"../{trap.secret.name}"), ("offset", "0"), ("length", "1920")):
        tensor.external_data.add(key=key, value=value)
    _write(path, model)


@hostile(".onnx", "an operator from a library")
def custom_operator(path: Path, trap: Trap) -> None:
    model = _model()
    model.graph.node[0].domain = "com.evil"
    model.graph.node[0].op_type = "RunPython"
    model.graph.node[0].attribute.append(helper.make_attribute("code", trap.code))
    model.opset_import.append(helper.make_opsetid("com.evil", 1))
    _write(path, model)


@hostile(".onnx", "sizes beyond all memory")
def onnx_shape_bomb(path: Path, trap: Trap) -> None:
    model = _model()
    tensor = model.graph.initializer[0]
    tensor.ClearField("dims")
    tensor.dims.extend([2**31, 2**31, 6])
    tensor.ClearField("raw_data")
    _write(path, model)


@hostile(".onnx", "a node that makes a thousand million numbers of one")
def constant_of_shape(path: Path, trap: Trap) -> None:
    model = _model()
    shape = helper.make_tensor("big", TensorProto.INT64, [3], [1, 100_000, 100_000])
    model.graph.initializer.append(shape)
    model.graph.node.insert(0, helper.make_node("ConstantOfShape", ["big"], ["huge"]))
    model.graph.node[1].input[0] = "huge"
    _write(path, model)


@hostile(".onnx", "graphs within graphs, deeper than any stack", cve="CVE-2025-4565")
def deep_graphs(path: Path, trap: Trap) -> None:
    inner = b""
    for _ in range(5000):
        attribute = b"\x32" + _length(inner) + inner  # AttributeProto.g
        node = b"\x2a" + _length(attribute) + attribute  # NodeProto.attribute
        inner = b"\x0a" + _length(node) + node  # GraphProto.node
    path.write_bytes(b"\x08\x08\x3a" + _length(inner) + inner)


def _length(content: bytes) -> bytes:
    size, found = len(content), bytearray()
    while True:
        found.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return bytes(found)


@hostile(".onnx", "sixty megabytes that become gigabytes of objects", is_large=True)
def node_bomb(path: Path, trap: Trap) -> None:
    graph = b"\x0a\x00" * 30_000_000
    path.write_bytes(b"\x08\x08\x3a" + _length(graph) + graph)


@hostile(".onnx", "functions that call themselves")
def functions(path: Path, trap: Trap) -> None:
    model = _model()
    node = helper.make_node("F", ["x"], ["y"], domain="f")
    made = helper.make_function("f", "F", ["x"], ["y"], [node], [helper.make_opsetid("", 17)])
    model.functions.append(made)
    _write(path, model)


@hostile(".onnx", "a loop without end")
def endless_loop(path: Path, trap: Trap) -> None:
    model = _model()
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["d"])], "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []),
         helper.make_tensor_value_info("c", TensorProto.BOOL, [])],
        [helper.make_tensor_value_info("d", TensorProto.BOOL, [])],
    )  # fmt: skip
    first = model.graph.node[0]
    model.graph.node.insert(
        0, helper.make_node("Loop", ["", first.input[0]], ["looped"], body=body)
    )
    model.graph.node[1].input[0] = "looped"
    _write(path, model)


@hostile(".onnx", "nodes in a circle")
def onnx_circle(path: Path, trap: Trap) -> None:
    model = _model()
    model.graph.node[0].input[0] = model.graph.node[-1].output[0]
    _write(path, model)


@hostile(".onnx", "weights that are texts, and numbers that are none")
def odd_weights(path: Path, trap: Trap) -> None:
    model = _model()
    texts = helper.make_tensor("x", TensorProto.STRING, [2], [b"a", b"b"])
    texts.name = model.graph.initializer[0].name
    model.graph.initializer[0].CopyFrom(texts)
    _write(path, model)


@hostile(".onnx", "weights that are not numbers")
def not_numbers(path: Path, trap: Trap) -> None:
    arrays = weights()
    arrays["05_conv_transpose/bias"] = np.array([np.inf], np.float32)
    _write(path, to_onnx(NETWORK, arrays))


@hostile(".onnx", "random bytes")
def onnx_noise(path: Path, trap: Trap) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(100_000))


@hostile(".onnx", "a Keras file called ONNX")
def keras_called_onnx(path: Path, trap: Trap) -> None:
    from tests.portable.foreign.by_hand import sequential, write_keras

    write_keras(path, sequential())
