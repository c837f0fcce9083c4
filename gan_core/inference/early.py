"""The first block of a generator in NumPy: its early features, and its first layer as a matrix."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import BadInputError, DamagedError
from gan_core.latent.factorisation import first_layer_directions
from gan_core.latent.principal import Directions, Doubles, even_latents, principal_directions
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    Network,
    Reshape,
    ToUniform,
    network_from_json,
)
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.checkpoints import Arrays
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.text import N_

_MOST_FEATURES = 4096  # of a wider layer as many are looked at, evenly chosen
_ERF = np.frompyfunc(math.erf, 1, 1)
_FUNCTIONS: dict[str, Callable[[Doubles], Doubles]] = {
    "relu": lambda values: np.maximum(values, 0.0),
    "tanh": np.tanh,
    "sigmoid": lambda values: 0.5 * (1.0 + np.tanh(0.5 * values)),
}


@dataclass(frozen=True, eq=False)
class Found:
    """The directions that a snapshot's generator has by itself."""

    principal: Directions
    first_layer: Directions


def directions_of(paths: RunPaths, step: int) -> Found:
    """Find both kinds; always the same for the same snapshot.

    Raises:
        BadInputError: the generator begins with something else than a dense layer.
        DamagedError: the snapshot is damaged.
    """
    network, weights = read_generator(paths, step)
    latents = even_latents(network.input_shape[0])
    return Found(
        principal=principal_directions(latents, early_features(network, weights, latents)),
        first_layer=first_layer_directions(first_kernel(network, weights)),
    )


def read_generator(paths: RunPaths, step: int) -> tuple[Network, Arrays]:
    """A snapshot's generator as layers and weights.

    Raises:
        DamagedError: a file is missing, altered, or no network.
    """
    folder = paths.snapshot(step)
    layers = read_json(sealed.verified(folder, snapshots.NETWORKS))
    if not isinstance(layers, dict):
        raise DamagedError(N_("{file} is damaged."), file=snapshots.NETWORKS)
    weights = checkpoints.read_arrays(sealed.verified(folder, snapshots.GENERATOR_WEIGHTS))
    return network_from_json(layers.get("generator")), weights


def early_features(
    network: Network, weights: Arrays, latents: NDArray[np.floating]
) -> NDArray[np.float64]:
    """What the first block makes of latents `[N, Z]`: float64 `[N, D]`, D at most 4096.

    The block is the first dense layer with its norm and its activation, in whichever order they
    come, up to the next layer that mixes features.

    Raises:
        BadInputError: the network begins with something else than a dense layer.
        DamagedError: a weight is missing or of another shape.
    """
    _check(network)
    values = np.asarray(latents, np.float64)
    shapes = dict(zip(network.layer_names, network.shapes(), strict=True))
    columns: NDArray[np.int64] | None = None
    for layer, name in zip(network.layers, network.layer_names, strict=True):
        match layer:
            case ToUniform():
                values = np.asarray(_ERF(values / math.sqrt(2.0)), np.float64)
            case Dense() if columns is None:
                columns = _columns(layer.units)
                values = _dense(weights, name, layer, values, columns)
            case BatchNorm() if columns is not None:
                scale, shift = _norm(weights, name, layer, shapes[name][-1])
                channels = columns % len(scale)
                values = values * scale[channels] + shift[channels]
            case Activation():
                values = _FUNCTIONS[layer.function](values)
            case LeakyReLU():
                values = np.where(values > 0, values, layer.slope * values)
            case Dropout() | Reshape() | Flatten():
                pass  # the order of the features stays
            case _:
                break
    return values


def first_kernel(network: Network, weights: Arrays) -> NDArray[np.float64]:
    """The first dense layer's kernel, float64 `[Z, D]`.

    A batch norm right behind it is part of it: once trained, that is a factor for each column,
    without which the columns' lengths mean nothing.

    Raises:
        BadInputError, DamagedError: as for `early_features`.
    """
    _check(network)
    kernel = None
    shapes = dict(zip(network.layer_names, network.shapes(), strict=True))
    for layer, name in zip(network.layers, network.layer_names, strict=True):
        if kernel is None:
            if isinstance(layer, Dense):
                kernel = _array(weights, f"{name}/kernel", (*network.input_shape, layer.units))
        elif isinstance(layer, BatchNorm):
            scale, _ = _norm(weights, name, layer, shapes[name][-1])
            return np.asarray((kernel.reshape(-1, len(scale)) * scale).reshape(kernel.shape))
        elif not isinstance(layer, (Reshape, Flatten, Dropout)):
            break
    assert kernel is not None  # noqa: S101 - `_check` saw a dense layer
    return kernel


def _check(network: Network) -> None:
    first = next((layer for layer in network.layers if not isinstance(layer, ToUniform)), None)
    if not isinstance(first, Dense) or len(network.input_shape) != 1:
        raise BadInputError(
            N_("this generator begins with {kind}; directions are found where a dense layer "
               "comes first."),
            field="run",
            kind="nothing" if first is None else first.kind,
        )  # fmt: skip


def _columns(num: int) -> NDArray[np.int64]:
    """Which of `num` features are looked at, ascending."""
    return np.linspace(0, num - 1, min(num, _MOST_FEATURES)).astype(np.int64)


def _dense(
    weights: Arrays, name: str, layer: Dense, values: Doubles, columns: NDArray[np.int64]
) -> Doubles:
    """Some of the answers of a dense layer, `[N, len(columns)]`."""
    kernel = _array(weights, f"{name}/kernel", (values.shape[1], layer.units))
    answer = values @ kernel[:, columns]
    return (
        answer + _array(weights, f"{name}/bias", (layer.units,))[columns] if layer.bias else answer
    )


def _norm(weights: Arrays, name: str, layer: BatchNorm, num: int) -> tuple[Doubles, Doubles]:
    """A trained batch norm as a factor and a summand for each feature, both `[num]`."""
    gamma, beta, mean, variance = (
        _array(weights, f"{name}/{part}", (num,))
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return scale, beta - mean * scale


def _array(weights: Arrays, name: str, shape: tuple[int, ...]) -> Doubles:
    found = weights.get(name)
    if found is None or found.shape != shape:
        raise DamagedError(N_("{file} is damaged."), file=snapshots.GENERATOR_WEIGHTS)
    return np.asarray(found, np.float64)
