"""Bundles: what goes in comes out, within what sixteen bits leave of it; the rest is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import DamagedError
from gan_core.portable import bundle
from gan_core.recipes.layers import BatchNorm, Dense, MinibatchStd, Network, Reshape
from tests.generator_runs import drawn_weights


def _dense(units: int = 8, *more: object) -> Network:
    layers = (Dense(units=units), *more, Reshape(shape=(2, units // 4, 2)))
    return Network(name="generator", input_shape=(5,), layers=layers)


def _packed(network: Network, weights: dict, count: int = 4) -> bytes:
    shape = network.shapes()[-1]
    return bundle.pack(
        network,
        weights,
        pixel_range="-1,1",
        golden_latents=np.zeros((count, 5), np.float32),
        golden_images=np.zeros((count, *shape), np.float32),
    )


@given(st.integers(0, 10_000), st.floats(1e-30, 1e30))
def test_a_kernel_comes_back_within_sixteen_bits_whatever_its_size(seed: int, size: float) -> None:
    network = _dense()
    weights = drawn_weights(network, seed)
    weights["00_dense/kernel"] = (weights["00_dense/kernel"] * size).astype(np.float32)
    header, tensors = bundle.unpack(_packed(network, weights))
    op = header["ops"][0]
    found = tensors[op["kernel"]].astype(np.float64) * tensors[op["scale"]]
    kernel = weights["00_dense/kernel"].astype(np.float64)
    largest = np.abs(kernel).max(axis=0)
    assert (np.abs(found - kernel) <= largest * 1.6e-5).all()
    np.testing.assert_array_equal(tensors[op["shift"]], weights["00_dense/bias"])


@given(st.integers(0, 10_000))
def test_a_batch_normalisation_is_folded(seed: int) -> None:
    network = _dense(8, BatchNorm())
    weights = drawn_weights(network, seed)
    header, tensors = bundle.unpack(_packed(network, weights))
    assert [op["kind"] for op in header["ops"]] == ["dense", "reshape"]
    op, z = header["ops"][0], np.random.default_rng(seed).normal(size=5)
    found = z @ tensors[op["kernel"]] * tensors[op["scale"]] + tensors[op["shift"]]
    w = {name.split("/")[1]: value.astype(np.float64) for name, value in weights.items()}
    plain = z @ w["kernel"] + w["bias"]
    spread = np.sqrt(w["moving_variance"] + 1e-3)
    expected = (plain - w["moving_mean"]) / spread * w["gamma"] + w["beta"]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_header_tells_what_is_in_it() -> None:
    network = _dense()
    header, tensors = bundle.unpack(_packed(network, drawn_weights(network, 1), count=16))
    assert (header["latent_size"], header["image_shape"]) == (5, [2, 2, 2])
    assert header["values"] == [[5], [8], [2, 2, 2]]
    assert tensors[header["golden"]["latents"]].shape == (4, 5)
    # Grey in the middle of -1 … 1 is a half.
    assert (tensors[header["golden"]["images"]] == 0.5).all()
    assert all(entry["offset"] % 16 == 0 for entry in header["tensors"])


def test_the_same_network_is_the_same_file() -> None:
    network = _dense()
    weights = drawn_weights(network, 1)
    assert _packed(network, weights) == _packed(network, dict(weights))


def test_what_has_no_place_is_refused() -> None:
    network = _dense()
    weights = drawn_weights(network, 1)
    with pytest.raises(DamagedError, match="missing"):
        _packed(network, {k: v for k, v in weights.items() if not k.endswith("bias")})
    with pytest.raises(DamagedError, match="another shape"):
        _packed(network, {**weights, "00_dense/bias": np.zeros(3, np.float32)})
    odd = Network(name="generator", input_shape=(5,), layers=(Dense(units=4), MinibatchStd()))
    with pytest.raises(DamagedError, match="minibatch_std"):
        _packed(odd, drawn_weights(odd, 1))


@given(st.integers(0, 4000), st.binary(max_size=3))
def test_torn_and_foreign_files_are_refused(size: int, tail: bytes) -> None:
    network = _dense()
    whole = _packed(network, drawn_weights(network, 1))
    torn = whole[: min(size, len(whole) - 4)] + tail
    with pytest.raises(DamagedError):
        bundle.unpack(torn)
