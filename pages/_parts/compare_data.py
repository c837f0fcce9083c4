"""What the comparison's element is sent: runs with their colours, panels, where sheets lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gan_core.charts.palette import RUN_COLOURS, RUN_COLOURS_DARK, RUN_DASHES, RUN_LETTERS
from gan_core.evaluation import Evaluation, Figure
from gan_core.inference.sheets import Common, common_latents
from gan_core.recipes import registry
from gan_core.recipes.recipe import Family
from gan_core.runs import evaluations
from gan_core.runs.store import RunView
from pages._parts.figures import FIGURES, named, num_images
from pages._parts.i18n import _, translate
from pages._parts.ink import is_inverted
from pages._parts.panels import panels

LOOK_SECS = (1.0, 4.0)
DRAWN = ("fid", "kid", "precision", "recall")
"""The figures of light evaluations that have curves."""


def element(runs: Sequence[RunView], view: dict[str, Any]) -> dict[str, Any]:
    """The element's data; see `components.compare`."""
    common = common_latents([run.sound_config() for run in runs])
    return {
        "runs": [_run(run, i, common) for i, run in enumerate(runs)],
        "sheets_from": "snapshots" if common.source == "drawn" else "sheets",
        "about_latents": about(common, len(runs)),
        "look_secs": list(LOOK_SECS),
        "panels": panels_of(runs),
        "view": view,
    }


def about(common: Common, num_runs: int) -> str:
    """What the sheets are drawn from, in words."""
    if num_runs < 2:
        return ""
    match common.source:
        case "stored":
            return _("Identical latents in all runs: what differs is what they learnt.")
        case "drawn":
            return _(
                "Identical latents in all runs, those of the first. Their own sheets have others, "
                "so these are drawn from the snapshots of each."
            )
        case "own":
            return _(
                "Latents of different sizes cannot be identical: each run shows its own sheets."
            )


def look(run: RunView, i: int) -> dict[str, Any]:
    """How the run at place `i` looks, in pictures and tables alike."""
    return {
        "letter": RUN_LETTERS[i],
        "title": run.title,
        "colors": {"light": RUN_COLOURS[i], "dark": RUN_COLOURS_DARK[i]},
        "dash": list(RUN_DASHES[i]),
    }


def _run(run: RunView, i: int, common: Common) -> dict[str, Any]:
    config = run.sound_config()
    place = f"studio/runs/{run.id}"
    is_drawn = common.source == "drawn"
    return {
        "id": run.id,
        **look(run, i),
        "live_url": f"{place}/live.json",
        "sheet_url": (
            f"{place}/latents/{common.latents}/{{step}}.png"
            if is_drawn
            else f"{place}/samples/{{step}}.png"
        ),
        "images_per_step": images_per_step(run),
        "invert": is_inverted(config),
    }


def images_per_step(run: RunView) -> int:
    """How many real images a step looks at."""
    settings = run.sound_config().settings
    return settings.batch_size * (settings.d_steps or 1)


def panels_of(runs: Sequence[RunView]) -> list[dict[str, Any]]:
    """Every panel: of the logs, and of what was evaluated."""
    return [*_evaluation_panels(runs), *_log_panels(runs)]


def _log_panels(runs: Sequence[RunView]) -> list[dict[str, Any]]:
    """A panel for each curve that any of the runs has: a line is a run here."""
    families: list[Family] = [registry.get(run.sound_config().recipe).family for run in runs]
    found: dict[str, dict[str, Any]] = {}
    for family in dict.fromkeys(families):
        for panel in panels(family):
            for line in panel.lines:
                title = _("{panel}: {line}").format(panel=panel.title, line=line.label)
                is_main = not line.key.startswith("eval_")
                found.setdefault(
                    line.key, {"key": line.key, "title": title, "always": is_main, **panel.axis()}
                )
    return list(found.values())


def _evaluation_panels(runs: Sequence[RunView]) -> list[dict[str, Any]]:
    """A panel for each figure of one net's features, of as many images, measured in training."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for run in runs:
        for made in evaluations.light(run.paths):
            for name, (title, figure) in _measured(made).items():
                key = (name, made.features.sha256, made.num_images)
                short = f"{name}-{made.features.sha256[:8]}-{made.num_images}"
                panel = {"key": short, "title": title, "points": {}, **_bounds(name, made)}
                points = found.setdefault(key, panel)["points"]
                columns = points.setdefault(run.id, [[], [], [], []])
                values = (made.step, figure.value, figure.low, figure.high)
                for column, value in zip(columns, values, strict=True):
                    column.append(value)
    return list(found.values())


def _measured(made: Evaluation) -> dict[str, tuple[str, Figure]]:
    """The figures of an evaluation that are drawn, with their full names."""
    figures = {name: getattr(made, name) for name in DRAWN}
    words = {name: translate(FIGURES[name]) for name in DRAWN}
    if made.classes is not None:
        num = float(made.classes.num_hit)
        figures["classes_hit"] = Figure(value=num, low=num, high=num)
        words["classes_hit"] = _("Classes hit")
    images = num_images(made)
    return {
        name: (
            _("{figure} · {images}").format(
                figure=named(words[name], made.features.name), images=images
            ),
            figure,
        )
        for name, figure in figures.items()
        if figure is not None
    }


def _bounds(name: str, made: Evaluation) -> dict[str, float]:
    """Where a figure's axis begins and ends, for those that can only be so large."""
    if name in {"precision", "recall"}:
        return {"y_min": 0.0, "y_max": 1.0}
    if name == "classes_hit" and made.classes is not None:
        return {"y_min": 0.0, "y_max": float(len(made.classes.names))}
    return {}
