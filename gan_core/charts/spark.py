"""A curve in the size of a word, as evidence beside a sentence (Tufte's sparkline)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.charts.palette import METRIC_DASHES, metric_colour

_WIDTH, _HEIGHT, _EDGE = 240.0, 64.0, 3.0
_DASHES = {"--": "6 3", ":": "2 3"}


@dataclass(frozen=True, eq=False)
class SparkLine:
    """One curve: its key in the metric log, its steps and its values, `None` for a gap."""

    key: str
    steps: Sequence[float]
    values: Sequence[float | None]


def spark(lines: Sequence[SparkLine], window: tuple[float, float] | None = None) -> str:
    """Curves without axes, in their own colours and dashes, as SVG.

    Args:
        lines: what to draw, on one scale.
        window: the steps that count; they are shaded.

    Returns:
        The text of the file; empty where there is nothing to draw.
    """
    drawn = [(line, _known(line)) for line in lines]
    drawn = [(line, points) for line, points in drawn if points.shape[1] > 1]
    if not drawn:
        return ""
    every = np.concatenate([points for _, points in drawn], axis=1)
    low, high = every.min(axis=1), every.max(axis=1)
    span = np.where(high > low, high - low, 1.0)

    def place(points: NDArray[np.float64]) -> NDArray[np.float64]:
        shares = (points - low[:, None]) / span[:, None]
        x = _EDGE + shares[0] * (_WIDTH - 2 * _EDGE)
        y = _HEIGHT - _EDGE - shares[1] * (_HEIGHT - 2 * _EDGE)
        return np.stack([x, y])

    shapes = [] if window is None else [_shade(place(np.array([window, (low[1], low[1])])))]
    shapes += [_path(line.key, place(points)) for line, points in drawn]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'width="{_WIDTH:g}" height="{_HEIGHT:g}">{"".join(shapes)}</svg>'
    )


def _known(line: SparkLine) -> NDArray[np.float64]:
    """The finite points of a line, `[2, N]`."""
    pairs = [(s, v) for s, v in zip(line.steps, line.values, strict=True) if v is not None]
    points = np.array(pairs, np.float64).reshape(-1, 2).T
    return points[:, np.isfinite(points).all(axis=0)]


def _shade(corners: NDArray[np.float64]) -> str:
    left, right = np.clip(corners[0], 0, _WIDTH)
    width = max(right - left, 2.0)
    return (
        f'<rect x="{left:.1f}" y="0" width="{width:.1f}" height="{_HEIGHT:g}" '
        'fill="#888" fill-opacity="0.25"/>'
    )


def _path(key: str, points: NDArray[np.float64]) -> str:
    words = " ".join(f"{x:.1f},{y:.1f}" for x, y in points.T)
    dash = _DASHES.get(METRIC_DASHES.get(key, "-"))
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{words}" fill="none" stroke="{metric_colour(key)}" '
        f'stroke-width="1.5" stroke-linejoin="round"{dashes}/>'
    )
