"""Every fault that a run must outlive, tried; one row a line.

    python -m benchmarks.trust.faults [F1 F4 …] [--short] [--seed N]

The long version takes about an hour on two cores; `--short` a few seconds a line. Lines that need
small disks need the right to mount (root), and say so where they have it not. 1 when a line fails.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import say
from benchmarks.trust import (
    clocks,
    corruptions,
    damage,
    equality,
    full_disk,
    kills,
    lost_devices,
    not_finite,
    one_of_many,
    process_ids,
    second_worker,
    server_kills,
)
from benchmarks.trust.trial import Outcome, Place, Trial
from gan_core import data

LINES = (
    Trial("F1", "SIGKILL at any moment, also inside saving", kills.attempt),
    Trial("F2", "a resumed run equals an uninterrupted one", equality.attempt),
    Trial("F3", "SIGKILL of the page's server", server_kills.attempt),
    Trial("F4", "damaged checkpoints and snapshots", damage.attempt),
    Trial("F5", "corrupted metrics, status and configuration", corruptions.attempt),
    Trial("F6", "no space left, at each place that writes", full_disk.attempt),
    Trial("F7", "a second worker on the same run", second_worker.attempt),
    Trial("F8", "recycled process ids", process_ids.attempt),
    Trial("F9", "the clock moved by a day", clocks.attempt),
    Trial("F10", "losses and weights that are no numbers", not_finite.attempt),
    Trial("F11", "memory runs out, a GPU is lost", lost_devices.attempt),
    Trial("F12", "one damaged run among many", one_of_many.attempt),
)


def main() -> int:
    """Try the named lines and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("codes", nargs="*", metavar="F1", help="all when none is named")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    unknown = set(given.codes) - {line.code for line in LINES}
    if unknown:
        parser.error(f"there is no line {', '.join(sorted(unknown))}")
    outcomes: list[Outcome] = []
    for line in LINES:
        if given.codes and line.code not in given.codes:
            continue
        outcomes.append(_tried(line, given))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _tried(line: Trial, given: argparse.Namespace) -> Outcome:
    say(f"{line.code}: {line.title}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"faults-{line.code}-") as folder:
        place = Place(Path(folder), given.data_dir.resolve(), given.short, given.seed)
        outcome = line.attempt(place)
    secs = time.monotonic() - began
    verdict = "pass" if outcome.passed else "FAIL"
    sys.stdout.write(
        f"| {line.code} | {line.title} | {outcome.figure} | {outcome.goal} | {verdict} | "
        f"{secs:.0f} s |\n"
    )
    sys.stdout.flush()
    return outcome


if __name__ == "__main__":
    sys.exit(main())
