"""How the cost of training and of saving grows: with the image's size, the batch, the width."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks.harness import cpu_kernels, say
from gan_core.config import DatasetInfo, RunConfig, Settings
from gan_core.nn.layer_kernels import choose
from gan_core.nn.snapshot import write_snapshot
from gan_core.nn.state import initial_state
from gan_core.nn.step import make_steps, plain_step
from gan_core.recipes import registry
from gan_core.recipes.layers import Conv, ConvT, Dense, Layer, Network, Reshape
from gan_core.recipes.recipe import ImageShape, Recipe
from gan_core.recipes.resolve import resolve
from gan_core.runs import checkpoints
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import utc_now

Points = list[tuple[float, float]]

_RECIPE = "quick-dcgan"
_ROUND_SECS = 2.0
_NUM_ROUNDS = 3


def by_size(sizes: tuple[int, ...]) -> Points:
    """Images a second for square images of these sizes, batch 64."""
    return [(size, images_per_s(*_configured(size=size))) for size in sizes]


def by_batch(batches: tuple[int, ...]) -> Points:
    """Images a second for these batches, 28×28."""
    return [(batch, images_per_s(*_configured(batch=batch))) for batch in batches]


def by_width(factors: tuple[float, ...]) -> Points:
    """Images a second with so many times as many maps in every hidden layer."""
    return [(factor, images_per_s(*_configured(factor=factor))) for factor in factors]


def savings(factors: tuple[float, ...]) -> tuple[Points, Points]:
    """Seconds of a snapshot and of a checkpoint, by parameters of both networks."""
    snapshot_secs, checkpoint_secs = [], []
    for factor in factors:
        recipe, config = _configured(factor=factor)
        networks = recipe.networks(config.settings, config.dataset.image_shape)
        num_parameters = sum(network.num_parameters for network in networks)
        taken = _saved(recipe, config)
        snapshot_secs.append((num_parameters, taken[0]))
        checkpoint_secs.append((num_parameters, taken[1]))
    return snapshot_secs, checkpoint_secs


def images_per_s(recipe: Recipe, config: RunConfig) -> float:
    """The best of some rounds on made-up images: their content costs nothing."""
    kernels = config.kernels.model_copy(update={"rewritten": choose(recipe, config, {})})
    config = config.model_copy(update={"kernels": kernels})
    steps = make_steps(config, plain_step(recipe, config, initial_state(recipe, config)))
    batch, shape = config.settings.batch_size, config.dataset.image_shape
    pixels = np.random.default_rng(0).integers(0, 256, (1, batch, *shape), np.uint8)
    images, number = tf.constant(pixels), tf.constant(0, tf.int64)
    steps(number, images).numpy()
    secs = _fastest(lambda: steps(number, images).numpy())
    say(f"{shape[0]}×{shape[1]}, batch {batch}: {batch / secs:.0f} images/s")
    return batch / secs


def _saved(recipe: Recipe, config: RunConfig) -> tuple[float, float]:
    state = initial_state(recipe, config)
    with tempfile.TemporaryDirectory() as folder:
        paths = RunPaths(Path(folder) / "run")
        paths.make_folders()
        write_snapshot(paths, recipe, config, state)  # the first one traces
        snapshot_secs = _fastest(lambda: write_snapshot(paths, recipe, config, state))
        checkpoint_secs = _fastest(lambda: checkpoints.save(paths, 1, state.to_arrays()))
    return snapshot_secs, checkpoint_secs


def _fastest(work: Callable[[], object]) -> float:
    """The best mean of some rounds: what disturbs only ever adds."""
    means = []
    for _ in range(_NUM_ROUNDS):
        started, num = time.perf_counter(), 0
        while num == 0 or time.perf_counter() - started < _ROUND_SECS / _NUM_ROUNDS:
            work()
            num += 1
        means.append((time.perf_counter() - started) / num)
    return min(means)


def _configured(size: int = 28, batch: int = 64, factor: float = 1.0) -> tuple[Recipe, RunConfig]:
    recipe = _wider(registry.get(_RECIPE), factor)
    info = DatasetInfo(
        name="own:made-up", num_train=10_000, num_test=0, image_size=size, channels=1, num_classes=0
    )
    settings = {"batch_size": batch}
    config = resolve(
        recipe,
        info,
        settings,
        kernels=cpu_kernels(),
        versions={},
        now=utc_now(),
        steps=1000,
        seed=1,
    )
    return recipe, config


def _wider(recipe: Recipe, factor: float) -> Recipe:
    def made(build: Callable[[Settings, ImageShape], Network]) -> Callable[..., Network]:
        return lambda settings, shape: _widened(build(settings, shape), factor)

    assert recipe.discriminator is not None
    return dataclasses.replace(
        recipe, generator=made(recipe.generator), discriminator=made(recipe.discriminator)
    )


def _widened(network: Network, factor: float) -> Network:
    """Every hidden layer with `factor` times as many maps; the answer keeps its shape."""
    weighted = [
        i for i, layer in enumerate(network.layers) if isinstance(layer, Conv | ConvT | Dense)
    ]
    layers = [
        layer if i == weighted[-1] else _scaled(layer, factor)
        for i, layer in enumerate(network.layers)
    ]
    return network.model_copy(update={"layers": tuple(layers)})


def _scaled(layer: Layer, factor: float) -> Layer:
    match layer:
        case Dense():
            return layer.model_copy(update={"units": round(layer.units * factor)})
        case Conv() | ConvT():
            return layer.model_copy(update={"filters": round(layer.filters * factor)})
        case Reshape():
            *sides, maps = layer.shape
            return layer.model_copy(update={"shape": (*sides, round(maps * factor))})
    return layer
