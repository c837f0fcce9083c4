"""A real snapshot of tiny networks, written with the onnx package: no TensorFlow here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.layout import RunPaths

LATENT_SIZE, SIDE = 5, 4

Floats = NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Tiny:
    """`images = tanh(latents G)` as 4×4 pixels, `logits = images D`; NumPy knows them, too."""

    g: Floats
    d: Floats

    @classmethod
    def random(cls, seed: int) -> Tiny:
        rng = np.random.default_rng(seed)
        g = rng.normal(0, 0.5, (LATENT_SIZE, SIDE * SIDE)).astype(np.float32)
        return cls(g, rng.normal(0, 0.5, (SIDE * SIDE, 1)).astype(np.float32))

    def images(self, latents: Floats) -> Floats:
        return np.tanh(latents @ self.g).reshape(-1, SIDE, SIDE, 1)

    def logits(self, images: Floats) -> Floats:
        return (images.reshape(-1, SIDE * SIDE) @ self.d)[:, 0]


def _model(
    weights: Floats, inputs: list[int], outputs: list[int], nodes: list[onnx.NodeProto]
) -> bytes:
    value = helper.make_tensor_value_info
    constants = [
        numpy_helper.from_array(weights, "w"),
        numpy_helper.from_array(np.array([-1, *outputs], np.int64), "shape"),
        numpy_helper.from_array(np.array([-1, int(np.prod(inputs))], np.int64), "flat"),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [value("x", TensorProto.FLOAT, ["N", *inputs])],
        [value("y", TensorProto.FLOAT, ["N", *outputs])],
        constants,
    )
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def generator_onnx(tiny: Tiny) -> bytes:
    """G as an ONNX file."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Tanh", ["h"], ["t"]),
        helper.make_node("Reshape", ["t", "shape"], ["y"]),
    ]
    return _model(tiny.g, [LATENT_SIZE], [SIDE, SIDE, 1], nodes)


def discriminator_onnx(tiny: Tiny) -> bytes:
    """D as an ONNX file."""
    nodes = [
        helper.make_node("Reshape", ["x", "flat"], ["h"]),
        helper.make_node("MatMul", ["h", "w"], ["y"]),
    ]
    return _model(tiny.d, [SIDE, SIDE, 1], [1], nodes)


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    """An empty run directory."""
    made = RunPaths(tmp_path / "run")
    made.make_folders()
    return made


@pytest.fixture(scope="session")
def write_tiny() -> Callable[..., None]:
    """Write a snapshot of a `Tiny`; its golden answers may be those of another."""

    def write(
        paths: RunPaths,
        step: int,
        tiny: Tiny,
        *,
        golden_images: Tiny | None = None,
        golden_logits: Tiny | None = None,
        pixel_range: str | None = "-1,1",
    ) -> None:
        latents = np.random.default_rng(9).normal(size=(16, LATENT_SIZE)).astype(np.float32)
        images = (golden_images or tiny).images(latents)
        logits = (golden_logits or tiny).logits(tiny.images(latents))

        def fill(folder: Path) -> None:
            (folder / snapshots.GENERATOR_ONNX).write_bytes(generator_onnx(tiny))
            (folder / snapshots.DISCRIMINATOR_ONNX).write_bytes(discriminator_onnx(tiny))
            golden = {"latents": latents, "images": images, "logits": logits}
            write_arrays(folder / snapshots.GOLDEN, golden)
            (folder / "state.safetensors").write_bytes(b"state")

        about = {} if pixel_range is None else {"pixel_range": pixel_range}
        sealed.seal(paths.snapshot(step), fill, {"step": step, **about})

    return write
