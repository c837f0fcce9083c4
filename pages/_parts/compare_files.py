"""The comparison's charts as files for a report, over the axis that the address names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from gan_core.charts.comparison import RunLine, comparison_csv, comparison_figure
from gan_core.charts.figures import Format
from gan_core.charts.palette import RUN_LETTERS
from gan_core.runs.store import RunStore, RunView
from pages._parts.chart_download import SavedChart
from pages._parts.i18n import _
from pages._parts.run_charts import training_columns
from pages._parts.studio import studio

_COLUMNS = {"step": "step", "images": "images_seen", "time": "elapsed_s"}


def comparison_charts(runs: Sequence[RunView], data: dict[str, Any], axis: str) -> list[SavedChart]:
    """A chart for each panel of the element's data that any run has values for.

    Args:
        runs: those that are compared.
        data: as `compare_data.element` makes it.
        axis: `step`, `images` or `time`.
    """
    x_label = {
        "step": _("Step"),
        "images": _("Images seen"),
        "time": _("Training time (s)"),
    }[axis]
    makers = [
        (panel, partial(_lines, studio().store, [run.id for run in runs], data, panel, axis))
        for panel in data["panels"]
    ]
    return [
        SavedChart(
            title=panel["title"],
            stem=f"compare-{_file_word(panel['key'])}-{axis}",
            csv=partial(_csv, lines, _COLUMNS[axis], _file_word(panel["key"])),
            figure=partial(_figure, lines, panel["title"], x_label),
        )
        for panel, lines in makers
    ]


def _csv(lines: partial[list[RunLine]], x: str, y: str) -> bytes:
    return comparison_csv(lines(), x=x, y=y)


def _figure(lines: partial[list[RunLine]], title: str, x_label: str, suffix: Format) -> bytes:
    return comparison_figure(lines(), title=title, x_label=x_label, format=suffix)


def _lines(
    store: RunStore, ids: Sequence[str], data: dict[str, Any], panel: dict[str, Any], axis: str
) -> list[RunLine]:
    """A panel's curves; made by a thread that knows nothing of the page."""
    found = []
    for i, run_id in enumerate(ids):
        run = store.get(run_id)
        log = training_columns(run.paths)
        if "points" in panel:
            steps, *values = panel["points"].get(run_id, [[], [], [], []])
        else:
            steps, values = log.get("step", ()), [log.get(panel["key"], ()), (), ()]
        x = _places(steps, axis, log, data["runs"][i]["images_per_step"])
        if len(x) and len(values[0]):
            name = f"{RUN_LETTERS[i]} {run.title}"
            found.append(RunLine(i, name, run_id, x, *values))
    return found


def _places(steps: Sequence[float], axis: str, log: Any, images_per_step: int) -> Sequence[float]:
    if axis == "step":
        return steps
    if axis == "images":
        return [step * images_per_step for step in steps]
    times = log.get("elapsed_s", ())
    num = min(len(times), len(log.get("step", ())))
    if not num:
        return ()
    return list(map(float, np.interp(steps, log["step"][:num], times[:num])))


def _file_word(key: str) -> str:
    """A panel's key as a part of a file's name and of a column's."""
    return re.sub(r"[^a-z0-9_]+", "_", key.lower())[:40].strip("_")
