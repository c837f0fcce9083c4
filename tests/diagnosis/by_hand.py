"""Signals made by hand: of a run, its curves and its sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gan_core.config import Parent, RunConfig
from gan_core.diagnosis.curves import Curve, CurveKeeper
from gan_core.diagnosis.rules import diagnose
from gan_core.diagnosis.signals import Sheet, Signals
from gan_core.evaluation import SheetFigures
from gan_core.runs.status import Status
from tests.runs_by_hand import config


def signals(
    run: RunConfig | None = None, state: str = "running", step: int = 1000, **more: Any
) -> Signals:
    """What is known of a run; by default of one of which nothing else is."""
    made = config(steps=9000) if run is None else run
    status = Status.model_validate(
        {"state": state, "step": step, "total_steps": made.total_steps, "updated": ""}
    )
    return Signals(status=status, config=made, **more)


def forked(run: RunConfig, step: int) -> RunConfig:
    """The same as a fork from that step."""
    return run.model_copy(update={"parent": Parent(run="20260101-000000-aaaaaa", step=step)})


def names(found: Signals) -> list[str]:
    """Of the rules that speak."""
    return [one.name for one in diagnose(found)]


def curve(values: Mapping[int, float]) -> Curve:
    """A column of a log, values by step."""
    keeper = CurveKeeper()
    keeper.extend(np.array(list(values), float), np.array(list(values.values())))
    return keeper.curve()


def sheets(between: Mapping[int, float], last: int, every: int = 100) -> tuple[Sheet, ...]:
    """Sheets up to a step; varied where nothing else is said, and settling."""
    return tuple(
        Sheet(
            step=step,
            figures=SheetFigures(within=1.0, between=between.get(step, 0.6), moved=0.01),
        )
        for step in range(0, last + 1, every)
    )
