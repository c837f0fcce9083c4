"""Who was forked from whom: the runs of a folder that descend from one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gan_core.runs.store import RunView


@dataclass(frozen=True)
class Relative:
    """One run of a family.

    Attributes:
        id: of the run.
        run: the run; `None` where only its children still name it: it was deleted, or they were
            brought here without it.
        parent: whom it was forked from; `None` for the first of the family.
        step: at which of the parent's steps it began.
        depth: how many forks lie between it and the first of the family.
    """

    id: str
    run: RunView | None
    parent: str | None = None
    step: int | None = None
    depth: int = 0


def family(runs: Sequence[RunView], run_id: str) -> list[Relative]:
    """All relatives of a run that are known, itself among them, each below its parent.

    Children stand in the order of the step at which they began, then of their ids. A run that
    names itself among its ancestors, as only a damaged or invented file does, counts as a first.

    Args:
        runs: of the folder, damaged ones included.
        run_id: whose family; may be a run that is gone.
    """
    there = {run.id: run for run in runs}
    children: dict[str, list[tuple[int, str]]] = {}
    for run in runs:
        if run.config is not None and run.config.parent is not None:
            parent = run.config.parent
            children.setdefault(parent.run, []).append((parent.step, run.id))
    first = _first(there, run_id)
    found: dict[str, Relative] = {}
    waiting = [Relative(first, there.get(first))]
    while waiting:
        one = waiting.pop()
        if one.id in found:
            continue
        found[one.id] = one
        for step, child in sorted(children.get(one.id, ()), reverse=True):
            waiting.append(Relative(child, there[child], one.id, step, one.depth + 1))
    return list(found.values())


def _first(there: dict[str, RunView], run_id: str) -> str:
    """The oldest ancestor that is known by name."""
    seen: list[str] = []
    while run_id not in seen:
        seen.append(run_id)
        run = there.get(run_id)
        if run is None or run.config is None or run.config.parent is None:
            return run_id
        run_id = run.config.parent.run
    return seen[0]
