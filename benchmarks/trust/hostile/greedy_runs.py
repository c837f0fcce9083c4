"""Run zips that are small, and ask for much when somebody takes them in or looks at them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from benchmarks.trust.hostile.corpus import Trap, hostile
from benchmarks.trust.hostile.run_zips import SNAPSHOT, Files, sound, write_run
from gan_core.portable.onnx_graph import to_onnx
from gan_core.recipes.layers import (
    Activation,
    Conv,
    ConvT,
    Dense,
    Layer,
    MaxPool,
    Network,
    Reshape,
    Upsample,
)
from tests.generator_runs import answers, drawn_weights

_LATENT_SIZE = 64  # as the sound run's
_NUM_GOLDEN = 16


def _give_generator(files: Files, layers: Sequence[Layer], *, side: int, channels: int) -> None:
    """Another generator, whose images are what its first layer makes: `[side, side, channels]`."""
    network = Network(name="generator", input_shape=(_LATENT_SIZE,), layers=tuple(layers))
    weights = drawn_weights(network, 0)
    latents = np.random.default_rng(0).standard_normal((_NUM_GOLDEN, _LATENT_SIZE))
    made = latents @ weights["00_dense/kernel"] + weights["00_dense/bias"]
    golden = {"latents": latents, "images": made.reshape(-1, side, side, channels)}
    for name in [name for name in files if name.startswith(f"{SNAPSHOT}/")]:
        if not name.endswith("manifest.json"):
            del files[name]
    files[f"{SNAPSHOT}/generator.safetensors"] = save(weights)
    files[f"{SNAPSHOT}/golden.safetensors"] = save(
        {name: values.astype(np.float32) for name, values in golden.items()}
    )
    layer_list = {"generator": network.model_dump(mode="json")}
    files[f"{SNAPSHOT}/networks.json"] = json.dumps(layer_list).encode()


@hostile(".zip", "a small image that becomes a large one, and small again, on its way")
def enlarged_and_pooled(path: Path, trap: Trap) -> None:
    layers = [Dense(units=300), Reshape(shape=(10, 10, 3)), *[Upsample()] * 7, *[MaxPool()] * 7]
    write_run(path, lambda files: _give_generator(files, layers, side=10, channels=3))


@hostile(".zip", "a transposed convolution whose products take four gigabytes for one image")
def spread_products(path: Path, trap: Trap) -> None:
    layers = [
        Dense(units=4096),
        Reshape(shape=(64, 64, 1)),
        ConvT(filters=1024, kernel=15),
        Conv(filters=1, kernel=1),
    ]
    write_run(path, lambda files: _give_generator(files, layers, side=64, channels=1))


@hostile(".zip", "one wide map, which is laid out in memory as sixteen")
def maps_in_sixteens(path: Path, trap: Trap) -> None:
    narrow = [Conv(filters=1, kernel=3)] * 3
    layers = [
        *(Dense(units=1936), Reshape(shape=(44, 44, 1))),
        *([Upsample()] * 6 + narrow + [MaxPool()] * 6),
    ]
    write_run(path, lambda files: _give_generator(files, layers, side=44, channels=1))


@hostile(".zip", "an answer of millions of values for each image")
def large_answer(path: Path, trap: Trap) -> None:
    layers = [Dense(units=300), Reshape(shape=(10, 10, 3)), *[Upsample()] * 6]
    write_run(path, lambda files: _give_generator(files, layers, side=10, channels=3))


def write_snapshots(
    path: Path, num: int, network_of: Callable[[int], Network], more: Files | None = None
) -> None:
    """A run of so many snapshots, all of the same small weights; each says its own layers.

    Args:
        path: of the zip.
        num: of the snapshots.
        network_of: the generator of each; those of one size.
        more: files of each beside its layers and weights.
    """
    weights = save(drawn_weights(network_of(0), 0))
    texts: dict[Network, bytes] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        for name in ("config.json", "meta.json", "status.json"):
            opened.writestr(f"run/{name}", sound()[name])
        for number in range(num):
            layers = network_of(number)
            if layers not in texts:
                texts = {layers: json.dumps({"generator": layers.model_dump(mode="json")}).encode()}
            files = {"networks.json": texts[layers], "generator.safetensors": weights}
            files |= more or {}
            sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
            about = {"step": number, "pixel_range": "-1,1", "sha256": sums}
            files["manifest.json"] = json.dumps(about).encode()
            for name, content in files.items():
                opened.writestr(f"run/snapshots/{number}/{name}", content)


def small(number: int = 0, num_layers: int = 3) -> Network:
    """A generator of so many layers, which differ with the number."""
    start = (Dense(units=64), Reshape(shape=(8, 8, 1)))
    more = [Activation(function="tanh")] * (num_layers - len(start))
    for bit in range(number.bit_length()):
        if number >> bit & 1:
            more[bit] = Activation(function="relu")
    return Network(name="generator", input_shape=(4,), layers=(*start, *more))


@hostile(
    ".zip",
    "six thousand snapshots, each with another list of 990 layers",
    is_large=True,
    unhurried=("command import",),
)
def many_long_lists(path: Path, trap: Trap) -> None:
    write_snapshots(path, 6000, lambda number: small(number, 990))


@hostile(
    ".zip",
    "six thousand snapshots, each with another list of as many layers as may be",
    is_large=True,
    unhurried=("command import",),
)
def many_lists(path: Path, trap: Trap) -> None:
    write_snapshots(path, 6000, lambda number: small(number, 200))


@hostile(
    ".zip",
    "an honest run of a thousand snapshots, as many as half a million steps leave",
    is_large=True,
    welcome=("import", "command import"),
)
def many_snapshots(path: Path, trap: Trap) -> None:
    write_honest(path, 1000)


def write_honest(path: Path, num: int) -> None:
    """A run of so many small snapshots that answer as they say."""
    network = small()
    latents = np.random.default_rng(0).standard_normal((_NUM_GOLDEN, 4)).astype(np.float32)
    model = to_onnx(network, drawn_weights(network, 0)).SerializeToString()
    golden = save({"latents": latents, "images": answers(model, latents)})
    write_snapshots(path, num, lambda _number: network, {"golden.safetensors": golden})
