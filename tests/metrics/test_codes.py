"""The figures of codes: by formula, by drawing, and on an encoder whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_core.metrics import codes


def test_kl_a_dimension_by_drawing() -> None:
    """KL is the mean of log q − log p over draws of q."""
    mean, log_variance = np.array([0.7, -0.4, 0.0]), np.array([-1.0, 0.5, 0.0])
    draws = np.random.default_rng(0).normal(mean, np.exp(log_variance / 2), (400_000, 3))
    log_q = -0.5 * ((draws - mean) ** 2 / np.exp(log_variance) + log_variance)
    drawn = (log_q + 0.5 * draws**2).mean(axis=0)
    found = codes.figures(np.array([10.0]), mean[None], log_variance[None])
    np.testing.assert_allclose(found.kl_dims, drawn, atol=0.01)
    assert found.kl == pytest.approx(sum(found.kl_dims))
    assert found.kl_dims[2] == 0
    assert found.reconstruction == 10
    assert found.evidence_bound == pytest.approx(-10 - sum(found.kl_dims))


def test_a_dimension_is_active_that_moves_with_the_image() -> None:
    rng = np.random.default_rng(1)
    means = rng.standard_normal((5000, 4)) * [1.0, 0.2, 0.05, 0.0] + [0, 0, 0, 3.0]
    found = codes.figures(np.ones(5000), means, np.zeros((5000, 4)))
    assert found.num_active == 2  # variances 1, 0.04, 0.0025 and 0, about a mean of 3


def test_a_plain_autoencoder_has_reconstruction_alone() -> None:
    found = codes.figures(np.array([3.0, 5.0]), np.ones((2, 2)))
    assert found.reconstruction == 4
    assert (found.evidence_bound, found.kl, found.kl_dims, found.num_active) == (
        None,
        None,
        (),
        None,
    )


def test_cross_entropies_of_single_images() -> None:
    rng = np.random.default_rng(0)
    pixels, decoded = rng.random((2, 3, 4, 5, 1))
    by_hand = -(pixels * np.log(decoded) + (1 - pixels) * np.log(1 - decoded)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(codes.cross_entropies(pixels, decoded), by_hand)
    ones = np.ones((1, 2, 2, 1))
    assert codes.cross_entropies(ones, ones)[0] == pytest.approx(0, abs=1e-5)
    assert np.isfinite(codes.cross_entropies(ones, 0 * ones)).all()


def _halves(latents: NDArray[np.float32]) -> NDArray[np.float32]:
    """A decoder that gives every pixel its latent's sign as a probability."""
    return np.where(latents > 0, np.float32(0.75), np.float32(0.25))[:, None, :, None]


def test_images_are_rebuilt_from_codes_that_are_drawn() -> None:
    pixels = np.ones((600, 1, 2, 1), np.float32)

    def sure(part: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.tile(np.array([1, 1, -20, -20], np.float32), (len(part), 1))

    def unsure(part: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros((len(part), 4), np.float32)

    found = codes.measured(pixels, sure, _halves, latent_size=2)
    assert found.reconstruction == pytest.approx(-2 * np.log(0.75), rel=1e-5)
    found = codes.measured(pixels, unsure, _halves, latent_size=2)
    assert found.reconstruction == pytest.approx(-np.log(0.75) - np.log(0.25), rel=0.05)
    assert found.kl == 0
    plain = codes.measured(pixels, lambda part: sure(part)[:, :2], _halves, latent_size=2)
    assert plain.kl is None
    assert plain.reconstruction == pytest.approx(-2 * np.log(0.75), rel=1e-5)
