"""Model files written by hand, as Keras 2 and 3 write them, and as nobody honest would."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from gan_core.portable.onnx_graph import Arrays, to_onnx
from gan_core.recipes.layers import Activation, BatchNorm, ConvT, Dense, LeakyReLU, Network, Reshape

LATENT_SIZE = 6
Config = dict[str, Any]

NETWORK = Network(
    name="generator",
    input_shape=(LATENT_SIZE,),
    layers=(
        Dense(units=4 * 4 * 5),
        LeakyReLU(slope=0.2),
        Reshape(shape=(4, 4, 5)),
        ConvT(filters=3, kernel=4, stride=2, bias=False),
        BatchNorm(epsilon=1e-3),
        ConvT(filters=1, kernel=3, stride=2),
        Activation(function="tanh"),
    ),
)
"""What all the files below hold: 16 × 16 images from six latents."""


def weights(seed: int = 0) -> Arrays:
    """Lively weights of `NETWORK`."""
    rng = np.random.default_rng(seed)
    shapes = {
        "00_dense/kernel": (6, 80), "00_dense/bias": (80,),
        "03_conv_transpose/kernel": (4, 4, 3, 5),
        "04_batch_norm/gamma": (3,), "04_batch_norm/beta": (3,),
        "04_batch_norm/moving_mean": (3,), "04_batch_norm/moving_variance": (3,),
        "05_conv_transpose/kernel": (3, 3, 1, 3), "05_conv_transpose/bias": (1,),
    }  # fmt: skip
    found = {name: rng.normal(0, 0.4, shape) for name, shape in shapes.items()}
    found["04_batch_norm/moving_variance"] = rng.uniform(0.5, 2, 3)
    return {name: value.astype(np.float32) for name, value in found.items()}


def images(latents: np.ndarray, network: Network = NETWORK, arrays: Arrays | None = None) -> Any:
    """What a network makes of latents."""
    from gan_core.portable.sessions import in_parts, open_session

    model = to_onnx(network, weights() if arrays is None else arrays)
    return in_parts(open_session(model.SerializeToString()), latents)


def layer_configs(*, old: bool) -> list[tuple[str, Config]]:
    """Class and configuration of each layer; `old` as Keras 2 wrote them."""
    plain = {"padding": "same", "data_format": "channels_last", "dilation_rate": [1, 1]}
    slope = {"alpha": 0.20000000298023224} if old else {"negative_slope": 0.2}
    norm = {"axis": [3] if old else -1, "momentum": 0.99, "epsilon": 0.001}
    return [
        ("Dense", {"name": "dense_3", "units": 80, "activation": "linear", "use_bias": True}),
        ("LeakyReLU", {"name": "leaky_re_lu_9", **slope}),
        ("Reshape", {"name": "reshape", "target_shape": [4, 4, 5]}),
        ("Conv2DTranspose", {"name": "up_1", "filters": 3, "kernel_size": [4, 4],
                             "strides": [2, 2], "use_bias": False, **plain}),
        ("BatchNormalization", {"name": "norm", "center": True, "scale": True, **norm}),
        ("Conv2DTranspose", {"name": "up_2", "filters": 1, "kernel_size": [3, 3],
                             "strides": [2, 2], "activation": "tanh", **plain}),
    ]  # fmt: skip


def sequential(*, old: bool = False, layers: list[tuple[str, Config]] | None = None) -> Config:
    """A `Sequential` model of Keras 2 or 3."""
    key = "batch_input_shape" if old else "batch_shape"
    entries = [("InputLayer", {key: [None, LATENT_SIZE], "name": "input_1"})]
    entries += layer_configs(old=old) if layers is None else layers
    found = [{"class_name": kind, "config": config} for kind, config in entries]
    return {"class_name": "Sequential", "config": {"name": "g", "layers": found}}


def functional(*, old: bool) -> Config:
    """The same layers as a `Functional` model: `Model` in Keras 2."""
    model = sequential(old=old)
    before: str | None = None
    for entry in model["config"]["layers"]:
        name = entry["name"] = entry["config"]["name"]
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [before, 0, 0]}}
        node: Any = [[before, 0, 0, {}]] if old else {"args": [tensor], "kwargs": {}}
        entry["inbound_nodes"] = [] if before is None else [node]
        before = name
    ends = {"input_layers": ["input_1", 0, 0], "output_layers": ["up_2", 0, 0]}
    model["config"] |= {key: [end] for key, end in ends.items()} if old else ends
    return {**model, "class_name": "Model" if old else "Functional"}


def _stored() -> dict[str, dict[str, np.ndarray]]:
    """The arrays by their layer's name in the configuration."""
    names = {"00_dense": "dense_3", "03_conv_transpose": "up_1", "04_batch_norm": "norm"}
    names["05_conv_transpose"] = "up_2"
    found: dict[str, dict[str, np.ndarray]] = {}
    for key, value in weights().items():
        layer, variable = key.split("/")
        found.setdefault(names[layer], {})[variable] = np.asarray(value)
    return found


def write_h5(
    path: Path, model: Config, change: Callable[[h5py.File], None] = lambda file: None
) -> Path:
    """A whole model as HDF5; `change` may spoil it."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(model)
        for layer, arrays in _stored().items():
            for name, value in arrays.items():
                file[f"model_weights/{layer}/{layer}/{name}:0"] = value
        change(file)
    return path


def write_keras(
    path: Path,
    model: Config,
    change: Callable[[h5py.File], None] = lambda file: None,
    extra: Mapping[str, bytes] | None = None,
) -> Path:
    """A `.keras` file: groups by class and number, arrays by number."""
    groups = {
        "dense_3": "dense", "up_1": "conv2d_transpose", "norm": "batch_normalization",
        "up_2": "conv2d_transpose_1",
    }  # fmt: skip
    part = path.with_suffix(".part")
    with h5py.File(part, "w") as file:
        for layer, arrays in _stored().items():
            for i, value in enumerate(arrays.values()):
                file[f"layers/{groups[layer]}/vars/{i}"] = value
        change(file)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(model))
        archive.writestr("metadata.json", "{}")
        archive.write(part, "model.weights.h5")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path
