"""How many real images a run had seen at each of its steps; before a fork, by its parent's pace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.config import Parent, RunConfig
from gan_core.errors import NotFoundError
from gan_core.recipes import registry
from gan_core.runs.store import RunStore, RunView

Stretch = tuple[int, int, int]
"""From which step on, how many images had been seen there, and how many each step adds."""


def stretches(run: RunView) -> list[Stretch]:
    """A run's way, the first stretch from step 0; a stretch for each ancestor that is there.

    Where a parent is gone, nobody knows its pace, and the pace of its child stands in.
    """
    paces = _paces(run)
    found: list[Stretch] = [(0, 0, paces[0][1])]
    for (first, pace), (until, next_pace) in pairwise(paces):
        found.append((until, found[-1][1] + (until - first) * pace, next_pace))
    return found


def images_at(steps: ArrayLike, way: Sequence[Stretch]) -> NDArray[np.float64]:
    """How many images had been seen at each step of a way."""
    told = np.asarray(steps, np.float64)
    first, before, pace = np.array(way, np.float64).T
    i = np.searchsorted(first, told, side="right") - 1
    return np.asarray(before[i] + (told - first[i]) * pace[i], np.float64)


def _paces(run: RunView) -> list[tuple[int, int]]:
    """From which step on, and how many images a step: of the oldest ancestor first."""
    store = RunStore(run.paths.root.parent)
    found: list[tuple[int, int]] = []
    asked: set[str] = set()  # only an invented file names a run among its own ancestors
    config: RunConfig | None = run.sound_config()
    end = math.inf
    while config is not None:
        begun = config.parent
        parent = None
        if begun is not None and begun.run not in asked:
            asked.add(begun.run)
            parent = _config_of(store, begun)
        start = begun.step if begun is not None and parent is not None else 0
        if start < end:
            found.append((start, registry.get(config.recipe).seen_per_step(config.settings)))
            end = start
        config = parent
    return found[::-1]


def _config_of(store: RunStore, parent: Parent) -> RunConfig | None:
    """What a parent was asked to do; `None` where it is gone or damaged."""
    try:
        config = store.get(parent.run).config
        if config is not None:
            registry.get(config.recipe)
    except NotFoundError:
        return None
    return config
