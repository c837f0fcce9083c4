"""Outlines of the shapes as signed distances: negative inside, positive outside.

Every function takes coordinates `[...]` (x to the right, y down) in which the upright shape is
centred and 2 high, and returns the distance to its outline in the same unit, float32 `[...]`:
exact along edges, close enough near corners. After Quilez, "2D distance functions".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def ellipse(x: Plane, y: Plane) -> Plane:
    """Upright, 1.1 wide: implicit function over its gradient, exact to first order."""
    across, up = x / np.float32(0.55), y
    radius = np.hypot(across, up)
    slope = np.hypot(across / np.float32(0.55), up)
    distance: Plane = (radius - 1) * radius / np.maximum(slope, np.float32(1e-6))
    return distance


def rectangle(x: Plane, y: Plane) -> Plane:
    """Upright, 1.1 wide."""
    distance: Plane = np.maximum(np.abs(x) - np.float32(0.55), np.abs(y) - 1)
    return distance


def triangle(x: Plane, y: Plane) -> Plane:
    """Pointing up, 1.5 wide."""
    return _tip(x, y, top=-1.0, bottom=1.0, half_width=0.75)


def arrow(x: Plane, y: Plane) -> Plane:
    """Pointing up: a head 1.3 wide on a shaft 0.5 wide."""
    head = _tip(x, y, top=-1.0, bottom=0.1, half_width=0.65)
    shaft = np.maximum(np.abs(x) - np.float32(0.25), np.abs(y - np.float32(0.5)) - np.float32(0.5))
    distance: Plane = np.minimum(head, shaft)
    return distance


def heart(x: Plane, y: Plane) -> Plane:
    """A square on its corner with a half disc on either upper side, 2 high."""
    # With sides of length 2r the corner lies 2√2 r below the notch, and the half discs'
    # centres a quarter of that below it; they rise r above their centres.
    radius = 2 / (1 + 1.5 * math.sqrt(2))
    side = radius * math.sqrt(2)  # half of the square's diagonal
    middle = np.float32(1 - side)
    diamond = (np.abs(x) + np.abs(y - middle)) / np.float32(math.sqrt(2)) - np.float32(radius)
    lobes = np.hypot(np.abs(x) - np.float32(side / 2), y - np.float32(1 - 1.5 * side)) - np.float32(
        radius
    )
    distance: Plane = np.minimum(diamond, lobes)
    return distance


def _tip(x: Plane, y: Plane, *, top: float, bottom: float, half_width: float) -> Plane:
    """An isosceles triangle with its apex at `top`: the farther of slanted side and base."""
    height = bottom - top
    length = math.hypot(height, half_width)
    slanted = np.abs(x) * np.float32(height / length) - (y - np.float32(top)) * np.float32(
        half_width / length
    )
    distance: Plane = np.maximum(slanted, y - np.float32(bottom))
    return distance


OUTLINES: Mapping[str, Callable[[Plane, Plane], Plane]] = {
    "ellipse": ellipse,
    "rectangle": rectangle,
    "triangle": triangle,
    "arrow": arrow,
    "heart": heart,
}
