"""Curves as a picture, to print or to hand out; the page draws its own."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from gan_core.charts.palette import METRIC_DASHES, metric_colour
from gan_core.charts.reduce import measured_points, reduce_series
from gan_core.errors import BadInputError
from gan_core.text import N_

MAX_POINTS = 2000


def curves_figure(
    columns: Mapping[str, Sequence[float]],
    keys: Sequence[str],
    *,
    title: str,
    x_label: str,
    y_label: str,
    labels: Mapping[str, str] | None = None,
    format: Literal["png", "svg"] = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw metric columns over the step, in their fixed colours and dashes.

    Args:
        columns: the metric log, "step" among its columns.
        keys: what to draw; a column that the log does not have is left out.
        title, x_label, y_label: words, already translated.
        labels: what the legend calls each key; the key itself where it is not named.
        format: "png" (960 × 600 pixels) or "svg".

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    # Loaded here: 30 MB that a page process does not need until somebody saves a figure. The
    # object interface keeps no global list of figures, unlike pyplot.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if format not in ("png", "svg"):
        raise BadInputError(
            N_("The format must be png or svg; given {given}."), field="format", given=format
        )
    figure = Figure(figsize=(6.4, 4.0), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    steps = columns.get("step", [])
    for key in keys:
        known_steps, values = measured_points(steps, columns.get(key, []))
        if len(known_steps) == 0:
            continue
        x, y = reduce_series(known_steps, values, MAX_POINTS)
        axes.plot(
            x,
            np.ma.masked_invalid(y),
            color=metric_colour(key),
            linestyle=METRIC_DASHES.get(key, "-"),
            linewidth=1.4,
            label=(labels or {}).get(key, key),
        )
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(frameon=False)
    file = io.BytesIO()
    figure.savefig(file, format=format)
    return file.getvalue()
