"""Codes as points of a plane: where the plane lies, how far it is drawn, where it is empty.

With two latents the plane is the latent space itself. With more, it is the plane through the
middle of the codes along their first two principal directions: of all flat pictures of the cloud
the one that keeps most of its spread, and every point of it is still a latent to decode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import BadInputError
from gan_core.latent.quantiles import quantiles
from gan_core.latent.sampling import Floats
from gan_core.text import N_

_MAX_ROWS = 1000  # of the codes that the principal directions are found from
_CUT = 0.002  # the share at each end of an axis that may lie outside the drawing
_MARGIN = 0.06  # of an axis, on each side
_INNER = 0.99  # the share of the codes whose hull is asked for holes
_CODES_PER_CELL = 25  # on average, over the whole square; at the hull's rim it is a few
_CELLS = (6, 24)  # fewest and most, along each side


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in latent space.

    Attributes:
        origin: the latent at (0, 0), float32 `[Z]`.
        axes: one step to the right and one step up, float32 `[2, Z]`: of length 1 and
            perpendicular, save that a space of one dimension has no second.
    """

    origin: Floats
    axes: Floats

    def points(self, codes: Floats) -> Floats:
        """Where codes `[N, Z]` stand on the plane, float32 `[N, 2]`."""
        return np.asarray((codes - self.origin) @ self.axes.T, np.float32)

    def latents(self, points: Floats) -> Floats:
        """The latents `[N, Z]` at points `[N, 2]` of the plane."""
        return np.asarray(self.origin + points @ self.axes, np.float32)


