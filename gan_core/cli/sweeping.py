"""`sweep`, and the table that it ends in."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any

from gan_core.access.people import OWNER
from gan_core.cli.context import Context
from gan_core.cli.output import DownloadProgress, print_json, print_line, print_table, tell
from gan_core.cli.pictures import PictureProgress, tell_found
from gan_core.cli.training import INTERRUPTED, follow_all, overrides
from gan_core.errors import BadInputError
from gan_core.jobs.sweep import Base, plan_sweep, shown, submit_sweep
from gan_core.recipes.search import Point, Range, Wish, draws, grid
from gan_core.recipes.settings import SPECS, parse
from gan_core.runs.store import clean_name
from gan_core.runs.sweeps import Measure, Outcome, Result, members, result
from gan_core.text import N_

_RANGE = re.compile(r"(.+?)\.\.(.+)")


def sweep(given: argparse.Namespace, at: Context) -> int:
    """Queue the runs of a sweep, follow them unless told otherwise, and print their table."""
    clean_name(given.name)
    points = _points(given)
    base = Base(
        recipe=given.recipe,
        dataset=given.dataset,
        overrides=overrides(given.settings),
        steps=given.steps,
        epochs=given.epochs,
        seed=given.seed,
    )
    configs = plan_sweep(
        base,
        points,
        runs_dir=at.runs_dir,
        data_dir=at.data_dir,
        mirror=at.mirror,
        progress=DownloadProgress(),
        pictures=PictureProgress(),
        by=OWNER,
    )
    tell_found(configs[0].dataset, at.runs_dir)
    runs = submit_sweep(at.store, configs, given.name, data_dir=at.data_dir, by=OWNER)
    mark = runs[0].sound_config().sweep
    assert mark is not None  # noqa: S101 - `plan_sweep` sets it
    if given.detach:
        tell(f"{len(runs)} runs are queued; `runs --sweep {mark.id}` shows how they do")
        if at.json:
            print_json({"sweep": mark.id, "runs": [run.id for run in runs]})
        else:
            print_line(mark.id)
        return 0
    code = follow_all(runs, at, names_last=False)
    if code != INTERRUPTED:
        show_table(mark.id, at)
    return code


def show_table(sweep_id: str, at: Context) -> None:
    """The runs of a sweep, the best first where the figure says so.

    Raises:
        NotFoundError: there are none.
    """
    found = result(members(at.store, sweep_id))
    if at.json:
        print_json(_as_json(sweep_id, found))
        return
    name = _figure_name(found.measure)
    print_table([_row(one, found, name) for one in found.outcomes])


def _points(given: argparse.Namespace) -> list[Point]:
    wishes = _wishes(given.grid, given.ranges)
    if given.random is None:
        return grid(wishes)
    return draws(wishes, given.random, given.seed)


def _wishes(grids: Sequence[tuple[str, str]], ranges: Sequence[tuple[str, str]]) -> dict[str, Wish]:
    """What is to be tried, by setting; an unknown name keeps its text and is refused later."""
    wishes: dict[str, Wish] = {}
    for key, text in grids:
        wishes[key] = [overrides([(key, word)])[key] for word in text.split(",") if word]
    for key, text in ranges:
        if key in wishes:
            raise BadInputError(
                N_("got both values and a range of {name}; allowed is one of them."),
                field=key,
                name=key,
            )
        wishes[key] = _range(key, text)
    return wishes


def _range(key: str, text: str) -> Range:
    found = _RANGE.fullmatch(text)
    ends = found.groups() if found else ()
    values = [parse(SPECS[key], end) if key in SPECS else end for end in ends]
    numbers = [float(value) for value in values if isinstance(value, (int, float))]
    if len(numbers) != 2:
        raise BadInputError(
            N_("got {given}; allowed is LOW..HIGH, as in 0.0001..0.01."),
            field=key,
            given=repr(text[:40]),
        )
    return Range(*numbers)


def _figure_name(measure: Measure | None) -> str:
    """The head of the table's last column but one."""
    if measure is None:
        return "FIGURE"
    if measure.name == "fid":
        return f"BEST FID · {measure.features} · {measure.num_images} images"
    return "LAST MEAN loss" if measure.name == "loss" else f"LAST {measure.name}"


def _row(one: Outcome, found: Result, figure: str) -> dict[str, str]:
    values = {n: shown(v) for n, v in zip(found.names, one.values, strict=True)}
    measured = one.figure is not None
    return {
        "RUN": one.run.id,
        **values,
        "STATE": "damaged" if one.run.damage else one.run.status.state,
        figure: _figure_words(one),
        "AT STEP": str(one.step) if measured else "",
        "": "best" if one is found.best else "",
    }


def _figure_words(one: Outcome) -> str:
    if one.figure is None:
        return ""
    value = f"{one.figure.value:.4g}"
    if one.figure.low == one.figure.high:
        return value
    return f"{value} ({one.figure.low:.4g} – {one.figure.high:.4g})"


def _as_json(sweep_id: str, found: Result) -> dict[str, Any]:
    measure = found.measure
    return {
        "sweep": sweep_id,
        "figure": measure.name if measure else None,
        "features": measure.features or None if measure else None,
        "runs": [
            {
                "run": one.run.id,
                "state": one.run.status.state,
                "settings": dict(zip(found.names, one.values, strict=True)),
                "value": one.figure.value if one.figure else None,
                "low": one.figure.low if one.figure else None,
                "high": one.figure.high if one.figure else None,
                "step": one.step,
                "best": one is found.best,
            }
            for one in found.outcomes
        ],
    }
