"""Neighbours keep their distance and their norm; grids are where they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import BadInputError
from gan_core.latent.neighbours import grid_plane, neighbours
from gan_core.latent.sampling import sample_latents, zero_latent


@given(st.integers(0, 10_000), st.integers(2, 128), st.floats(0.01, 1.99))
def test_neighbours_are_at_the_radius_and_keep_the_norm(seed: int, size: int, share: float) -> None:
    z = sample_latents(seed, 1, size)[0].astype(np.float64)
    norm = float(np.linalg.norm(z))
    radius = share * norm
    found = neighbours(z, 12, radius, seed + 1).astype(np.float64)
    assert found.shape == (12, size)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), norm, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found - z, axis=1), radius, atol=1e-5 * norm)


def test_neighbours_of_the_origin_lie_around_it() -> None:
    found = neighbours(zero_latent(64)[0], 8, 2.0, 0)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 2.0, rtol=1e-5)
    assert len(np.unique(found, axis=0)) == 8


def test_in_one_dimension_the_step_is_straight() -> None:
    assert set(neighbours([3.0], 20, 1.0, 0)[:, 0].tolist()) == {2.0, 4.0}


def test_equal_seeds_give_equal_neighbours() -> None:
    z = sample_latents(0, 1, 10)[0]
    assert np.array_equal(neighbours(z, 3, 1.0, 5), neighbours(z, 9, 1.0, 5)[:3])
    assert not np.array_equal(neighbours(z, 3, 1.0, 5), neighbours(z, 3, 1.0, 6))


@given(st.integers(1, 9), st.floats(0.1, 10))
def test_grid_has_its_middle_and_corners(size: int, extent: float) -> None:
    z, u, v = sample_latents(1, 3, 8).astype(np.float64)
    grid = grid_plane(z, u, v, extent, size).reshape(size, size, 8)
    if size % 2:
        assert np.array_equal(grid[size // 2, size // 2], z.astype(np.float32))
    if size > 1:
        np.testing.assert_allclose(grid[0, 0], z - extent * u + extent * v, atol=1e-4)
        np.testing.assert_allclose(grid[-1, -1], z + extent * u - extent * v, atol=1e-4)


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan"), float("inf")])
def test_radius_must_be_above_zero(radius: float) -> None:
    with pytest.raises(BadInputError) as caught:
        neighbours([1.0, 2.0], 3, radius, 0)
    assert caught.value.field == "radius"


@pytest.mark.parametrize(
    ("field", "u", "extent", "size"),
    [
        ("u", [1.0], 1.0, 3),
        ("extent", [1.0, 0.0], 0.0, 3),
        ("size", [1.0, 0.0], 1.0, 0),
        ("size", [1.0, 0.0], 1.0, 101),
    ],
)
def test_grid_refuses(field: str, u: list[float], extent: float, size: int) -> None:
    with pytest.raises(BadInputError) as caught:
        grid_plane([0.0, 0.0], u, [0.0, 1.0], extent, size)
    assert caught.value.field == field
