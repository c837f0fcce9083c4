"""Generators with random weights, sealed as snapshots: no training, no TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.recipes import layers
from gan_core.recipes.layers import Network
from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.files import write_json
from gan_core.runs.layout import RunPaths

Weights = dict[str, NDArray[np.float32]]

CONVOLUTIONAL = Network(
    name="generator",
    input_shape=(6,),
    layers=(
        layers.Dense(units=4 * 4 * 3, bias=False),
        layers.Reshape(shape=(4, 4, 3)),
        layers.BatchNorm(),
        layers.Activation(function="relu"),
        layers.ConvT(filters=1, kernel=4, stride=2),
        layers.Activation(function="tanh"),
    ),
)
"""`[N, 6]` to `[N, 8, 8, 1]`, in the order of a small DCGAN."""

PLAIN = Network(
    name="generator",
    input_shape=(6,),
    layers=(
        layers.Dense(units=20),
        layers.LeakyReLU(slope=0.2),
        layers.BatchNorm(),
        layers.Dropout(rate=0.3),
        layers.Dense(units=64),
        layers.Activation(function="tanh"),
        layers.Reshape(shape=(8, 8, 1)),
    ),
)
"""`[N, 6]` to `[N, 8, 8, 1]`, of dense layers."""


def random_weights(network: Network, seed: int = 0) -> Weights:
    """Weights as a trained network has them, by the names that snapshots use."""
    rng = np.random.default_rng(seed)
    found: Weights = {}
    shape: tuple[int, ...] = network.input_shape
    for layer, name in zip(network.layers, network.layer_names, strict=True):
        match layer:
            case layers.Dense():
                found[f"{name}/kernel"] = rng.normal(0, 0.4, (shape[0], layer.units))
                if layer.bias:
                    found[f"{name}/bias"] = rng.normal(0, 0.1, layer.units)
            case layers.ConvT():
                window = (layer.kernel, layer.kernel, layer.filters, shape[-1])
                found[f"{name}/kernel"] = rng.normal(0, 0.3, window)
                found[f"{name}/bias"] = rng.normal(0, 0.1, layer.filters)
            case layers.BatchNorm():
                for part, mean in (("gamma", 1), ("beta", 0), ("moving_mean", 0)):
                    found[f"{name}/{part}"] = rng.normal(mean, 0.2, shape[-1])
                found[f"{name}/moving_variance"] = rng.uniform(0.5, 2.0, shape[-1])
            case _:
                pass
        shape = layers.shape_after(layer, shape)
    return {name: values.astype(np.float32) for name, values in found.items()}


def seal_generator(paths: RunPaths, step: int, network: Network, weights: Weights) -> None:
    """A snapshot that holds a generator and nothing else."""

    def fill(folder: Path) -> None:
        write_json(folder / snapshots.NETWORKS, {"generator": network.model_dump(mode="json")})
        write_arrays(folder / snapshots.GENERATOR_WEIGHTS, dict(weights))

    paths.make_folders()
    sealed.seal(paths.snapshot(step), fill, {"step": step, "pixel_range": "-1,1"})
