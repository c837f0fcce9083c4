"""The laws of the ways between latents."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from numpy.typing import NDArray

from gan_core.errors import BadInputError
from gan_core.latent.interpolation import Method, lerp, slerp, walk
from gan_core.latent.sampling import sample_latents

Floats = NDArray[np.float32]

_numbers = st.floats(-1e3, 1e3, width=32)
_times = st.floats(0, 1)


def _vectors(size: int) -> st.SearchStrategy[Floats]:
    return st_np.arrays(np.float32, size, elements=_numbers)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Floats, Floats]:
    size = draw(st.integers(1, 12))
    return draw(_vectors(size)), draw(_vectors(size))


seeds = st.integers(0, 10_000)
sizes = st.integers(2, 128)


def _angle(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return float(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b)))


@given(pairs())
@pytest.mark.parametrize("join", [lerp, slerp])
def test_ends_are_exact(join: object, pair: tuple[Floats, Floats]) -> None:
    assert callable(join)
    a, b = pair
    path = join(a, b, [0.0, 0.5, 1.0])
    assert path.dtype == np.float32
    # Adding 0 makes -0 and 0 the same number; every other bit is compared.
    assert (path[0] + 0).tobytes() == (a + 0).tobytes()
    assert (path[2] + 0).tobytes() == (b + 0).tobytes()
    assert np.array_equal(join(a, b, 0.5), path[1])


@given(seeds, sizes, _times)
def test_slerp_is_the_same_from_either_side(seed: int, size: int, t: float) -> None:
    a, b = sample_latents(seed, 2, size)
    there, back = slerp(a, b, t), slerp(b, a, 1 - t)
    np.testing.assert_allclose(there, back, rtol=0, atol=1e-5 * np.sqrt(size))


@given(pairs(), st.floats(0, 1))
def test_slerp_norm_is_linear_in_t(pair: tuple[Floats, Floats], t: float) -> None:
    a, b = (p.astype(np.float64) for p in pair)
    from_norm, to_norm = np.linalg.norm(a), np.linalg.norm(b)
    assume(len(a) > 1 and from_norm > 1e-3 and to_norm > 1e-3)
    expected = (1 - t) * from_norm + t * to_norm
    assert np.linalg.norm(slerp(a, b, t).astype(np.float64)) == pytest.approx(expected, rel=1e-5)


@given(seeds, sizes)
def test_slerp_turns_at_constant_speed(seed: int, size: int) -> None:
    a, b = sample_latents(seed, 2, size).astype(np.float64)
    path = slerp(a, b, np.linspace(0, 1, 9)).astype(np.float64)
    turns = [_angle(p, q) for p, q in itertools.pairwise(path)]
    np.testing.assert_allclose(turns, _angle(a, b) / 8, rtol=0, atol=1e-5)


@given(seeds, sizes, _times)
def test_slerp_of_opposite_points_stays_on_the_sphere(seed: int, size: int, t: float) -> None:
    a = sample_latents(seed, 1, size)[0]
    there, back = slerp(a, -a, t), slerp(-a, a, 1 - t)
    assert np.linalg.norm(there) == pytest.approx(np.linalg.norm(a), rel=1e-5)
    np.testing.assert_allclose(there, back, rtol=0, atol=1e-5 * np.sqrt(size))


@given(seeds, sizes, _times, st.floats(0, 1e-7))
def test_slerp_of_nearly_parallel_points_is_lerp(
    seed: int, size: int, t: float, off: float
) -> None:
    a, side = sample_latents(seed, 2, size).astype(np.float64)
    b = 2 * a + off * side
    np.testing.assert_allclose(slerp(a, b, t), lerp(a, b, t), rtol=0, atol=1e-5 * np.sqrt(size))


@given(seeds, sizes, _times)
def test_slerp_from_zero_is_lerp(seed: int, size: int, t: float) -> None:
    a, zero = sample_latents(seed, 1, size)[0], np.zeros(size, np.float32)
    assert np.array_equal(slerp(zero, a, t), lerp(zero, a, t))
    assert np.array_equal(slerp(a, zero, t), lerp(a, zero, t))


def test_slerp_quarter_circle() -> None:
    half = np.sqrt(0.5)
    np.testing.assert_allclose(slerp([1, 0], [0, 1], 0.5), [half, half], rtol=1e-6)


def test_one_dimension_goes_straight() -> None:
    assert slerp([1.0], [-1.0], 0.5).tolist() == [0.0]


@given(seeds, st.integers(2, 6), st.integers(0, 40), st.booleans(), st.booleans())
def test_walk_has_n_frames_and_meets_every_point_in_order(
    seed: int, num_points: int, extra: int, closed: bool, straight: bool
) -> None:
    points = sample_latents(seed, num_points, 16)
    method: Method = "linear" if straight else "slerp"
    frames = walk(points, num_points + extra, method, closed)
    assert frames.shape == (num_points + extra, 16)
    assert frames.dtype == np.float32
    met = [int(np.flatnonzero((frames == point).all(axis=1))[0]) for point in points]
    assert met == sorted(met)
    assert met[0] == 0
    if not closed:
        assert met[-1] == len(frames) - 1
    gaps = np.diff([*met, len(frames)] if closed else met)
    assert gaps.max() - gaps.min() <= 1


@given(seeds, st.integers(2, 6), st.integers(2, 12))
def test_closed_walk_closes_with_one_ordinary_step(seed: int, num_points: int, leg: int) -> None:
    points = sample_latents(seed, num_points, 16).astype(np.float64)
    frames = walk(points, num_points * leg).astype(np.float64)
    assert not np.array_equal(frames[0], frames[-1])
    closing = _angle(frames[-1], frames[0])
    assert closing == pytest.approx(_angle(points[-1], points[0]) / leg, abs=1e-5)


def test_two_points_there_and_back() -> None:
    frames = walk([[0.0], [1.0]], 4, "linear")
    assert frames.tolist() == [[0.0], [0.5], [1.0], [0.5]]
    assert walk([[0.0], [1.0]], 3, "linear", closed=False).tolist() == [[0.0], [0.5], [1.0]]


@pytest.mark.parametrize(
    ("field", "num_points", "num_frames", "method"),
    [
        ("num_frames", 3, 2, "slerp"),
        ("num_frames", 2, 1, "slerp"),
        ("num_frames", 2, 10_001, "slerp"),
        ("points", 1, 10, "slerp"),
        ("points", 0, 10, "slerp"),
        ("method", 2, 10, "cubic"),
    ],
)
def test_walk_refuses(field: str, num_points: int, num_frames: int, method: Method) -> None:
    points = np.ones((num_points, 4), np.float32)
    with pytest.raises(BadInputError) as caught:
        walk(points, num_frames, method)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "a", "b", "t"),
    [
        ("a", [[1.0]], [1.0], 0.5),
        ("b", [1.0], [1.0, 2.0], 0.5),
        ("b", [1.0], [float("nan")], 0.5),
        ("t", [1.0], [1.0], 1.5),
        ("t", [1.0], [1.0], float("nan")),
        ("t", [1.0], [1.0], [[0.5]]),
    ],
)
def test_bad_ways_are_refused(field: str, a: list[float], b: list[float], t: float) -> None:
    for join in (lerp, slerp):
        with pytest.raises(BadInputError) as caught:
            join(a, b, t)
        assert caught.value.field == field
