"""What the comparison's element is sent: runs with their colours, panels, where sheets lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gan_core.charts.palette import RUN_COLOURS, RUN_COLOURS_DARK, RUN_DASHES, RUN_LETTERS
from gan_core.inference.sheets import Common, common_latents
from gan_core.recipes import registry
from gan_core.recipes.recipe import Family
from gan_core.runs.store import RunView
from pages._parts.compare_evaluated import evaluation_panels
from pages._parts.i18n import _
from pages._parts.images_seen import stretches
from pages._parts.ink import is_inverted
from pages._parts.panels import panels

LOOK_SECS = (1.0, 4.0)


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
        "images_seen": stretches(run),
        "invert": is_inverted(config),
    }


def panels_of(runs: Sequence[RunView]) -> list[dict[str, Any]]:
    """Every panel: of the logs, and of what was evaluated."""
    return [*evaluation_panels(runs), *_log_panels(runs)]


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
