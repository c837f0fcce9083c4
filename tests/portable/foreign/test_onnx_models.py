"""ONNX files of several writers, read as layers of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from gan_core.errors import BadInputError
from gan_core.portable.foreign.onnx_layers import read_onnx
from gan_core.portable.onnx_graph import to_onnx
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Flatten,
    Layer,
    LeakyReLU,
    Network,
    Reshape,
    ToUniform,
    Upsample,
)
from tests.portable.foreign import by_hand

_RNG = np.random.default_rng(3)


def _noise(*shape: int) -> np.ndarray:
    return _RNG.normal(0, 0.4, shape).astype(np.float32)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    latent_shape: tuple[int, ...] = (6,),
) -> Path:
    """A chain of nodes from `z` to `image`; what they give is named for them."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "theirs",
        [value("z", TensorProto.FLOAT, ["N", *latent_shape])],
        [value("image", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def _chain(*steps: tuple[Any, ...]) -> list[onnx.NodeProto]:
    """Nodes `(kind, constants…, {attributes})`, one after the other."""
    nodes, at = [], "z"
    for i, (kind, *operands, attributes) in enumerate(steps):
        out = "image" if i == len(steps) - 1 else f"v{i}"
        nodes.append(helper.make_node(kind, [at, *operands], [out], **attributes))
        at = out
    return nodes


def _agrees(path: Path, *, channels_first: bool = False) -> Network:
    """Our network answers as onnxruntime does with the file itself."""
    found = read_onnx(path)
    latents = np.random.default_rng(1).normal(size=(3, *found.network.input_shape))
    latents = latents.astype(np.float32)
    theirs = onnxruntime.InferenceSession(str(path))
    given = theirs.get_inputs()[0]
    shape = tuple(3 if isinstance(size, str) else size for size in given.shape)
    expected = theirs.run(None, {given.name: latents.reshape(shape)})[0]
    expected = expected.transpose(0, 2, 3, 1) if channels_first else expected
    made = by_hand.images(latents, found.network, found.weights)
    np.testing.assert_allclose(made, expected.reshape(made.shape), atol=1e-5)
    return found.network


_blocks = st.lists(
    st.one_of(
        st.builds(Conv, filters=st.integers(1, 4), kernel=st.integers(1, 5), bias=st.booleans()),
        st.builds(
            ConvT,
            filters=st.integers(1, 4),
            kernel=st.integers(1, 5),
            stride=st.integers(1, 3),
            bias=st.booleans(),
        ),
        st.builds(LeakyReLU, slope=st.floats(0, 1)),
        st.just(BatchNorm()),
        st.just(Activation(function="relu")),
        st.just(Upsample(factor=2)),
    ),
    max_size=4,
)


@given(
    start=st.lists(st.sampled_from([ToUniform(), Dense(units=7), BatchNorm()]), max_size=2),
    blocks=_blocks,
    channels=st.sampled_from([1, 3]),
    seed=st.integers(0, 100),
)
@settings(max_examples=40)
def test_what_we_write_we_read(
    tmp_path_factory: pytest.TempPathFactory,
    start: list[Layer],
    blocks: list[Layer],
    channels: int,
    seed: int,
) -> None:
    start = [x for i, x in enumerate(start) if i == 0 or not isinstance(x, ToUniform)]
    body = [Dense(units=8 * 8 * 2), Reshape(shape=(8, 8, 2)), *blocks]
    end = [Conv(filters=channels, kernel=3), Activation(function="tanh")]
    network = Network(name="generator", input_shape=(5,), layers=(*start, *body, *end))
    rng = np.random.default_rng(seed)
    weights = {}
    shapes = [network.input_shape, *network.shapes()]
    for name, layer, before in zip(network.layer_names, network.layers, shapes, strict=False):
        weights |= _lively(name, layer, before[-1], rng)
    path = tmp_path_factory.mktemp("onnx") / "g.onnx"
    path.write_bytes(to_onnx(network, weights).SerializeToString())
    if network.shapes()[-1][0] > 256:
        with pytest.raises(BadInputError, match="what it makes"):
            read_onnx(path)
    else:
        _agrees(path)


def _lively(name: str, layer: Layer, size: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    match layer:
        case Dense():
            shape: tuple[int, ...] = (size, layer.units)
        case Conv():
            shape = (layer.kernel, layer.kernel, size, layer.filters)
        case ConvT():
            shape = (layer.kernel, layer.kernel, layer.filters, size)
        case BatchNorm():
            parts = ("gamma", "beta", "moving_mean", "moving_variance")
            return {f"{name}/{part}": rng.uniform(0.5, 2, size) for part in parts}
        case _:
            return {}
    found = {f"{name}/kernel": rng.normal(0, 0.3, shape)}
    if layer.bias:
        outputs = layer.units if isinstance(layer, Dense) else layer.filters
        found[f"{name}/bias"] = rng.normal(0, 0.3, outputs)
    return found


def test_a_dcgan_as_torch_exports_it(tmp_path: Path) -> None:
    """Channels in front throughout, latents `[Z, 1, 1]`, its own batch normalisation."""
    shapes = {"k0": (6, 8, 4, 4), "k1": (8, 5, 4, 4), "k2": (5, 3, 4, 4), "b2": (3,)}
    constants = {name: _noise(*shape) for name, shape in shapes.items()}
    for i, size in enumerate((8, 5)):
        for part in ("g", "b", "m", "v"):
            constants[f"{part}n{i}"] = np.abs(_noise(size)) + 0.5
    norms = [[f"{part}n{i}" for part in ("g", "b", "m", "v")] for i in (0, 1)]
    twice = {"strides": [2, 2], "pads": [1, 1, 1, 1], "kernel_shape": [4, 4], "group": 1}
    nodes = _chain(
        ("ConvTranspose", "k0", {"strides": [1, 1], "pads": [0, 0, 0, 0]}),
        ("BatchNormalization", *norms[0], {"epsilon": 1e-5}),
        ("Relu", {}),
        ("ConvTranspose", "k1", twice),
        ("BatchNormalization", *norms[1], {"epsilon": 1e-5}),
        ("Relu", {}),
        ("ConvTranspose", "k2", "b2", twice),
        ("Tanh", {}),
    )
    network = _agrees(_save(tmp_path / "g.onnx", nodes, constants, (6, 1, 1)), channels_first=True)
    assert network.shapes()[-1] == (16, 16, 3)


def test_a_dense_layer_before_channels_in_front(tmp_path: Path) -> None:
    """The dense layer's outputs are put into our order."""
    constants = {
        "w": _noise(2 * 5 * 5, 6), "b": _noise(50), "s": np.array([-1, 2, 5, 5]),
        "k": _noise(3, 2, 3, 3), "scale": _noise(3, 1, 1), "shift": _noise(1, 3, 1, 1),
        "up": np.array([1, 1, 2, 2], np.float32),
    }  # fmt: skip
    nodes = _chain(
        ("Gemm", "w", "b", {"transB": 1, "alpha": 0.5, "beta": 2.0}),
        ("LeakyRelu", {"alpha": 0.2}),
        ("Reshape", "s", {}),
        ("Resize", "", "up", {"mode": "nearest"}),
        ("Conv", "k", {"pads": [1, 1, 1, 1]}),
        ("Mul", "scale", {}),
        ("Add", "shift", {}),
        ("Sigmoid", {}),
    )
    _agrees(_save(tmp_path / "g.onnx", nodes, constants), channels_first=True)


def test_rows_of_pixels(tmp_path: Path) -> None:
    """A network of dense layers: its image is made of 3 × 8 × 8 values, channels in front."""
    constants = {"w": _noise(6, 192), "b": _noise(192), "s": np.array([0, 3, 8, 8])}
    nodes = _chain(
        ("MatMul", "w", {}), ("Add", "b", {}), ("Tanh", {}), ("Reshape", "s", {})
    )  # fmt: skip
    _agrees(_save(tmp_path / "g.onnx", nodes, constants), channels_first=True)
    flat = _chain(("MatMul", "w", {}), ("Add", "b", {}), ("Tanh", {}))
    network = _agrees(_save(tmp_path / "f.onnx", flat, constants))
    assert network.shapes()[-1] == (8, 8, 3)
    assert Flatten() not in network.layers


@pytest.mark.parametrize(
    ("kind", "kernel", "given"),
    [
        ("ConvTranspose", 5, {"strides": [2, 2], "pads": [2, 2, 2, 2], "output_padding": [1, 1]}),
        ("ConvTranspose", 3, {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}),
        ("ConvTranspose", 4, {"strides": [2, 2], "pads": [0, 2, 2, 0]}),
        ("ConvTranspose", 2, {"strides": [3, 3], "pads": [0, 0, 0, 0], "output_padding": [1, 1]}),
        ("ConvTranspose", 4, {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("Conv", 3, {"pads": [0, 2, 2, 0]}),
        ("Conv", 4, {"pads": [2, 1, 1, 2]}),
        ("Conv", 4, {"auto_pad": "SAME_UPPER"}),
        ("Conv", 3, {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
        ("Conv", 1, {"auto_pad": "VALID"}),
    ],
)
def test_padding_of_other_kinds(
    tmp_path: Path, kind: str, kernel: int, given: dict[str, Any]
) -> None:
    constants = {"w": _noise(6, 512), "s": np.array([-1, 2, 16, 16]), "k": _noise(2, 2, 3, 3)}
    constants["k"] = _noise(2, 2, kernel, kernel)
    constants["l"] = _noise(1, 2, 1, 1)
    nodes = _chain(
        ("MatMul", "w", {}), ("Reshape", "s", {}), (kind, "k", given), ("Conv", "l", {}),
        ("Tanh", {}),
    )  # fmt: skip
    _agrees(_save(tmp_path / "g.onnx", nodes, constants), channels_first=True)


def _ending(*steps: tuple[Any, ...]) -> list[onnx.NodeProto]:
    head = (("MatMul", "w", {}), ("Reshape", "s", {}))
    return _chain(*head, *steps, ("Tanh", {}))


_CONSTANTS = {
    "w": _noise(6, 256), "s": np.array([-1, 1, 16, 16]), "k": _noise(1, 1, 3, 3),
    "a": _noise(16, 16), "roi": np.array([1.0, 1, 2, 2], np.float32),
    "half": np.array([1, 1, 1.5, 1.5], np.float32),
}  # fmt: skip
_SUB = helper.make_graph([], "g", [], [])


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        (_ending(("Softmax", {})), "node Softmax cannot be read here"),
        (_ending(("Loop", {"body": _SUB})), "node Loop is not one of ONNX's own"),
        (_ending(("Relu", {"domain": "evil"})), "node Relu is not one of ONNX's own"),
        (_ending(("Conv", "k", {"pads": [0, 0, 0, 0]})), "node Conv has padding"),
        (_ending(("Conv", "k", {"group": 2})), "node Conv has padding"),
        (_ending(("Conv", "k", {"dilations": [2, 2]})), "node Conv has padding"),
        (_ending(("ConvTranspose", "k", {"strides": [9, 9]})), "node ConvTranspose has padding"),
        (_ending(("Resize", "", "half", {})), "node Resize cannot"),
        (_ending(("Resize", "", "roi", {"mode": "linear"})), "node Resize cannot"),
        (_ending(("Add", "a", {})), "node Add cannot"),
        (_ending(("Transpose", {"perm": [0, 2, 1, 3]})), "node Transpose cannot"),
        (_ending(("Erf", {})), "node Erf cannot"),
        (_ending(("Gemm", "w", {})), "node Gemm cannot"),
        (_ending(("LeakyRelu", {"alpha": 7.0})), "LeakyReLU layer has slope = 7.0"),
        (_ending(("Conv", "nothing", {})), "no single chain"),
        (_chain(("MatMul", "w", {}), ("Reshape", "s", {})), "its last activation is none"),
        (_chain(("MatMul", "s", {}), ("Tanh", {})), "node MatMul cannot"),
        (_chain(("Tanh", {})), r"shape 6"),
        ([], "no good ONNX file"),
    ],
)
def test_graphs_that_are_refused(tmp_path: Path, nodes: list[onnx.NodeProto], words: str) -> None:
    with pytest.raises(BadInputError, match=words) as refusal:
        read_onnx(_save(tmp_path / "g.onnx", nodes, _CONSTANTS))
    assert refusal.value.field == "file"


def _lying(change: Callable[[onnx.TensorProto], object]) -> Callable[[onnx.ModelProto], object]:
    return lambda model: change(model.graph.initializer[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_lying(lambda t: t.dims.__setitem__(0, 10**9)), "has the shape"),
        (_lying(lambda t: t.dims.__setitem__(0, 7)), "is cut short"),
        (_lying(lambda t: t.dims.__setitem__(0, -1)), "has the shape"),
        (_lying(lambda t: setattr(t, "data_type", TensorProto.STRING)), "not of plain numbers"),
        (_lying(lambda t: t.ClearField("raw_data")), "is cut short"),
        (
            _lying(lambda t: setattr(t, "data_location", TensorProto.EXTERNAL)),
            "lies in another file",
        ),
        (
            _lying(lambda t: t.external_data.add(key="location", value="/etc/passwd")),
            "lies in another file",
        ),
        (lambda m: m.functions.add(name="f"), "has functions"),
        (lambda m: m.graph.sparse_initializer.add(), "has functions, sparse"),
        (lambda m: m.graph.input.add(name="y"), "several inputs"),
        (lambda m: m.graph.output[0].__setattr__("name", "v1"), "no single chain|none"),
        (lambda m: m.graph.node[2].input.__setitem__(0, "image"), "no single chain"),
        (lambda m: m.graph.node.add(op_type="Relu", input=["v1"], output=["x"]), "no single"),
    ],
)
def test_models_that_lie(
    tmp_path: Path, change: Callable[[onnx.ModelProto], object], words: str
) -> None:
    path = _save(tmp_path / "g.onnx", _ending(("Relu", {})), _CONSTANTS)
    model = onnx.load(path)
    change(model)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(BadInputError, match=words):
        read_onnx(path)


def test_what_is_no_onnx_file(tmp_path: Path) -> None:
    whole = _save(tmp_path / "g.onnx", _ending(), _CONSTANTS).read_bytes()
    for content in (b"", b"PK\x03\x04", b"\xff" * 1000, whole[: len(whole) // 2], whole[:-3]):
        (tmp_path / "g.onnx").write_bytes(content)
        with pytest.raises(BadInputError):
            read_onnx(tmp_path / "g.onnx")
