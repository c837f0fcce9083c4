"""What many people, many runs and many hours do to the app.

    python -m benchmarks.trust.load [L1 L2 L3 L4 L5 S5] [--short] [--minutes N]

Prints one line for each figure, with its goal and whether it is reached. Everything happens on
this machine: viewers are clients of ours (`viewer_client`) and a few real browsers. They stand
for other machines, so they take only the processor time that is left here.

L1  a class of 30 watches and explores while a run trains; L2  30 arrive at once; L3  200 runs of
100 000 logged steps; L4  more and more viewers until something breaks, and what those see who
come when it is full; L5  eight hours in one; S5  two people never see each other's state.
All as the owners of their own machine, unless `--mode class` makes them a teacher and viewers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from benchmarks.many_runs import make_runs
from benchmarks.trust import arrivals, classroom, long_day, many_points, priority, two_people
from benchmarks.trust.empty_page import empty_page
from benchmarks.trust.lesson import APART, SHARED, long_lesson
from benchmarks.trust.lines import Line
from benchmarks.trust.served import served, settings
from gan_core.runs.store import RunStore

_SHORT_MINUTES, _MINUTES = 1.0, 30.0
_LIMIT = 40
_STEPS_OF_L4 = [15, 30, 45, 60, 80, 100, 130, 160, 200, 250, 300]


def lesson(given: argparse.Namespace, folder: Path) -> list[Line]:
    """L1."""
    minutes = given.minutes or (_SHORT_MINUTES if given.short else _MINUTES)
    rounds = max(2, min(6, round(minutes)))
    if given.apart:
        priority.leave_one_to_the_viewers()
    with classroom.training_scene(folder, given.mode) as scene:
        if given.apart:
            priority.be_the_viewers()
        kinds = APART if given.apart else SHARED
        return asyncio.run(
            long_lesson(
                scene, minutes, rounds, given.clients, given.browsers, given.chromium, kinds
            )
        )


def at_once(given: argparse.Namespace, folder: Path) -> list[Line]:
    """L2."""
    with (
        classroom.training_scene(folder, given.mode) as scene,
        empty_page(folder / "empty") as empty,
    ):
        return asyncio.run(
            arrivals.all_at_once(scene, empty, given.clients, given.browsers, given.chromium)
        )


def points(given: argparse.Namespace, folder: Path) -> list[Line]:
    """L3."""
    num_runs, num_logged = (20, 5_000) if given.short else (200, 100_000)
    return many_points.first_pages(given.chromium, folder, num_runs, num_logged)


def breaking_point(given: argparse.Namespace, folder: Path) -> list[Line]:
    """L4."""
    numbers = _STEPS_OF_L4[:3] if given.short else _STEPS_OF_L4
    with classroom.training_scene(folder) as scene:
        found = asyncio.run(classroom.more_and_more(scene, numbers, 10.0 if given.short else 30.0))
    store = RunStore(folder / "full")
    settings(store, max_viewers=_LIMIT)
    with served(store) as app:
        return [*found, *asyncio.run(classroom.politeness(store, app, _LIMIT))]


def day(given: argparse.Namespace, folder: Path) -> list[Line]:
    """L5."""
    with long_day.a_day(folder) as one:
        return asyncio.run(long_day.soak(one, 3 if given.short else given.cycles))


def strangers(given: argparse.Namespace, folder: Path) -> list[Line]:
    """S5."""
    store = make_runs(folder, 4, 200)
    with served(store, given.mode) as app:
        num = 100 if given.short else 1000
        meeting = two_people.meet(app.address, store.ids(), num, given.seed, app.teacher)
        found = asyncio.run(meeting)
    return two_people.lines(*found)


_PARTS: dict[str, Callable[[argparse.Namespace, Path], list[Line]]] = {
    "L1": lesson,
    "L2": at_once,
    "L3": points,
    "L4": breaking_point,
    "L5": day,
    "S5": strangers,
}


def _measure(code: str, given: argparse.Namespace) -> list[Line]:
    with tempfile.TemporaryDirectory() as folder:
        return _PARTS[code](given, Path(folder))


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*_PARTS, []], help="all when none is named")
    parser.add_argument("--short", action="store_true", help="a minute or so each")
    parser.add_argument(
        "--mode",
        choices=["alone", "class"],
        default="alone",
        help="of L1, L2 and S5: for a class everybody has cookies of their own, and one the code",
    )
    parser.add_argument("--minutes", type=float, default=0.0, help="of L1; 30 when not given")
    parser.add_argument(
        "--apart", action="store_true", help="of L1: the viewers have a processor of their own"
    )
    parser.add_argument("--cycles", type=int, default=16, help="half hours of L5")
    parser.add_argument("--clients", type=int, default=classroom.NUM_CLIENTS)
    parser.add_argument("--browsers", type=int, default=classroom.NUM_BROWSERS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--chromium", default=os.environ.get("LATENT_STUDIO_CHROMIUM"))
    given = parser.parse_args()
    lines: list[Line] = []
    for code in given.parts or list(_PARTS):
        begun = time.monotonic()
        # In a process of its own: a part that steps aside for the others stays so.
        with get_context("spawn").Pool(1) as pool:
            found = pool.apply(_measure, (code, given))
        lines += found
        sys.stdout.write("\n".join([*map(str, found), ""]))
        sys.stdout.write(f"    in {time.monotonic() - begun:.0f} s\n")
        sys.stdout.flush()
    return 0 if all(line.holds is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
