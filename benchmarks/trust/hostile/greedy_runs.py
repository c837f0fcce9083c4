"""Run zips that are small, and ask for much when somebody takes them in or looks at them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from benchmarks.trust.hostile.corpus import Trap, hostile
from benchmarks.trust.hostile.run_zips import SNAPSHOT, Files, write_run
from gan_core.recipes.layers import (
    Conv,
    ConvT,
    Dense,
    Layer,
    MaxPool,
    Network,
    Reshape,
    Upsample,
)
from tests.generator_runs import drawn_weights

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
