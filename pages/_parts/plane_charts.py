"""The plane of codes and the sheet decoded from it, as files for a report."""

from __future__ import annotations

from functools import partial

import numpy as np

from gan_core.charts.figures import Format
from gan_core.charts.plane import manifold_figure, scatter_figure
from gan_core.charts.table import csv_bytes
from gan_core.runs.fallback import first_shown
from gan_core.runs.store import RunView
from pages._parts.chart_download import SavedChart
from pages._parts.i18n import _
from pages._parts.ink import is_inverted
from pages._parts.plane_data import class_names, codes, manifold_latents, shown_images
from pages._parts.studio import engines
from pages._parts.words import number

_Words = dict[str, str]


def plane_charts(run: RunView, chosen: str) -> list[SavedChart]:
    """The points and the manifold of a run at the snapshot that is chosen.

    Raises:
        DamagedError: it cannot be read.
    """
    step = first_shown(run.paths, chosen).step
    words = {
        "title": _("{name}, step {step}").format(name=run.title, step=number(step)),
        "x_label": _("Plane of codes, across"),
        "y_label": _("Plane of codes, up"),
    }
    inverted = is_inverted(run.sound_config())
    return [
        SavedChart(
            title=_("{what} · {run}").format(what=_("Points"), run=run.title),
            stem=f"points-{run.id}-{step}",
            csv=partial(_points_csv, run, step),
            figure=partial(_points_figure, run, step, words, _("class")),
        ),
        SavedChart(
            title=_("{what} · {run}").format(what=_("Manifold"), run=run.title),
            stem=f"manifold-{run.id}-{step}",
            csv=partial(_manifold_csv, run, step),
            figure=partial(_manifold_figure, run, step, words, inverted),
        ),
    ]


def _points_figure(run: RunView, step: int, words: _Words, legend: str, suffix: Format) -> bytes:
    found, shown = codes(run, step), shown_images(run)
    names = class_names(run.sound_config().dataset)
    return scatter_figure(found.points, shown.labels, names, legend=legend, format=suffix, **words)


def _points_csv(run: RunView, step: int) -> bytes:
    found, shown = codes(run, step), shown_images(run)
    names = class_names(run.sound_config().dataset)
    labels = [] if shown.labels is None else shown.labels.tolist()
    return csv_bytes(
        {
            "image": list(range(len(found.points))),
            "x": found.points[:, 0].tolist(),
            "y": found.points[:, 1].tolist(),
            "label": labels,
            "class": [names[label] for label in labels],
            "held_out": [shown.held_out] * len(found.points),
        }
    )


def _manifold_figure(
    run: RunView, step: int, words: _Words, inverted: bool, suffix: Format
) -> bytes:
    found = codes(run, step)
    images = engines().get(run.paths, step).images(manifold_latents(found))
    return manifold_figure(images, found.across, found.up, invert=inverted, format=suffix, **words)


def _manifold_csv(run: RunView, step: int) -> bytes:
    """Where each image of the sheet lies, row by row from the top, and the latent behind it."""
    found = codes(run, step)
    latents = manifold_latents(found)
    rows, columns = np.divmod(np.arange(len(latents)), len(found.across))
    return csv_bytes(
        {
            "row": rows.tolist(),
            "column": columns.tolist(),
            "x": found.across[columns].tolist(),
            "y": found.up[::-1][rows].tolist(),
            **{f"z{i}": latents[:, i].tolist() for i in range(latents.shape[1])},
        }
    )