@dataclass(frozen=True)
class Limits:
    """What part of a plane is drawn, in its own units."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def size(self) -> NDArray[np.float64]:
        """Width and height."""
        return np.array([self.right - self.left, self.top - self.bottom])


@dataclass(frozen=True, eq=False)
class Holes:
    """Where a cloud is empty although there are codes around.

    Attributes:
        cell: width and height of a cell of the grid that was looked at.
        cells: the middles of the empty cells, float32 `[M, 2]`, the emptiest first.
        spots: the middles of the largest holes, float32 `[K, 2]`, apart from each other.
        share: empty cells among all cells within the cloud, 0 to 1.
    """

    cell: tuple[float, float]
    cells: Floats
    spots: Floats
    share: float


def plane_of(codes: Floats) -> Plane:
    """The plane that shows codes best.

    Args:
        codes: float32 `[N, Z]`, N at least 1.

    Raises:
        BadInputError: codes that are not finite.
    """
    if not np.isfinite(codes).all():
        raise BadInputError(
            N_("the encoder answers with numbers that are not finite: training went astray."),
            N_("Choose an earlier snapshot."),
            field="step",
        )
    size = codes.shape[1]
    if size <= 2:
        return Plane(np.zeros(size, np.float32), np.eye(2, size, dtype=np.float32))
    origin = codes.mean(axis=0)
    return Plane(origin, _principal_axes(codes - origin))


def limits_of(points: Floats) -> Limits:
    """How far to draw so that nearly all points are in the picture, whatever a few strays do."""
    known = points.astype(np.float64)
    low = np.quantile(known, _CUT, axis=0, method="lower")
    high = np.quantile(known, 1 - _CUT, axis=0, method="higher")
    # All in one place, or in a line: some width is needed to draw anything.
    flat = high - low < 1e-6 * np.maximum(1.0, np.abs(high))
    low, high = np.where(flat, low - 1, low), np.where(flat, high + 1, high)
    margin = _MARGIN * (high - low)
    (left, bottom), (right, top) = low - margin, high + margin
    return Limits(float(left), float(right), float(bottom), float(top))


def manifold_axes(points: Floats, num: int, *, normal: bool) -> tuple[Floats, Floats]:
    """Where the columns and rows of the manifold's sheet lie, both rising, float32 `[num]`.

    They are quantiles of the normal distribution, so that each image stands for an equal share of
    it: of N(0, 1) where the codes were trained to follow it (`normal`), else of one with the
    middle and the spread of the cloud `points` `[N, 2]` along each axis.
    """
    steps = quantiles(num)
    if normal:
        return steps, steps
    middle, spread = points.mean(axis=0), points.std(axis=0)
    return middle[0] + spread[0] * steps, middle[1] + spread[1] * steps


def manifold_points(across: Floats, up: Floats) -> Floats:
    """The points of the sheet, float32 `[rows * columns, 2]`: rows from the top."""
    x, y = np.meshgrid(across, up[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def find_holes(points: Floats, limits: Limits, num_spots: int = 8) -> Holes:
    """Cells of the drawing that hold no code although they lie within the cloud.

    The cloud is the convex hull of the inner 99 % of the codes; a cell lies within where its
    middle does. The cells are so large that even at the rim of a normal cloud one holds a few
    codes on average: what is empty then is so by its making, not by chance.

    Args:
        points: float32 `[N, 2]`.
        limits: what is drawn.
        num_spots: how many places to name, at most.
    """
    num = int(np.clip(np.sqrt(len(points) / _CODES_PER_CELL), *_CELLS))
    corner, cell = np.array([limits.left, limits.bottom]), limits.size / num
    index = np.floor((points - corner) / cell).astype(int)
    inside = ((index >= 0) & (index < num)).all(axis=1)
    taken = np.zeros((num, num), bool)
    taken[index[inside, 0], index[inside, 1]] = True
    columns, rows = np.meshgrid(np.arange(num), np.arange(num), indexing="ij")
    middles = corner + (np.stack([columns, rows], axis=-1) + 0.5) * cell
    within = _in_hull(middles.reshape(-1, 2), convex_hull(_inner(points))).reshape(num, num)
    empty = middles[within & ~taken]
    depth = _distances(empty / cell, points / cell)
    empty = empty[np.argsort(-depth, kind="stable")]
    return Holes(
        cell=(float(cell[0]), float(cell[1])),
        cells=empty.astype(np.float32),
        spots=_apart(empty, cell, num_spots).astype(np.float32),
        share=len(empty) / max(1, int(within.sum())),
    )


def convex_hull(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """The corners of the convex hull of `[N, 2]`, counter-clockwise, `[K, 2]`.

    A. M. Andrew, "Another efficient algorithm for convex hulls in two dimensions", 1979. Points
    in a line give its two ends, equal points give one.
    """
    rising = np.unique(points.astype(np.float64), axis=0)
    if len(rising) < 3:
        return rising
    lower, upper = _chain(rising), _chain(rising[::-1])
    return np.array(lower[:-1] + upper[:-1])


def _chain(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The part of the hull on the right-hand side of a walk through sorted points."""
    chain: list[NDArray[np.float64]] = []
    for point in points:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> float:
    """Above 0 where the way from a over b to c turns left."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _in_hull(points: NDArray[np.float64], hull: NDArray[np.float64]) -> NDArray[np.bool_]:
    if len(hull) < 3:
        return np.zeros(len(points), bool)
    sides = np.roll(hull, -1, axis=0) - hull
    away = points[:, None, :] - hull
    is_left = sides[:, 0] * away[..., 1] >= sides[:, 1] * away[..., 0]
    return np.asarray(is_left.all(axis=1), np.bool_)


def _inner(points: Floats) -> Floats:
    """The points without the few that lie farthest out, measured in spreads of each axis."""
    spread = points.std(axis=0)
    away = np.linalg.norm((points - points.mean(axis=0)) / np.where(spread > 0, spread, 1), axis=1)
    kept: Floats = points[away <= np.quantile(away, _INNER)]
    return kept


def _distances(places: NDArray[np.float64], points: NDArray[np.floating]) -> NDArray[np.float64]:
    """From each place `[M, 2]` to its nearest point `[N, 2]`."""
    return np.array([np.hypot(*(points - place).T).min() for place in places])


def _apart(places: NDArray[np.float64], cell: NDArray[np.float64], num: int) -> NDArray[np.float64]:
    """The first places, in their order, that keep three cells between them."""
    chosen: list[NDArray[np.float64]] = []
    for place in places:
        if len(chosen) < num and all(np.hypot(*((place - c) / cell)) > 3 for c in chosen):
            chosen.append(place)
    return np.array(chosen).reshape(-1, 2)


def _principal_axes(centred: Floats) -> Floats:
    """The two directions `[2, Z]` of the largest spread of codes `[N, Z]` around 0."""
    stride = -(-len(centred) // _MAX_ROWS)
    axes = np.linalg.svd(centred[::stride], full_matrices=len(centred) < 2)[2][:2]
    # A direction is as good as its opposite: the choice must not change between snapshots.
    strongest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    signed: Floats = (axes * np.where(strongest < 0, -1, 1)).astype(np.float32)
    return signed
