"""How many images fit into a call is told by the layers, and changes no answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan_core.errors import BadInputError
from gan_core.portable import of_snapshot, room
from gan_core.portable.foreign.budget import MAX_LAID_OUT, check_size
from gan_core.recipes import registry
from gan_core.recipes.layers import ConvT, Dense, MaxPool, Network, Reshape, Upsample
from gan_core.recipes.resolve import resolve_settings
from gan_core.runs import sealed
from gan_core.runs.layout import RunPaths
from tests.generators_by_hand import CONVOLUTIONAL, random_weights, seal_generator

NETWORKS = [
    network
    for name in registry.names()
    if registry.get(name).image_sizes
    for network in registry.get(name).networks(
        resolve_settings(registry.get(name), {}, gpu=True), (28, 28, 3)
    )
]


def _generator(*layers: object) -> Network:
    return Network(name="generator", input_shape=(8,), layers=layers)


ENLARGED = _generator(
    Dense(units=300), Reshape(shape=(10, 10, 3)), *[Upsample()] * 7, *[MaxPool()] * 7
)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_networks_of_ours_answer_a_page_in_one_call(network: Network) -> None:
    assert room.rows_at_once(network) >= 64
    assert room.rows_of_gradient(network) >= 8
    check_size(network)


def test_the_usual_batch_of_the_quick_one_stays_whole() -> None:
    quick = registry.get("quick-dcgan")
    for network in quick.networks(resolve_settings(quick, {}, gpu=True), (28, 28, 1)):
        assert room.rows_at_once(network) == room.MAX_BATCH


def test_large_layers_are_asked_one_by_one() -> None:
    assert room.largest_layer(ENLARGED) == 1280**2 * 16, "three maps are laid out as sixteen"
    assert room.rows_at_once(ENLARGED) == 1
    assert room.rows_of_gradient(ENLARGED) == 1


def test_a_transposed_convolution_makes_all_its_products_first() -> None:
    network = _generator(Dense(units=64), Reshape(shape=(8, 8, 1)), ConvT(filters=5, kernel=3))
    assert room.spread(network) == 9 * 5 * 64
    assert room.spread(_generator(Dense(units=1))) == 0


@pytest.mark.parametrize(
    "layers",
    [
        (Dense(units=4096), Reshape(shape=(64, 64, 1)), ConvT(filters=1024, kernel=15)),
        (Dense(units=1936), Reshape(shape=(44, 44, 1)), *[Upsample()] * 6),
    ],
    ids=["products", "sixteens"],
)  # fmt: skip
def test_what_one_image_may_take(layers: tuple[object, ...]) -> None:
    with pytest.raises(BadInputError) as refusal:
        check_size(_generator(*layers))
    assert (
        f"values in memory for one layer; allowed are up to {MAX_LAID_OUT}"
        in refusal.value.one_line()
    )


def test_a_deep_network_of_large_layers_is_too_much_for_a_gradient() -> None:
    pairs = [Upsample(), MaxPool()] * 30
    with pytest.raises(BadInputError, match="values in all layers"):
        check_size(_generator(Dense(units=62500), Reshape(shape=(250, 250, 1)), *pairs))


@pytest.mark.parametrize("at_once", [1, 3, 256])
def test_parts_answer_as_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    paths = RunPaths(tmp_path)
    seal_generator(paths, 5, CONVOLUTIONAL, random_weights(CONVOLUTIONAL))
    latents = np.random.default_rng(1).standard_normal((7, 6)).astype(np.float32)
    folder = paths.snapshot(5)
    about = sealed.read_manifest(folder)
    whole = of_snapshot.open_model(folder, about, "generator")(latents)
    largest = 4 * room.largest_layer(CONVOLUTIONAL)
    monkeypatch.setattr(room, "CALL_BYTES", at_once * largest)
    model = of_snapshot.open_model(folder, about, "generator")
    assert model.at_once == at_once
    np.testing.assert_allclose(model(latents), whole, atol=1e-6)
    assert model(latents[:0]).shape == (0, 8, 8, 1)
