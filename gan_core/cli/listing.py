"""`recipes`, `datasets`, `runs`, `show`: look, change nothing."""

from __future__ import annotations

import argparse
import math
from datetime import datetime, timedelta
from typing import Any

from gan_core.cli.context import Context
from gan_core.cli.output import print_json, print_line, print_table, tell
from gan_core.runs.layout import sheet_steps
from gan_core.runs.store import RunView


def recipes(given: argparse.Namespace, at: Context) -> int:  # noqa: ARG001
    """List the recipes."""
    from gan_core.recipes import registry
    from gan_core.recipes.recipe import Recipe

    def about(recipe: Recipe) -> dict[str, Any]:
        return {
            "name": recipe.name,
            "title": recipe.title,
            "summary": recipe.summary,
            "dataset": recipe.dataset,
            "suits_cpu": recipe.suits_cpu,
            "source": recipe.source,
            "settings": dict(recipe.defaults),
        }

    found = [registry.get(name) for name in registry.names()]
    if at.json:
        print_json([about(recipe) for recipe in found])
        return 0
    print_table(
        [
            {
                "RECIPE": recipe.name,
                "DATA": recipe.dataset,
                "DEVICE": "any" if recipe.suits_cpu else "GPU advised",
                "SUMMARY": recipe.summary,
            }
            for recipe in found
        ]
    )
    return 0


def datasets(given: argparse.Namespace, at: Context) -> int:  # noqa: ARG001
    """List the data sets, and what can be picked from them."""
    from gan_core import data
    from gan_core.jobs import own_sets

    cards = [data.describe(name, at.data_dir) for name in data.names()]
    cards += [own_sets.card(own) for own in own_sets.own_sets(at.runs_dir)]
    if at.json:
        print_json(
            [
                {
                    **card.info.model_dump(mode="json"),
                    "name": card.family,
                    "selectable": card.selectable,
                    "title": card.title,
                    "licence": card.licence,
                    "ready": card.ready(at.data_dir),
                    "download_bytes": card.download_bytes,
                }
                for card in cards
            ]
        )
        return 0
    print_table(
        [
            {
                "DATA SET": card.family,
                "PICK": f"any of {len(card.selectable)}" if card.selectable else "",
                "IMAGES": f"{card.info.num_train} + {card.info.num_test} held out",
                "SIZE": f"{card.info.image_size}×{card.info.image_size}×{card.info.channels}",
                "HERE": "yes" if card.ready(at.data_dir) else f"{card.download_bytes / 1e6:.0f} MB",
                "TITLE": card.title,
            }
            for card in cards
        ]
    )
    return 0


def runs(given: argparse.Namespace, at: Context) -> int:
    """List the runs, newest first; a damaged one is marked, the others are unaffected."""
    found = _looked_after(at)
    if given.sweep is not None:
        from gan_core.cli.sweeping import show_table

        show_table(given.sweep, at)
        return 0
    if at.json:
        print_json([_summary(view) for view in found])
        return 0
    if not found:
        tell(f"no runs in {at.runs_dir} yet; `python -m gan_core train quick-dcgan` starts one")
        return 0
    print_table([_row(view) for view in found])
    return 0


def show(given: argparse.Namespace, at: Context) -> int:
    """Show one run: state, configuration, what it has to offer."""
    view = at.store.get(given.run)
    if at.json:
        details = _details(view)
        print_json({**(details["config"] or {}), **details})
        return 0
    details = _details(view)
    config = details.pop("config", None) or {}
    settings = config.pop("settings", {})
    said = details.pop("diagnosis") or {}
    for key in ("state", "cause", "advice", "note"):
        if said.get(key):
            print_line(said[key])
    if said.get("evidence"):
        print_line(f"Shown by: {'; '.join(said['evidence'])}")
    for state in said.get("besides", []):
        print_line(f"Besides: {state}")
    for group in (details, config, settings):
        for key, value in group.items():
            if value not in ("", None, [], {}):
                print_line(f"{key:>16}  {_plain(value)}")
    return 0


def _looked_after(at: Context) -> list[RunView]:
    """All runs; where some wait and nobody works on the queue, somebody is started."""
    from gan_core.errors import GanCoreError
    from gan_core.jobs.launch import revive_queue

    try:
        revive_queue(at.store)
    except GanCoreError as error:  # looking must work where writing does not
        tell(error.one_line())
    return at.store.list()


def _summary(view: RunView) -> dict[str, Any]:
    config = view.config
    return {
        "run": view.id,
        "state": view.status.state,
        "step": view.status.step,
        "total_steps": view.status.total_steps,
        "name": view.meta.name,
        "recipe": config.recipe if config else None,
        "dataset": config.dataset.name if config else None,
        "device": config.kernels.device if config else None,
        "updated": view.status.updated,
        "message": view.status.message,
        "damage": view.damage,
    }


def _details(view: RunView) -> dict[str, Any]:
    from gan_core.runs.snapshots import forkable_steps, list_steps

    return {
        "run": view.id,
        **view.status.model_dump(mode="json", exclude={"said", "schema_version"}),
        "name": view.meta.name,
        "notes": view.meta.notes,
        "damage": view.damage,
        "directory": str(view.paths.root),
        "newest_metrics": _newest_metrics(view),
        "snapshots": list_steps(view.paths),
        "forkable": forkable_steps(view.paths),
        "sheets": sheet_steps(view.paths),
        "diagnosis": _diagnosis(view),
        "config": view.config.to_json() if view.config else None,
    }


def _diagnosis(view: RunView) -> dict[str, Any] | None:
    """What is happening, in words; nothing of a damaged run, or of one that was never trained."""
    from gan_core.diagnosis.rules import diagnose
    from gan_core.diagnosis.signals import gather
    from gan_core.recipes import registry

    if view.config is None or not registry.get(view.config.recipe).trainable:
        return None
    main, *others = diagnose(gather(view.paths, view.config, view.status))
    return {
        "name": main.name,
        "tone": main.tone,
        "state": str(main.state),
        "cause": str(main.cause),
        "advice": str(main.advice),
        "note": str(main.note) if main.note else None,
        "evidence": [shown.in_words() for shown in main.evidence],
        "besides": [str(other.state) for other in others],
        "action": main.action.model_dump(mode="json") if main.action else None,
    }


def _newest_metrics(view: RunView) -> dict[str, float | None]:
    from gan_core.runs.metrics import MetricReader

    reader = MetricReader(view.paths.metrics)
    reader.poll()
    newest = {key: values[-1] for key, values in reader.columns.items() if values}
    return {key: value if math.isfinite(value) else None for key, value in newest.items()}


def _row(view: RunView) -> dict[str, str]:
    config, status = view.config, view.status
    return {
        "RUN": view.id,
        "STATE": "damaged" if view.damage else status.state,
        "STEP": f"{status.step}/{status.total_steps}",
        "RECIPE": config.recipe if config else "?",
        "DATA": config.dataset.name if config else "?",
        "DEVICE": config.kernels.device if config else "?",
        "UPDATED": _ago(status.updated),
        "NAME": view.meta.name,
    }


def _ago(updated: str) -> str:
    """How long ago, in one unit."""
    try:
        past = datetime.now().astimezone() - datetime.fromisoformat(updated)
    except (ValueError, TypeError):
        return "?"
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h")):
        if past >= unit:
            return f"{past // unit} {name} ago"
    return f"{max(0, round(past.total_seconds() / 60))} min ago"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    if isinstance(value, list):
        from gan_core.runs.snapshots import shown

        return shown(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
