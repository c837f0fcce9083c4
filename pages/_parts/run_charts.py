"""The curves of a run as files for a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from gan_core.charts.curves import curves_figure
from gan_core.charts.figures import Format, Mark
from gan_core.charts.quality import all_columns, number_columns
from gan_core.charts.table import csv_bytes
from gan_core.recipes import registry
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricReader
from gan_core.runs.store import RunView
from gan_core.runs.watch import Watched
from pages._parts.chart_download import SavedChart
from pages._parts.i18n import _
from pages._parts.panels import Panel, panels
from pages._parts.quality import Quality, quality_panels
from pages._parts.watch_view import marks


@dataclass(frozen=True)
class _Words:
    """Of a figure, translated."""

    title: str
    x_label: str
    y_label: str


def run_charts(run: RunView, watched: Watched, quality: Quality) -> list[SavedChart]:
    """Each panel of a run's page; a collapse and the best snapshot are marked in it."""
    happened = [(float(mark["x"]), str(mark["label"])) for mark in marks(watched)]
    best = [(float(quality.best["step"]), _("best"))] if quality.best else []
    drawn = (*panels(registry.get(run.sound_config().recipe).family),
             *quality_panels(quality.measured))  # fmt: skip
    return [
        _chart(run, panel, [*happened, *(best if panel.group == "quality" else [])])
        for panel in drawn
    ]


def _chart(run: RunView, panel: Panel, marked: Sequence[Mark]) -> SavedChart:
    words = _Words(
        title=_("{what} · {run}").format(what=panel.title, run=run.title),
        x_label=_("Step"),
        y_label=panel.y_label or panel.title,
    )
    is_quality = panel.group == "quality"
    return SavedChart(
        title=panel.title,
        stem=f"{run.id}-{panel.key}",
        csv=partial(_quality_csv if is_quality else _training_csv, run.paths),
        figure=partial(_figure, run.paths, panel, words, marked),
    )


def _training_csv(paths: RunPaths) -> bytes:
    return csv_bytes(training_columns(paths))


def _quality_csv(paths: RunPaths) -> bytes:
    return csv_bytes(all_columns(evaluations.light(paths)))


def _figure(
    paths: RunPaths, panel: Panel, words: _Words, marked: Sequence[Mark], suffix: Format
) -> bytes:
    columns: Mapping[str, Sequence[float]] = (
        quality_columns(paths) if panel.group == "quality" else training_columns(paths)
    )
    return curves_figure(
        columns,
        [line.key for line in panel.lines],
        title=words.title,
        x_label=words.x_label,
        y_label=words.y_label,
        labels={line.key: line.label for line in panel.lines},
        marks=marked,
        format=suffix,
    )


def training_columns(paths: RunPaths) -> Mapping[str, Sequence[float]]:
    """The metric log of a run, by column."""
    reader = MetricReader(paths.metrics)
    reader.poll()
    return reader.columns


def quality_columns(paths: RunPaths) -> Mapping[str, Sequence[float]]:
    """What was evaluated while training, in the features of the newest evaluation."""
    return number_columns(evaluations.alike(evaluations.light(paths)))
