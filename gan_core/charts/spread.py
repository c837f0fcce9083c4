"""Several runs as one picture: the mean of a curve and how far the runs differ from it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.charts.palette import METRIC_DASHES, metric_colour

Columns = Mapping[str, Sequence[float]]
"""A metric log by column, "step" among them."""


@dataclass(frozen=True, eq=False)
class Spread:
    """A curve of several runs.

    Attributes:
        steps: those at which every run has a value, rising, float64 `[M]`.
        mean: over the runs, float64 `[M]`.
        deviation: standard deviation over the runs (N - 1 in the denominator; 0 of a single
            run), float64 `[M]`.
        num_runs: how many runs it is made of.
    """

    steps: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    num_runs: int


def spread(runs: Sequence[Columns], key: str) -> Spread:
    """Mean and deviation of one curve over the steps that all runs have.

    Args:
        runs: metric logs; values that are not finite count as missing.
        key: the column.
    """
    curves = [_finite(columns, key) for columns in runs]
    common = sorted(set.intersection(*(set(curve) for curve in curves))) if curves else []
    values = np.array([[curve[step] for step in common] for curve in curves], np.float64)
    values = values.reshape(len(curves), len(common))  # [R, M], also where M is 0
    single = len(curves) < 2
    return Spread(
        steps=np.array(common, np.float64),
        mean=values.mean(axis=0) if len(curves) else np.zeros(0),
        deviation=np.zeros(len(common)) if single else values.std(axis=0, ddof=1),
        num_runs=len(curves),
    )


def _finite(columns: Columns, key: str) -> dict[float, float]:
    """The values of a column by their step."""
    pairs = zip(columns.get("step", ()), columns.get(key, ()), strict=False)
    return {step: value for step, value in pairs if np.isfinite(value)}


def spread_figure(
    runs: Sequence[Columns],
    keys: Sequence[str],
    *,
    title: str,
    x_label: str,
    y_label: str,
    labels: Mapping[str, str] | None = None,
    ink: str = "#1b1f27",
    paper: str = "#ffffff",
    format: Literal["png", "svg"] = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw each curve's mean as a line and one standard deviation about it as a band.

    Args:
        runs: metric logs.
        keys: what to draw; a curve without a step that all runs have is left out.
        title, x_label, y_label: words, already translated.
        labels: what the legend calls each key; the key itself where it is not named.
        ink, paper: colours of words and ground.
        format: "png" (960 × 600 pixels) or "svg".

    Returns:
        The bytes of the file.
    """
    # Loaded here: see `curves`.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), dpi=150, layout="constrained", facecolor=paper)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=paper)
    for key in keys:
        curve = spread(runs, key)
        if len(curve.steps) == 0:
            continue
        colour = metric_colour(key)
        low, high = curve.mean - curve.deviation, curve.mean + curve.deviation
        axes.fill_between(curve.steps, low, high, color=colour, alpha=0.22, linewidth=0)
        axes.plot(
            curve.steps,
            curve.mean,
            color=colour,
            linestyle=METRIC_DASHES.get(key, "-"),
            linewidth=1.6,
            label=(labels or {}).get(key, key),
        )
    axes.set_title(title, color=ink)
    axes.set_xlabel(x_label, color=ink)
    axes.set_ylabel(y_label, color=ink)
    axes.tick_params(colors=ink)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_color(ink)
    if axes.lines:
        axes.legend(frameon=False, labelcolor=ink)
    file = io.BytesIO()
    figure.savefig(file, format=format)
    return file.getvalue()
