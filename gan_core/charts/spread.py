"""Several runs as one picture: the mean of a curve and how far the runs differ from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.charts.figures import ON_PAPER, Colours, Format, blank, label, legend, saved
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


def spread_columns(
    runs: Sequence[Columns], keys: Sequence[str], names: Sequence[str]
) -> dict[str, Sequence[float]]:
    """Each curve of each run, its mean and its deviation, over the steps that all runs have.

    Args:
        runs: metric logs.
        keys: the curves.
        names: what each run's columns are called after, such as `seed 1`.
    """
    shared = [spread(runs, key) for key in keys]
    steps = sorted({step for curve in shared for step in curve.steps.tolist()})
    found: dict[str, Sequence[float]] = {"step": steps}
    for key, curve in zip(keys, shared, strict=True):
        for name, run in zip(names, runs, strict=True):
            values = _finite(run, key)
            found[f"{key} {name}"] = [values.get(step, np.nan) for step in steps]
        places = {step: i for i, step in enumerate(curve.steps.tolist())}
        for suffix, numbers in (("mean", curve.mean), ("deviation", curve.deviation)):
            found[f"{key} {suffix}"] = [
                float(numbers[places[step]]) if step in places else np.nan for step in steps
            ]
    return found


def spread_figure(
    runs: Sequence[Columns],
    keys: Sequence[str],
    *,
    title: str,
    x_label: str,
    y_label: str,
    labels: Mapping[str, str] | None = None,
    colours: Colours = ON_PAPER,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw each curve's mean as a line and one standard deviation about it as a band.

    Args:
        runs: metric logs.
        keys: what to draw; a curve without a step that all runs have is left out.
        title, x_label, y_label: words, already translated.
        labels: what the legend calls each key; the key itself where it is not named.
        colours: of words and ground.
        format: "png" (960 × 600 pixels) or "svg".

    Returns:
        The bytes of the file.
    """
    figure, (axes,) = blank(colours=colours)
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
    label(axes, title=title, x=x_label, y=y_label, colours=colours)
    axes.grid(alpha=0.25)
    legend(axes, colours)
    return saved(figure, format)
