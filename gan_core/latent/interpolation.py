"""Ways between latents: straight, along the sphere, and through several points.

Latents of a high-dimensional normal distribution lie near a sphere of radius sqrt(Z). A
straight line between two of them dives inside it, to points the generator hardly ever met
while training; the spherical way stays there.

Sources: K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985 (slerp);
T. White, "Sampling generative networks", arXiv:1609.04468, 2016 (slerp for latents).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.errors import BadInputError
from gan_core.latent.sampling import Floats, check_points, check_whole
from gan_core.text import N_

Method = Literal["slerp", "linear"]

MAX_FRAMES = 10_000

_Doubles = NDArray[np.float64]

# Below this sine of the angle, float64 cannot tell in which direction b leaves a.
_SMALL_SINE = 1e-9


def lerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Floats:
    """The straight way: `(1 - t) a + t b`.

    Args:
        a, b: latents `[Z]`.
        t: a number from 0 to 1, or several `[T]`.

    Returns:
        float32 `[Z]`, or `[T, Z]`; bit for bit `a` where t is 0 and `b` where t is 1.

    Raises:
        BadInputError: shapes that do not fit, t outside 0 to 1, or numbers that are not finite.
    """
    start, end, times = _checked(a, b, t)
    return _with_exact_ends(_blend(start, end, times), start, end, times)


def slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Floats:
    """The spherical way: the direction turns at constant speed, the norm changes linearly.

    Shoemake's formula on the two directions, times the norm `(1 - t) |a| + t |b|`, so that
    points of different norm are joined smoothly. Three special cases:

    - One of the points is zero and so has no direction: the other's is kept, which is `lerp`.
    - Nearly parallel: the formula divides by sin(angle); the angle is then too small to see and
      the directions are taken as equal.
    - Opposite points: every great circle joins them. The way taken goes through the axis in
      which they are smallest, the same from either side. With Z = 1 there is no way around, and
      it is `lerp`.

    Arguments, result and errors are those of `lerp`.
    """
    start, end, times = _checked(a, b, t)
    from_norm, to_norm = _norm(start), _norm(end)
    if from_norm == 0 or to_norm == 0 or start.size == 1:
        return lerp(start, end, times)
    direction, target = start / from_norm, end / to_norm
    # Kahan's angle: exact to the last digits near 0 and pi, where arccos of the dot is not.
    angle = 2.0 * np.arctan2(_norm(direction - target), _norm(direction + target))
    side = _side_direction(direction, target)
    turned = np.multiply.outer(np.cos(times * angle), direction)
    turned += np.multiply.outer(np.sin(times * angle), side)
    norms = (1.0 - times) * from_norm + times * to_norm
    return _with_exact_ends(norms[..., np.newaxis] * turned, start, end, times)


def walk(
    points: ArrayLike, num_frames: int, method: Method = "slerp", closed: bool = True
) -> Floats:
    """Go through all points, in order, in `num_frames` frames in all.

    Every point is itself a frame, bit for bit. Where the frames cannot be shared out equally,
    the legs differ by one frame.

    Args:
        points: `[P, Z]`, two or more.
        num_frames: at least P, at least 2, at most 10 000.
        method: "slerp" or "linear".
        closed: go back to the first point, and leave it to the repetition to show it again: a
            loop played for ever then never stands still. Otherwise the last frame is the last
            point.

    Returns:
        float32 `[num_frames, Z]`.

    Raises:
        BadInputError: too few points or frames, an unknown method; `field` names it.
    """
    stops = np.asarray(points, np.float32)
    check_points("points", stops, 2)
    _check_walk(len(stops), num_frames, method)
    join = slerp if method == "slerp" else lerp
    num_legs = len(stops) if closed else len(stops) - 1
    num_steps = num_frames if closed else num_frames - 1
    arrivals = [leg * num_steps // num_legs for leg in range(num_legs + 1)]
    frames = np.empty((num_frames, stops.shape[1]), np.float32)
    frames[-1] = stops[-1]
    for leg in range(num_legs):
        first, last = arrivals[leg], arrivals[leg + 1]
        times = np.arange(last - first) / (last - first)
        frames[first:last] = join(stops[leg], stops[(leg + 1) % len(stops)], times)
    return frames


def _check_walk(num_points: int, num_frames: int, method: str) -> None:
    if num_points < 2:
        raise BadInputError(
            N_("A walk needs at least 2 points; given {given}."), field="points", given=num_points
        )
    if method not in ("slerp", "linear"):
        raise BadInputError(
            N_("The method must be slerp or linear; given {given}."), field="method", given=method
        )
    check_whole("num_frames", num_frames, num_points, MAX_FRAMES)


def _checked(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> tuple[_Doubles, _Doubles, _Doubles]:
    start, end = np.asarray(a, np.float32), np.asarray(b, np.float32)
    times = np.asarray(t, np.float64)
    check_points("a", start, 1)
    check_points("b", end, 1)
    if start.shape != end.shape:
        raise BadInputError(
            N_("Both points must have the same size; given {first} and {second}."),
            field="b",
            first=start.size,
            second=end.size,
        )
    if times.ndim > 1 or not ((times >= 0) & (times <= 1)).all():
        raise BadInputError(N_("t must be a number, or several, from 0 to 1."), field="t")
    return start.astype(np.float64), end.astype(np.float64), times


def _blend(start: _Doubles, end: _Doubles, times: _Doubles) -> _Doubles:
    return np.multiply.outer(1.0 - times, start) + np.multiply.outer(times, end)


def _with_exact_ends(path: _Doubles, start: _Doubles, end: _Doubles, times: _Doubles) -> Floats:
    """As float32, with `start` and `end` themselves where t is 0 and 1."""
    at = times[..., np.newaxis]
    return np.where(at == 0, start, np.where(at == 1, end, path)).astype(np.float32)


def _side_direction(direction: _Doubles, target: _Doubles) -> _Doubles:
    """The unit vector at right angles to `direction`, on the way to `target`."""
    side = target - (target @ direction) * direction
    if _norm(side) < _SMALL_SINE:
        axis = np.argmin(np.abs(direction))
        side = -direction[axis] * direction
        side[axis] += 1.0
    side /= _norm(side)
    return side


def _norm(vector: _Doubles) -> float:
    return float(np.linalg.norm(vector))
