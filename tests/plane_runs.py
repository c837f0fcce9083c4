"""Runs with an encoder, made by hand with the onnx package: no TensorFlow, and all of it works."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore, RunView
from tests.runs_by_hand import config

SHAPE = (28, 28, 1)
NUM_PIXELS = 28 * 28


def add_plane_run(
    store: RunStore,
    steps: tuple[int, ...] = (10, 20),
    *,
    name: str = "",
    recipe: str = "vae",
    dataset: str = "digits",
    latent_size: int = 2,
) -> RunView:
    """A completed run whose encoder projects images, and whose generator smears them out again."""
    made = config(recipe=recipe, dataset=dataset, steps=steps[-1], latent_size=latent_size)
    view = store.create(made, name)
    for step in steps:
        add_snapshot(view, step)
    write_status(view.paths, "completed", steps[-1], steps[-1], Said(template="done"))
    return store.get(view.id)


def weights(step: int, latent_size: int) -> np.ndarray:
    """What an image is multiplied with, float32 [784, Z]; each step looks at it a little wider."""
    drawn = np.random.default_rng(5).standard_normal((NUM_PIXELS, latent_size))
    return (drawn * (1 + step / 100) / 10).astype(np.float32)


def encoded(images: np.ndarray, step: int, latent_size: int) -> np.ndarray:
    """The codes as NumPy has them."""
    flat = images.reshape(len(images), -1).astype(np.float32) / 255
    return flat @ weights(step, latent_size)


def add_snapshot(view: RunView, step: int) -> None:
    """Seal one more snapshot."""
    settings = view.sound_config().settings
    size, pixel_range = settings.latent_size, settings.pixel_range
    assert pixel_range == "0,1"
    back = (weights(step, size).T * 3).astype(np.float32)
    # A variational encoder tells log-variances, too; nobody looks at them here.
    ahead = np.concatenate([weights(step, size)] * 2, axis=1)
    latents = np.random.default_rng(9).standard_normal((16, size)).astype(np.float32)
    images = (1 / (1 + np.exp(-latents @ back))).reshape(-1, *SHAPE).astype(np.float32)

    def fill(folder: Path) -> None:
        generator = _onnx(back, ["x", "w"], (size,), SHAPE, "Sigmoid")
        encoder = _onnx(ahead, ["f", "w"], SHAPE, (2 * size,), None)
        (folder / snapshots.GENERATOR_ONNX).write_bytes(generator)
        (folder / snapshots.ENCODER_ONNX).write_bytes(encoder)
        codes = images.reshape(16, -1) @ weights(step, size)
        golden = {"latents": latents, "images": images, "codes": codes}
        write_arrays(folder / snapshots.GOLDEN, golden)

    sealed.seal(view.paths.snapshot(step), fill, {"step": step, "pixel_range": pixel_range})


def _onnx(
    matrix: np.ndarray,
    factors: list[str],
    inputs: tuple[int, ...],
    outputs: tuple[int, ...],
    function: str | None,
) -> bytes:
    """`function(x W)` as an ONNX file; the middle value `f` is x with its axes made one."""
    nodes = [
        helper.make_node("Reshape", ["x", "flat"], ["f"]),
        helper.make_node("MatMul", factors, ["h"]),
        *([helper.make_node(function, ["h"], ["s"])] if function else []),
        helper.make_node("Reshape", ["s" if function else "h", "shape"], ["y"]),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "tiny",
        [value("x", TensorProto.FLOAT, ["N", *inputs])],
        [value("y", TensorProto.FLOAT, ["N", *outputs])],
        [
            numpy_helper.from_array(matrix, "w"),
            numpy_helper.from_array(np.array([-1, *outputs], np.int64), "shape"),
            numpy_helper.from_array(np.array([-1, int(np.prod(inputs))], np.int64), "flat"),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())
