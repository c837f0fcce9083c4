"""Runs whose generators are real networks with drawn weights: all works, without TensorFlow."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from gan_core.latent.sampling import sample_latents
from gan_core.portable import bundle
from gan_core.portable.onnx_graph import to_onnx
from gan_core.recipes import registry
from gan_core.recipes.layers import BatchNorm, Conv, ConvT, Dense, Network
from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.files import write_json
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore, RunView
from tests.runs_by_hand import config

NUM_GOLDEN = 4


def add_generator_run(
    store: RunStore, steps: tuple[int, ...] = (10, 20), *, name: str = "", **how: object
) -> RunView:
    """A completed run with a snapshot at each step; `how` as in `runs_by_hand.config`."""
    view = store.create(config(steps=steps[-1], **how), name)
    for step in steps:
        add_generator_snapshot(view, step)
    write_status(view.paths, "completed", steps[-1], steps[-1], Said(template="done"))
    return store.get(view.id)


def add_generator_snapshot(view: RunView, step: int) -> None:
    """Seal one more snapshot; each step has weights of its own."""
    settings = view.sound_config().settings
    shape = view.sound_config().dataset.image_shape
    recipe = registry.get(view.sound_config().recipe)
    nets = {net.name: net for net in recipe.networks(settings, shape)}
    latents = sample_latents(step, NUM_GOLDEN, settings.latent_size)

    def fill(folder: Path) -> None:
        images, golden = latents, {"latents": latents}
        for role, net in nets.items():
            weights = drawn_weights(net, step)
            model = to_onnx(net, weights).SerializeToString()
            (folder / snapshots.onnx_file(role)).write_bytes(model)
            write_arrays(folder / snapshots.weights_file(role), weights)
            found = answers(model, latents if role == "generator" else images)
            if role == "generator":
                images = golden["images"] = found
                packed = bundle.pack(
                    net, weights, pixel_range=settings.pixel_range,
                    golden_latents=latents, golden_images=found,
                )  # fmt: skip
                (folder / snapshots.GENERATOR_BUNDLE).write_bytes(packed)
            elif role == "encoder":
                golden["codes"] = found[:, : settings.latent_size]
            else:
                golden["logits"] = found[:, 0]
        write_arrays(folder / snapshots.GOLDEN, golden)
        layers = {role: net.model_dump(mode="json") for role, net in nets.items()}
        write_json(folder / snapshots.NETWORKS, layers)

    about = {
        "step": step,
        "pixel_range": settings.pixel_range,
        "verdict": "sigmoid" if recipe.family == "gan" else "none",
    }
    sealed.seal(view.paths.snapshot(step), fill, about)
    Image.new("L", (8, 8), 99).save(view.paths.sample(step))


def drawn_weights(network: Network, seed: int) -> dict[str, np.ndarray]:
    """Weights as a network might have learnt them: kernels that keep the size of what they get."""
    rng = np.random.default_rng(seed)
    found: dict[str, np.ndarray] = {}
    shapes = [network.input_shape, *network.shapes()[:-1]]
    for name, layer, shape in zip(network.layer_names, network.layers, shapes, strict=True):
        for variable, size in _variables(layer, shape).items():
            fan_in = math.prod(size[:-1]) if variable == "kernel" else 1
            values = rng.standard_normal(size) * {"kernel": 1.4 / fan_in**0.5}.get(variable, 0.1)
            if variable in {"gamma", "moving_variance"}:
                values = 1 + np.abs(values)
            found[f"{name}/{variable}"] = values.astype(np.float32)
    return found


def _variables(layer: object, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    if isinstance(layer, Dense):
        sizes = {"kernel": (shape[0], layer.units), "bias": (layer.units,)}
    elif isinstance(layer, Conv):
        sizes = {
            "kernel": (layer.kernel,) * 2 + (shape[-1], layer.filters),
            "bias": (layer.filters,),
        }
    elif isinstance(layer, ConvT):
        sizes = {
            "kernel": (layer.kernel,) * 2 + (layer.filters, shape[-1]),
            "bias": (layer.filters,),
        }
    elif isinstance(layer, BatchNorm):
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        return dict.fromkeys(names, (shape[-1],))
    else:
        return {}
    if not layer.bias:
        del sizes["bias"]
    return sizes


def answers(model: bytes, inputs: np.ndarray) -> np.ndarray:
    """What onnxruntime makes of inputs."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: inputs})[0]
