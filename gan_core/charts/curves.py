"""Curves as a picture, to print or to hand out; the page draws its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gan_core.charts.figures import Format, Mark, blank, label, legend, mark, saved
from gan_core.charts.palette import METRIC_DASHES, metric_colour
from gan_core.charts.reduce import measured_points, reduce_series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_POINTS = 2000
_FEW_POINTS = 60  # each of which then has a dot


def curves_figure(
    columns: Mapping[str, Sequence[float]],
    keys: Sequence[str],
    *,
    title: str,
    x_label: str,
    y_label: str,
    labels: Mapping[str, str] | None = None,
    marks: Sequence[Mark] = (),
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw metric columns over the step, in their fixed colours and dashes.

    A column `fid` with `fid_low` and `fid_high` beside it is drawn with its intervals.

    Args:
        columns: the metric log, "step" among its columns.
        keys: what to draw; a column that the log does not have is left out.
        title, x_label, y_label: words, already translated.
        labels: what the legend calls each key; the key itself where it is not named.
        marks: steps at which something happened.
        format: "png" (960 × 600 pixels) or "svg".

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    figure, (axes,) = blank()
    for key in keys:
        known_steps, values = measured_points(columns.get("step", []), columns.get(key, []))
        if len(known_steps) == 0:
            continue
        _draw_interval(axes, columns, key)
        x, y = reduce_series(known_steps, values, MAX_POINTS)
        axes.plot(
            x,
            np.ma.masked_invalid(y),
            color=metric_colour(key),
            linestyle=METRIC_DASHES.get(key, "-"),
            linewidth=1.4,
            marker="o" if len(x) <= _FEW_POINTS else None,
            markersize=3,
            label=(labels or {}).get(key, key),
        )
    label(axes, title=title, x=x_label, y=y_label)
    axes.grid(alpha=0.25)
    mark(axes, marks)
    legend(axes)
    return saved(figure, format)


def _draw_interval(axes: Axes, columns: Mapping[str, Sequence[float]], key: str) -> None:
    if f"{key}_low" in columns:
        low = np.ma.masked_invalid(np.asarray(columns[f"{key}_low"], np.float64))
        high = np.ma.masked_invalid(np.asarray(columns[f"{key}_high"], np.float64))
        steps = np.asarray(columns["step"], np.float64)
        axes.fill_between(steps, low, high, color=metric_colour(key), alpha=0.2, linewidth=0)
