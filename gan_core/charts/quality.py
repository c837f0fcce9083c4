"""Evaluations as columns: for curves over the step, and for tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gan_core.charts.table import Cell
from gan_core.evaluation import Evaluation, Figure

FIGURES = (
    *("fid", "floor", "kid", "inception_score", "precision", "recall"),
    *("density", "coverage", "memorisation"),
)
"""The fields of an evaluation that are figures with an interval."""


def number_columns(evaluations: Sequence[Evaluation]) -> dict[str, list[float]]:
    """Numbers by column, such as `step`, `fid`, `fid_low`; NaN where one was not measured.

    A figure that none of them has is left out.
    """
    columns = {"step": [float(e.step) for e in evaluations]}
    for name in FIGURES:
        figures = [_figure(e, name) for e in evaluations]
        if any(figures):
            columns[name] = [math.nan if f is None else f.value for f in figures]
            columns[f"{name}_low"] = [math.nan if f is None else f.low for f in figures]
            columns[f"{name}_high"] = [math.nan if f is None else f.high for f in figures]
    if any(e.classes for e in evaluations):
        columns["classes_hit"] = [float(e.classes.num_hit) if e.classes else math.nan
                                  for e in evaluations]  # fmt: skip
        columns["kl_to_uniform"] = [e.classes.kl_to_uniform if e.classes else math.nan
                                    for e in evaluations]  # fmt: skip
    return columns


def all_columns(evaluations: Sequence[Evaluation]) -> dict[str, Sequence[Cell]]:
    """Everything that evaluations say, a row each, with the features that each is of."""
    latents = [e.latent for e in evaluations]
    columns: dict[str, Sequence[Cell]] = {
        "step": [e.step for e in evaluations],
        "depth": [e.depth for e in evaluations],
        "features": [e.features.name for e in evaluations],
        "features_sha256": [e.features.sha256 for e in evaluations],
        "features_accuracy": [e.features.accuracy for e in evaluations],
        "num_images": [e.num_images for e in evaluations],
        "num_real": [e.num_real for e in evaluations],
        "real": [e.real for e in evaluations],
        "secs": [e.secs for e in evaluations],
        **{name: values for name, values in number_columns(evaluations).items() if name != "step"},
    }
    if any(e.classes for e in evaluations):
        columns["classes_missing"] = [
            "; ".join(e.classes.missing) if e.classes else None for e in evaluations
        ]
    for name in ("evidence_bound", "reconstruction", "kl", "num_active"):
        values = [None if latent is None else getattr(latent, name) for latent in latents]
        if any(value is not None for value in values):
            columns[name] = values
    return columns


def _figure(evaluation: Evaluation, name: str) -> Figure | None:
    found: Figure | None = getattr(evaluation, name)
    return found
