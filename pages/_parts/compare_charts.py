"""The curves of compared runs as files for a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from gan_core.charts.compared import RunLine, compared_figure
from gan_core.charts.figures import Format
from gan_core.charts.reduce import measured_points
from gan_core.charts.table import Cell, csv_bytes
from gan_core.config import DatasetInfo
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunView
from pages._parts.chart_download import SavedChart
from pages._parts.compare_data import look, panels_of
from pages._parts.compare_evaluated import points_of
from pages._parts.i18n import _
from pages._parts.images_seen import Stretch, images_at, stretches
from pages._parts.run_charts import training_columns

_COLUMNS = ("step", "images", "secs", "value", "low", "high")
Points = Mapping[str, np.ndarray]
"""Columns of a run's curve, as long as each other, by the names above."""


@dataclass(frozen=True)
class _Run:
    """What a file needs of a run, where nobody knows the page any more."""

    id: str
    name: str
    paths: RunPaths
    dataset: DatasetInfo
    way: Sequence[Stretch]


def compare_charts(runs: Sequence[RunView], axis: str) -> list[SavedChart]:
    """Each panel of the comparison, over the axis that is on show."""
    taken = [_run(run, i) for i, run in enumerate(runs)]
    x_labels = {"step": _("Step"), "images": _("Images seen"), "time": _("Training time, s")}
    x_column = {"step": "step", "images": "images", "time": "secs"}[axis]
    charts = []
    for i, panel in enumerate(panels_of(runs)):
        read = partial(_points, panel)
        y_label = panel.get("axis_label") or panel.get("y_label") or panel["title"]
        words = {"title": panel["title"], "x_label": x_labels[axis], "y_label": y_label}
        charts.append(
            SavedChart(
                title=panel["title"],
                stem=f"compare-{i + 1}",
                csv=partial(_csv, taken, read),
                figure=partial(_figure, taken, read, x_column, words),
            )
        )
    return charts


def _run(run: RunView, i: int) -> _Run:
    name = f"{look(run, i)['letter']} · {run.title}"
    return _Run(run.id, name, run.paths, run.sound_config().dataset, stretches(run))


def _points(panel: Mapping[str, Any], run: _Run) -> Points:
    """A run's values in a panel; what was evaluated comes with its intervals."""
    columns = training_columns(run.paths)
    steps_of_log = np.asarray(columns.get("step", []), np.float64)
    secs_of_log = np.asarray(columns.get("elapsed_s", []), np.float64)[: len(steps_of_log)]
    if "points" in panel:
        columns_now = points_of(run.paths, run.dataset, panel["key"])
        steps, values, low, high = (np.asarray(column, np.float64) for column in columns_now)
    else:
        known, values = measured_points(columns.get("step", []), columns.get(panel["key"], []))
        steps = np.asarray(known, np.float64)
        low = high = np.full(len(steps), np.nan)
    secs = np.full(len(steps), np.nan)
    if len(secs_of_log):
        secs = np.interp(steps, steps_of_log[: len(secs_of_log)], secs_of_log)
    images = images_at(steps, run.way)
    return dict(zip(_COLUMNS, (steps, images, secs, values, low, high), strict=True))


def _csv(runs: Sequence[_Run], read: Callable[[_Run], Points]) -> bytes:
    """A row for each value of each run."""
    found = [(run, read(run)) for run in runs]
    columns: dict[str, list[Cell]] = {
        "run": [run.id for run, points in found for _step in points["step"]],
        "name": [run.name for run, points in found for _step in points["step"]],
    }
    for name in _COLUMNS:
        columns[name] = [value for _run, points in found for value in points[name].tolist()]
    return csv_bytes(columns)


def _figure(
    runs: Sequence[_Run],
    read: Callable[[_Run], Points],
    x_column: str,
    words: dict[str, str],
    suffix: Format,
) -> bytes:
    lines = []
    for run in runs:
        points = read(run)
        has_intervals = bool(np.isfinite(points["low"]).any())
        lines.append(
            RunLine(
                run.name,
                points[x_column],
                points["value"],
                points["low"] if has_intervals else None,
                points["high"] if has_intervals else None,
            )
        )
    return compared_figure(lines, format=suffix, **words)
