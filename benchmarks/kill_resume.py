"""Twenty SIGKILLs at random moments of one run, then a comparison with an uninterrupted one.

    python -m benchmarks.kill_resume [--quick] [--kills N] [--seed N]

Every second kill is aimed at a save in progress. 1 when a run was lost or differs in a bit.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import say
from gan_core import data
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import read_status
from tests.processes.worker_runs import Kill, differences, kill_at_random, new_run, start

_STEPS_PER_KILL = 120
_SETTINGS = {
    "batch_size": 16,
    "dropout": 0.3,
    "log_every": 1,
    "snapshot_every": 100,
    "checkpoint_secs": 1.0,
}


def strike(paths: RunPaths, data_dir: Path, num_kills: int, seed: int) -> list[Kill]:
    """Kill the run's workers one after another; fewer when the run finishes before."""
    rng = random.Random(seed)
    kills: list[Kill] = []
    write = sys.stdout.write
    write(f"\n{'kill':>4}  {'after':>5}  {'secs':>6}  while saving  state seen\n")
    while len(kills) < num_kills:
        started = time.monotonic()
        kill = kill_at_random(
            paths,
            data_dir,
            rng,
            while_saving=len(kills) % 2 == 1,
            max_steps=_STEPS_PER_KILL,
        )
        if kill is None:
            return kills
        kills.append(kill)
        write(
            f"{len(kills):4}  {kill.num_logged:5}  {time.monotonic() - started:6.1f}  "
            f"{'yes' if kill.while_saving else 'no':12}  {read_status(paths).state}\n"
        )
        sys.stdout.flush()
    return kills


def main() -> int:
    """Kill, resume, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three kills")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    num_kills = 3 if given.quick else given.kills
    num_steps = _STEPS_PER_KILL * (num_kills + 2)
    with tempfile.TemporaryDirectory(prefix="kill-resume-") as folder:
        settings = dict(_SETTINGS)
        whole, cut = (
            new_run(Path(folder), given.data_dir, steps=num_steps, settings=settings) for _ in "ab"
        )
        say(f"an uninterrupted run of {num_steps} steps")
        if start(whole, given.data_dir).wait():
            say(whole.log.read_text())
            return 1
        kills = strike(cut, given.data_dir, num_kills, given.seed)
        exit_code = start(cut, given.data_dir).wait()
        found = differences(whole, cut) if exit_code == 0 else [cut.log.read_text()[-2000:]]
    sys.stdout.write(
        f"\n{len(kills)} kills, {sum(kill.while_saving for kill in kills)} of them while saving; "
        f"runs lost: {int(exit_code != 0)}; differences: {', '.join(found) or 'none'}\n"
    )
    return 1 if found or len(kills) < num_kills else 0


if __name__ == "__main__":
    sys.exit(main())
