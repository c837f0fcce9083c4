"""Workers killed at random moments, and inside saving: what of their work is lost."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from benchmarks.harness import say
from benchmarks.trust.trial import Outcome, Place
from gan_core.runs import checkpoints
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricReader
from gan_core.runs.status import read_status
from tests.processes.worker_runs import kill_at_random, new_run, start

INTERVAL_SECS = 1.0
_STEPS_PER_KILL = 100
_SETTINGS = {
    "batch_size": 16,
    "dropout": 0.3,
    "log_every": 1,
    "snapshot_every": 100,
    "checkpoint_secs": INTERVAL_SECS,
}


@dataclass(frozen=True)
class Loss:
    """What a kill cost: logged steps after the newest saved one, and the time they had taken."""

    num_steps: int
    secs: float
    while_saving: bool


def attempt(place: Place) -> Outcome:
    """Kill one run's workers again and again, then let it finish."""
    num_random, num_saving = place.num(3, 50), place.num(2, 20)
    kinds = [False] * num_random + [True] * num_saving
    rng = random.Random(place.seed)
    rng.shuffle(kinds)
    num_steps = _STEPS_PER_KILL * (len(kinds) + 2)
    paths = new_run(place.folder, place.data_dir, steps=num_steps, settings=dict(_SETTINGS))
    losses: list[Loss] = []
    begun_at = {1}
    for number, while_saving in enumerate(kinds):
        found = strike(paths, place, rng, while_saving=while_saving, begun_at=begun_at)
        if found is None:
            break
        losses.append(found)
        say(f"kill {number + 1} of {len(kinds)}: {found}")
    lost = int(start(paths, place.data_dir).wait() != 0 or read_status(paths).step != num_steps)
    worst = max((loss.secs for loss in losses), default=0.0)
    hit = sum(loss.while_saving for loss in losses)
    return Outcome(
        f"{len(losses)} kills, {hit} of them left a save half done; {lost} runs lost; at most "
        f"{worst:.2f} s of work lost, saving every {INTERVAL_SECS:g} s",
        "0 lost, at most one interval",
        passed=len(losses) == len(kinds) and not lost and worst <= INTERVAL_SECS,
    )


def strike(
    paths: RunPaths,
    place: Place,
    rng: random.Random,
    *,
    while_saving: bool,
    begun_at: set[int],
    max_steps: int = _STEPS_PER_KILL // 2,
) -> Loss | None:
    """Kill the run's worker once; what that cost, `None` when the run finished before.

    Args:
        paths: of the run.
        place: where.
        rng: chooses the moment.
        while_saving: inside a save.
        begun_at: the first steps of all workers so far: those compile, which is no work.
        max_steps: strike at most so many steps after the first new one.
    """
    kill = kill_at_random(
        paths, place.data_dir, rng, while_saving=while_saving, max_steps=max_steps
    )
    if kill is None:
        return None
    kept = checkpoints.load_newest(paths)
    assert kept is not None
    assert kept.skipped == (), "a kill has damaged something"
    records = _times(paths)
    secs = sum(
        records[step] - records.get(step - 1, records[step])
        for step in records
        if step > kept.step and step not in begun_at
    )
    begun_at.add(kept.step + 1)
    return Loss(sum(step > kept.step for step in records), secs, kill.while_saving)


def _times(paths: RunPaths) -> dict[int, float]:
    """The time that training had taken at each logged step."""
    reader = MetricReader(paths.metrics)
    reader.poll()
    times = reader.columns.get("elapsed_s", [])
    return {int(step): secs for step, secs in zip(reader.columns["step"], times, strict=True)}


def steps_of(paths: RunPaths) -> list[int]:
    """The steps in a log, as they stand there."""
    return [json.loads(line)["step"] for line in paths.metrics.read_text().splitlines()]
