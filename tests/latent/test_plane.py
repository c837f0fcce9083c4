"""The plane of codes: what it shows, how far it reaches, where it is empty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_core.errors import BadInputError
from gan_core.latent.plane import (
    Limits,
    convex_hull,
    find_holes,
    limits_of,
    manifold_axes,
    manifold_points,
    plane_of,
)
from gan_core.latent.quantiles import quantile_grid

POINTS = arrays(
    np.float32, st.tuples(st.integers(1, 60), st.just(2)), elements=st.floats(-8, 8, width=32)
)


def normal(num: int, size: int = 2, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((num, size)).astype(np.float32)


def test_two_latents_are_their_own_plane() -> None:
    codes = normal(50)
    plane = plane_of(codes)
    np.testing.assert_array_equal(plane.points(codes), codes)
    np.testing.assert_array_equal(plane.latents(codes), codes)


def test_one_latent_lies_on_a_line() -> None:
    codes = normal(50, 1)
    points = plane_of(codes).points(codes)
    np.testing.assert_array_equal(points[:, :1], codes)
    assert not points[:, 1].any()
    np.testing.assert_array_equal(plane_of(codes).latents(points), codes)


@given(st.integers(3, 40), st.integers(1, 80), st.integers(0, 2**16))
def test_any_point_of_the_plane_is_found_again(size: int, num: int, seed: int) -> None:
    plane = plane_of(normal(num, size, seed))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)
    points = normal(9, seed=seed)
    np.testing.assert_allclose(plane.points(plane.latents(points)), points, atol=1e-4)


def test_more_latents_are_seen_from_where_they_spread_most() -> None:
    rng = np.random.default_rng(3)
    flat = rng.standard_normal((4000, 2)) * [9, 4]
    turn = np.linalg.qr(rng.standard_normal((20, 20)))[0]
    thick = np.concatenate([flat, 0.1 * rng.standard_normal((4000, 18))], axis=1)
    codes = (thick @ turn + 5).astype(np.float32)
    plane = plane_of(codes)
    points = plane.points(codes)
    np.testing.assert_allclose(points.std(axis=0), [9, 4], rtol=0.05)
    np.testing.assert_allclose(plane.latents(points), codes, atol=0.6)
    assert plane.axes[0][np.abs(plane.axes[0]).argmax()] > 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_codes_gone_astray_are_said(bad: float) -> None:
    codes = normal(9)
    codes[4, 1] = bad
    with pytest.raises(BadInputError, match="astray"):
        plane_of(codes)


def test_a_few_strays_do_not_move_the_limits() -> None:
    points = normal(10_000)
    points[:10] = 1e6
    limits = limits_of(points)
    assert -4 < limits.left < -2
    assert 2 < limits.top < 4


@given(POINTS)
def test_limits_have_room_and_a_size(points: np.ndarray) -> None:
    limits = limits_of(points)
    assert (limits.size > 0).all()
    if len(points) < 400:
        # So few that no share of them is cut.
        assert (points.min(axis=0) > [limits.left, limits.bottom]).all()
        assert (points.max(axis=0) < [limits.right, limits.top]).all()


@given(POINTS)
def test_the_hull_holds_every_point(points: np.ndarray) -> None:
    hull = convex_hull(points)
    assert {tuple(corner) for corner in hull} <= {tuple(p) for p in points.astype(float)}
    for start, end in zip(hull, np.roll(hull, -1, axis=0), strict=True):
        side, away = end - start, points - start
        assert (side[0] * away[:, 1] - side[1] * away[:, 0] >= -1e-9).all()


def test_a_normal_cloud_has_hardly_a_hole() -> None:
    for seed in range(3):
        points = normal(10_000, seed=seed)
        assert find_holes(points, limits_of(points)).share < 0.02


def test_a_ring_has_its_hole_in_the_middle() -> None:
    points = normal(10_000)
    points = points[np.hypot(*points.T) > 1.2]
    holes = find_holes(points, limits_of(points))
    assert holes.share > 0.05
    assert np.hypot(*holes.spots[0]) < 0.4, "the emptiest place comes first"
    inner = holes.cells[np.hypot(*holes.cells.T) < 2]
    assert (np.hypot(*inner.T) < 1.5).all()
    nearest = [np.hypot(*(points - cell).T).min() for cell in holes.cells]
    np.testing.assert_array_less(0.0, nearest)


@given(POINTS)
def test_no_hole_holds_a_code(points: np.ndarray) -> None:
    limits = limits_of(points)
    holes = find_holes(points, limits)
    assert 0 <= holes.share <= 1
    half = np.array(holes.cell) / 2
    for cell in holes.cells:
        assert not (np.abs(points - cell) < half * 0.999).all(axis=1).any()
    spots = {tuple(spot) for spot in holes.spots}
    assert spots <= {tuple(cell) for cell in holes.cells}


def test_spots_keep_apart() -> None:
    heaps = [normal(500) + np.array(middle) for middle in ([20, 0], [0, 0], [0, 20])]
    points = np.concatenate(heaps)
    holes = find_holes(points.astype(np.float32), Limits(-5, 25, -5, 25))
    cell = np.array(holes.cell)
    assert 1 < len(holes.spots) <= 8
    for i, spot in enumerate(holes.spots):
        for other in holes.spots[:i]:
            assert np.hypot(*((spot - other) / cell)) > 3


def test_the_manifold_of_a_normal_latent_is_the_quantile_grid() -> None:
    across, up = manifold_axes(normal(10), 15, normal=True)
    np.testing.assert_array_equal(manifold_points(across, up), quantile_grid(15))


def test_the_manifold_of_any_other_cloud_follows_its_middle_and_spread() -> None:
    points = normal(10_000) * [3, 0.5] + [7, -2]
    across, up = manifold_axes(points.astype(np.float32), 15, normal=False)
    assert (np.diff(across) > 0).all()
    np.testing.assert_allclose(across[7], 7, atol=0.2)
    np.testing.assert_allclose(across[-1] - across[7], 3 * 1.834, rtol=0.05)
    np.testing.assert_allclose(up[-1] - up[7], 0.5 * 1.834, rtol=0.05)
