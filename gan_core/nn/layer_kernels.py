"""Which layers of a run are computed in their faster way: measured once, on the device at hand.

The choice is recorded with the run, because another order of the same sum differs in the last
digits; and kept in the runs folder, so that one seed means the same numbers for every run there.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from gan_core.config import SCHEMA_VERSION, RunConfig
from gan_core.errors import DamagedError
from gan_core.nn.layers.row_conv import MAX_MAPS, RowConv2D
from gan_core.recipes.layers import Conv, Network, Shape
from gan_core.recipes.recipe import Recipe
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths

CACHE_NAME = ".layer-kernels.json"
_WORTH = 1.2  # times as fast; less is noise, and the plain layer is the better known
_MAX_BATCH = 16
_NUM_TIMES = 3

Measure = Callable[[Conv, Shape, int, str], float]
"""How many times as fast the rewritten layer is, given its input's shape, batch and precision."""


def settled(paths: RunPaths, recipe: Recipe, config: RunConfig) -> RunConfig:
    """The configuration with its layers chosen; what had to be measured is written down.

    Raises:
        DiskFullError, ReadOnlyError: the run directory cannot be written.
    """
    if config.kernels.rewritten != "measure":
        return config
    runs_dir = paths.root.parent
    before = remembered(runs_dir, config.versions)
    measured = dict(before)
    layers = choose(recipe, config, measured)
    if measured != before:
        remember(runs_dir, config.versions, measured)
    kernels = config.kernels.model_copy(update={"rewritten": layers})
    made = config.model_copy(update={"kernels": kernels})
    write_json(paths.config, made.to_json(), durable=True)
    return made


def choose(
    recipe: Recipe,
    config: RunConfig,
    measured: dict[str, float],
    measure: Measure | None = None,
) -> tuple[str, ...]:
    """The layers to rewrite, as `network/layer`.

    Args:
        recipe: of the run.
        config: of the run.
        measured: what is known already, by layer; what is measured now is added to it.
        measure: how to; `times_as_fast` unless told.
    """
    found = []
    batch, precision = min(config.settings.batch_size, _MAX_BATCH), config.settings.precision
    for network in recipe.networks(config.settings, config.dataset.image_shape):
        for name, layer, shape in candidates(network):
            size = f"{layer.kernel}x{layer.kernel}x{layer.filters}"
            about = f"{'x'.join(map(str, shape))} {size} {precision} {config.kernels.device}"
            if about not in measured:
                ratio = (measure or times_as_fast)(layer, shape, batch, precision)
                measured[about] = round(ratio, 2)
            if measured[about] >= _WORTH:
                found.append(f"{network.name}/{name}")
    return tuple(found)


def candidates(network: Network) -> Iterator[tuple[str, Conv, Shape]]:
    """Layers that have a rewritten form: name, layer, and the shape `(H, W, C)` they take."""
    inputs: list[Shape] = [network.input_shape, *network.shapes()[:-1]]
    for name, layer, shape in zip(network.layer_names, network.layers, inputs, strict=True):
        if isinstance(layer, Conv) and layer.stride == 1 and layer.kernel > 1:
            few = layer.kernel * layer.filters <= MAX_MAPS
            if few and shape[-1] > layer.filters:
                yield name, layer, shape


def times_as_fast(layer: Conv, shape: Shape, batch: int, precision: str) -> float:
    """Time a layer's forward pass and gradients both ways, by turns; the fastest of each counts."""
    works = [
        _work(kind, layer, (batch, *shape), precision) for kind in (keras.layers.Conv2D, RowConv2D)
    ]
    secs = [float("inf")] * len(works)
    for turn in range(_NUM_TIMES + 1):
        for i, work in enumerate(works):
            started = time.perf_counter()
            work()
            if turn:  # the first call compiles
                secs[i] = min(secs[i], time.perf_counter() - started)
    plain_secs, rewritten_secs = secs
    return plain_secs / rewritten_secs


def _work(
    kind: type[keras.layers.Conv2D], layer: Conv, shape: Shape, precision: str
) -> Callable[[], Any]:
    made = kind(layer.filters, layer.kernel, padding="same", dtype=keras.DTypePolicy(precision))
    images = tf.random.stateless_normal(shape, seed=(0, 0))
    made.build(shape)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def step(given: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(given)
            total = tf.reduce_sum(tf.square(tf.cast(made(given), tf.float32)))
        parts = tape.gradient(total, [given, *made.trainable_variables])
        return tf.add_n([tf.reduce_sum(part) for part in parts])

    return lambda: step(images).numpy()


def remembered(runs_dir: Path, versions: dict[str, str]) -> dict[str, float]:
    """What was measured before in this runs folder, on this machine with these versions."""
    try:
        value = read_json(runs_dir / CACHE_NAME, max_bytes=1_000_000)
    except (FileNotFoundError, DamagedError):
        return {}
    if not isinstance(value, dict) or value.get("key") != _key(versions):
        return {}
    layers = value.get("times_as_fast")
    if not isinstance(layers, dict):
        return {}
    return {k: float(v) for k, v in layers.items() if isinstance(v, int | float)}


def remember(runs_dir: Path, versions: dict[str, str], measured: dict[str, float]) -> None:
    """Keep what was measured.

    Raises:
        DiskFullError, ReadOnlyError: the folder cannot be written.
    """
    write_json(
        runs_dir / CACHE_NAME,
        {"schema_version": SCHEMA_VERSION, "key": _key(versions), "times_as_fast": measured},
    )


def _key(versions: dict[str, str]) -> list[str]:
    return [platform.node(), versions.get("tensorflow", ""), versions.get("keras", "")]
