"""Directions that a generator has by itself: principal ones, and those of its first layer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import BadInputError
from gan_core.latent.factorisation import first_layer_directions
from gan_core.latent.principal import even_latents, principal_directions

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 40), st.integers(0, 1000))


def kernel_of(shape: tuple[int, int, int]) -> np.ndarray:
    """A random first layer `[Z, D]` whose singular values are well apart."""
    size, width, seed = shape
    rng = np.random.default_rng(seed)
    left = np.linalg.qr(rng.standard_normal((size, size)))[0]
    right = np.linalg.qr(rng.standard_normal((width, width)))[0]
    num = min(size, width)
    return (left[:, :num] * 0.7 ** np.arange(num)) @ right[:num]


@given(SHAPES)
def test_the_axes_of_a_linear_generator_are_its_principal_directions(
    shape: tuple[int, int, int],
) -> None:
    kernel = kernel_of(shape)
    left, lengths, _ = np.linalg.svd(kernel, full_matrices=False)
    latents = even_latents(shape[0])
    found = principal_directions(latents, latents @ kernel + 3.0, count=4)
    num = min(4, *kernel.shape)
    assert found.vectors.shape == (num, shape[0])
    cosines = np.abs((found.vectors * left[:, :num].T).sum(axis=1))
    np.testing.assert_allclose(cosines, 1.0, atol=1e-5)
    np.testing.assert_allclose(found.shares, (lengths**2 / (lengths**2).sum())[:num], atol=1e-6)


@given(SHAPES)
def test_factorisation_is_the_singular_value_decomposition(shape: tuple[int, int, int]) -> None:
    kernel = kernel_of(shape)
    left, lengths, _ = np.linalg.svd(kernel, full_matrices=False)
    found = first_layer_directions(kernel)
    num = min(10, *kernel.shape)
    cosines = np.abs((found.vectors * left[:, :num].T).sum(axis=1))
    np.testing.assert_allclose(cosines, 1.0, atol=1e-6)
    np.testing.assert_allclose(found.shares, (lengths**2 / (lengths**2).sum())[:num], atol=1e-9)


@given(SHAPES)
def test_vectors_have_length_one_and_one_sign(shape: tuple[int, int, int]) -> None:
    kernel = kernel_of(shape)
    latents = even_latents(shape[0])
    for found, mirrored in (
        (first_layer_directions(kernel), first_layer_directions(-kernel)),
        (
            principal_directions(latents, latents @ kernel),
            principal_directions(latents, -latents @ kernel),
        ),
    ):
        np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0)
        assert (found.vectors.max(axis=1) >= -found.vectors.min(axis=1)).all()
        np.testing.assert_allclose(found.vectors, mirrored.vectors, atol=1e-6)
        assert (np.diff(found.shares) <= 1e-9).all()
        assert 0.0 <= found.shares.sum() <= 1.0 + 1e-9


@pytest.mark.parametrize("size", [1, 3, 100])
def test_even_latents_are_even(size: int) -> None:
    latents = even_latents(size)
    np.testing.assert_allclose(latents.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(latents.T @ latents / len(latents), np.eye(size), atol=1e-10)
    np.testing.assert_array_equal(latents, even_latents(size))


def test_behind_an_activation_the_longest_axis_still_leads() -> None:
    rng = np.random.default_rng(3)
    kernel = rng.standard_normal((8, 60)) * np.array([9, 4, 1, 1, 1, 1, 1, 1])[:, np.newaxis]
    latents = even_latents(8)
    found = principal_directions(latents, np.maximum(latents @ kernel, 0.0))
    assert abs(found.vectors[0, 0]) > 0.95


def test_what_no_direction_moves_is_left_out() -> None:
    latents = even_latents(2)
    features = np.stack([5.0 * np.abs(latents[:, 0]), latents[:, 1]], axis=1)
    found = principal_directions(latents, features)
    assert len(found.vectors) == 1
    assert found.vectors[0, 1] > 0.99


def test_a_generator_that_answers_always_alike_has_none() -> None:
    latents = even_latents(3)
    assert len(principal_directions(latents, np.ones((len(latents), 5))).vectors) == 0
    assert len(first_layer_directions(np.zeros((3, 5))).vectors) == 0


def test_refusals() -> None:
    latents = even_latents(3)
    with pytest.raises(BadInputError):
        principal_directions(latents, np.zeros((4, 5)))
    with pytest.raises(BadInputError):
        principal_directions(latents, np.full((len(latents), 2), np.nan))
    with pytest.raises(BadInputError):
        first_layer_directions(np.full((3, 5), np.inf))
    with pytest.raises(BadInputError, match="2000"):
        even_latents(5000)
