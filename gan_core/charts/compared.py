"""One curve of several runs as a picture: a line for each run, in its own colour and dashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.charts.figures import Format, blank, label, legend, saved
from gan_core.charts.palette import RUN_COLOURS, RUN_DASHES
from gan_core.charts.reduce import reduce_series

MAX_POINTS = 2000
_FEW_POINTS = 60  # each of which then has a dot


@dataclass(frozen=True, eq=False)
class RunLine:
    """A run's curve.

    Attributes:
        name: what the legend calls the run.
        x, y: float64 `[N]`; NaN where nothing was measured.
        low, high: the interval of each value, where there is one.
    """

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None


def compared_figure(
    lines: Sequence[RunLine],
    *,
    title: str,
    x_label: str,
    y_label: str,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw the curves over one axis, in the colours of the runs' letters.

    Args:
        lines: of the runs in the order of their letters; one without points is left out.
        title, x_label, y_label: words, already translated.
        format: "png" (960 × 600 pixels) or "svg".

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    figure, (axes,) = blank()
    for i, line in enumerate(lines):
        if len(line.x) == 0:
            continue
        colour, dash = RUN_COLOURS[i % len(RUN_COLOURS)], RUN_DASHES[i % len(RUN_DASHES)]
        if line.low is not None and line.high is not None:
            axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.18, linewidth=0)
        x, y = reduce_series(line.x, line.y, MAX_POINTS)
        axes.plot(
            x,
            np.ma.masked_invalid(y),
            color=colour,
            linestyle=(0, dash) if dash else "-",
            linewidth=1.4,
            marker="o" if len(x) <= _FEW_POINTS else None,
            markersize=3,
            label=line.name,
        )
    label(axes, title=title, x=x_label, y=y_label)
    axes.grid(alpha=0.25)
    legend(axes)
    return saved(figure, format)
