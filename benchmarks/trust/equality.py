"""Runs of each family, killed and resumed, against the same runs left alone: equal to the bit."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from benchmarks.harness import say
from benchmarks.trust.kills import steps_of
from benchmarks.trust.trial import Outcome, Place
from gan_core.config import SettingValue
from tests.processes.worker_runs import differences, kill_at_random, new_run, start


@dataclass(frozen=True)
class Family:
    """A kind of run whose state is made of other things than the others'."""

    name: str
    recipe: str
    settings: dict[str, SettingValue] = field(default_factory=dict)


FAMILIES = (
    Family("GAN with dropout", "quick-dcgan", {"dropout": 0.3}),
    Family("GAN with EMA and instance noise", "quick-dcgan", {"ema": 0.99, "instance_noise": 0.1}),
    Family("VAE", "vae"),
)
_COMMON: dict[str, SettingValue] = {
    "batch_size": 16,
    "log_every": 1,
    "snapshot_every": 100,
    "checkpoint_secs": 0.3,  # so that there is one to go on from when the first kill strikes
}


def attempt(place: Place) -> Outcome:
    """Each family: one run left alone, one killed; then compare."""
    num_kills = place.num(1, 5)
    found = {family.name: compare(place, family, num_kills) for family in FAMILIES}
    for name, differing in found.items():
        say(f"{name}: {', '.join(differing) or 'equal'}")
    num_equal = sum(not differing for differing in found.values())
    return Outcome(
        f"{num_equal} of {len(found)} families equal after {num_kills} kills each: metrics, "
        "weights, optimisers, sheets, snapshots; no step twice, none missing",
        "all, bit for bit",
        passed=num_equal == len(found),
    )


def compare(place: Place, family: Family, num_kills: int) -> list[str]:
    """In what a run that was killed differs from one that was not."""
    steps_per_kill = place.num(50, 80)
    steps = steps_per_kill * (num_kills + 1)
    settings = {**_COMMON, **family.settings}
    whole, cut = (
        new_run(place.folder, place.data_dir, steps=steps, settings=settings, recipe=family.recipe)
        for _ in "ab"
    )
    undisturbed = start(whole, place.data_dir)
    rng = random.Random(place.seed)
    num_struck = 0
    for turn in range(num_kills):
        kill = kill_at_random(
            cut, place.data_dir, rng, while_saving=turn % 2 == 1, max_steps=steps_per_kill // 2
        )
        num_struck += kill is not None
    codes = [start(cut, place.data_dir).wait(), undisturbed.wait()]
    found = [] if codes == [0, 0] else [f"exit codes {codes}"]
    if num_struck < num_kills:
        found.append("it finished before it could be killed")
    if not found:
        found += differences(whole, cut)
    if steps_of(cut) != list(range(1, steps + 1)):
        found.append("a step twice, or missing")
    return found
