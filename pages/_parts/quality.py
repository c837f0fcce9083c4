"""What was evaluated while a run trains: its curves, their panels, and the best snapshot so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gan_core.charts.growing import DIGITS
from gan_core.charts.quality import number_columns
from gan_core.evaluation import Evaluation
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths
from pages._parts.figures import figure_words, images_words, named, num_images
from pages._parts.i18n import _
from pages._parts.panels import Line, Panel
from pages._parts.words import number

CURVES = ("fid", "kid", "precision", "recall", "classes_hit")


@dataclass(frozen=True)
class Measured:
    """What the panels depend on, in no viewer's language.

    Attributes:
        features: the name of the features that were compared.
        num_images: how many were generated for each.
        num_classes: of the data set; 0 where none were counted.
        figures: those of `CURVES` that there are.
    """

    features: str
    num_images: int
    num_classes: int
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Quality:
    """What the live view shows of a run's evaluations.

    Attributes:
        measured: `None` where nobody measured.
        best: the snapshot with the lowest distance, `{step, fid}`.
        lines: steps and values of each curve.
    """

    measured: Measured | None = None
    best: dict[str, Any] | None = None
    lines: dict[str, tuple[list[float], list[float | None]]] = field(default_factory=dict)


def quality_of_run(paths: RunPaths) -> Quality:
    """What was evaluated of a run while it trained."""
    light = evaluations.light(paths)
    best = evaluations.best_among(paths, light)
    return quality_of(light, None if best is None else best.step)


def quality_of(light: Sequence[Evaluation], best_step: int | None = None) -> Quality:
    """What evaluations made while training, ascending by step, come to.

    Args:
        light: those evaluations.
        best_step: the snapshot that is the best one, of those that are still there.
    """
    found = evaluations.alike(light)
    if not found:
        return Quality()
    columns = number_columns(found)
    steps = [e.step for e in found]
    lines = {
        name: (list(map(float, steps)), [_short(v) for v in columns[name]])
        for name in CURVES
        if name in columns
    }
    counted = [len(e.classes.names) for e in found if e.classes]
    newest = found[-1]
    measured = Measured(
        newest.features.name, newest.num_images, counted[-1] if counted else 0, tuple(lines)
    )
    return Quality(measured, _marked(found, best_step), lines)


def _marked(found: Sequence[Evaluation], best_step: int | None) -> dict[str, Any] | None:
    for one in found:
        if one.step == best_step and one.fid is not None:
            return {"step": one.step, "fid": figure_words(one.fid.value)}
    return None


def measured_of(paths: RunPaths) -> Measured | None:
    """What was evaluated of a run, if anything."""
    return quality_of_run(paths).measured


@dataclass(frozen=True)
class Best:
    """The best snapshot that was measured while training.

    Attributes:
        step: its step.
        figure: names `value` in full, with the features that it is of.
        value: the figure.
        images: how many were generated for it, in words.
        words: figure, value and features, the value before what a narrow place cuts off.
    """

    step: int
    figure: str
    value: str
    images: str
    words: str


def best_of_run(paths: RunPaths) -> Best | None:
    """The best snapshot of a run; `None` where nobody measured."""
    found = evaluations.best_among(paths, evaluations.light(paths))
    if found is None or found.fid is None:
        return None
    name, value = found.features.name, figure_words(found.fid.value)
    words = named(_("FID {value}").format(value=value), name)
    return Best(found.step, named(_("FID"), name), value, num_images(found), words)


def quality_panels(measured: Measured | None) -> tuple[Panel, ...]:
    """The panels of what was evaluated; each is named after the features it is of."""
    if measured is None:
        return ()
    lines = {
        "fid": Line("fid", _("FID"), "blue"),
        "kid": Line("kid", _("KID"), "orange"),
        "precision": Line("precision", _("precision"), "green"),
        "recall": Line("recall", _("recall"), "violet", (6, 3)),
        "classes_hit": Line("classes_hit", _("classes"), "blue"),
    }
    count = measured.num_classes
    kinds = (
        ("fid", _("FID"), ("fid",), None, _("FID, lower is better")),
        ("kid", _("KID"), ("kid",), None, _("KID, lower is better")),
        (
            "manifold",
            _("Precision and recall"),
            ("precision", "recall"),
            (0.0, 1.0),
            _("Share of images"),
        ),
        (
            "classes",
            _("Classes hit, of {n}").format(n=number(count)),
            ("classes_hit",),
            (0.0, float(count)),
            _("Classes"),
        ),
    )
    return tuple(
        Panel(
            key,
            _("{figure}, {images}").format(
                figure=named(title, measured.features), images=images_words(measured.num_images)
            ),
            tuple(lines[name] for name in names),
            bounds=bounds,
            group="quality",
            y_label=y_label,
        )
        for key, title, names, bounds, y_label in kinds
        if set(names) & set(measured.figures)
    )


def _short(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
