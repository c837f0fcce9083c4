"""One figure of several runs, a line each, to print or to hand out; the page draws its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_core.charts.curves import MAX_POINTS
from gan_core.charts.figures import Format, blank, label, legend, saved
from gan_core.charts.palette import RUN_COLOURS, RUN_DASHES
from gan_core.charts.reduce import measured_points, reduce_series
from gan_core.charts.table import Cell, csv_bytes

_FEW_POINTS = 60  # each of which then has a dot


@dataclass(frozen=True)
class RunLine:
    """A run's curve.

    Attributes:
        place: which of the compared runs it is, from 0; gives its colour and dashes.
        name: the run as people call it.
        run: its id.
        x, y: `[N]`, x rising.
        low, high: ends of the intervals `[N]`, where there are any.
    """

    place: int
    name: str
    run: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def comparison_figure(
    lines: Sequence[RunLine],
    *,
    title: str,
    x_label: str,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw the runs in one figure, in the colours and dashes that they have on the page.

    Returns:
        The bytes of the file: "png" of 960 × 600 pixels, or "svg".

    Raises:
        BadInputError: an unknown format.
    """
    figure, (axes,) = blank()
    for line in lines:
        xs, ys = measured_points(line.x, line.y)
        if len(xs) == 0:
            continue
        colour = RUN_COLOURS[line.place]
        if len(line.low):
            axes.vlines(line.x, line.low, line.high, color=colour, linewidth=1, alpha=0.6)
        x, y = reduce_series(xs, ys, MAX_POINTS)
        dashes = RUN_DASHES[line.place]
        axes.plot(
            x,
            np.ma.masked_invalid(y),
            color=colour,
            linestyle=(0, dashes) if dashes else "-",
            linewidth=1.4,
            marker="o" if len(x) <= _FEW_POINTS else None,
            markersize=3,
            label=line.name,
        )
    label(axes, title=title, x=x_label)
    axes.grid(alpha=0.25)
    legend(axes)
    return saved(figure, format)


def comparison_csv(lines: Sequence[RunLine], *, x: str, y: str) -> bytes:
    """The same as a table: a row for each point, with the run that it is of.

    Args:
        lines: the curves.
        x, y: what the columns are called.
    """
    columns: dict[str, list[Cell]] = {name: [] for name in ("run", "name", x, y)}
    has_intervals = any(len(line.low) for line in lines)
    if has_intervals:
        columns |= {f"{y}_low": [], f"{y}_high": []}
    for line in lines:
        num = min(len(line.x), len(line.y))
        columns["run"] += [line.run] * num
        columns["name"] += [line.name] * num
        columns[x] += list(line.x[:num])
        columns[y] += list(line.y[:num])
        if has_intervals:
            columns[f"{y}_low"] += list(line.low[:num]) or [None] * num
            columns[f"{y}_high"] += list(line.high[:num]) or [None] * num
    return csv_bytes(columns)
