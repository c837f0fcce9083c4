"""One person queues a hundred runs: `python -m benchmarks.trust.fairness [--quick]`.

Bob goes through Train, a run's page, Runs and Explore, and others have Runs open, whose cards tick.
First alone, then while one run trains, then while Ada presses *Repeat* twenty times and a hundred
runs wait; then all of it anew, round after round. Prints Bob's times, and how they compare.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.first_minute import free_port, start_server
from benchmarks.harness import say
from benchmarks.many_runs import make_runs
from benchmarks.trust.lines import Line, at_most, told
from benchmarks.trust.viewer_client import ViewerClient
from gan_core.access.people import OWNER
from gan_core.config import RunConfig
from gan_core.errors import ConflictError
from gan_core.jobs import control
from gan_core.jobs.launch import submit
from gan_core.jobs.plan import plan
from gan_core.runs.status import BUSY
from gan_core.runs.store import RunStore

GOAL = 1.2
ALONE, ONE, HUNDRED = "alone", "one run trains", "a hundred are queued"
_AT_A_PRESS = 5
_PAUSE_SECS = 0.25
_PATIENCE_SECS = 60.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rounds: int
    visits: int
    runs: int
    onlookers: int


FULL = Sizes(rounds=3, visits=10, runs=100, onlookers=3)
QUICK = Sizes(rounds=1, visits=2, runs=10, onlookers=1)


@dataclass
class Times:
    """Seconds of Bob's actions, by the state of things and by the page."""

    secs: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def note(self, state: str, page: str, secs: float) -> None:
        """Keep one."""
        self.secs.setdefault(state, {}).setdefault(page, []).append(secs)

    def of(self, state: str) -> list[float]:
        """All of a state."""
        return [one for page in self.secs[state].values() for one in page]


async def visit(bob: ViewerClient, finished: str, state: str, times: Times) -> None:
    """Go once through the pages."""
    places = {"Train": ("", ""), "a run": ("", f"run={finished}"), "Runs": ("runs", "")}
    places["Explore"] = ("explore", f"run={finished}")
    for name, (page, query) in places.items():
        times.note(state, name, await bob.go(page, query))
        await asyncio.sleep(_PAUSE_SECS)


async def look_on(address: str) -> None:
    """Have Runs open until cancelled; whatever ticks is drawn when it is due."""
    viewer = await ViewerClient.open(address, "runs")
    due: dict[str, float] = {}
    while True:
        now = time.monotonic()
        due = {name: due.get(name, now + secs) for name, secs in viewer.ticks.items()}
        for name in [name for name, at in due.items() if at <= now]:
            if name in viewer.ticks:  # else the page was drawn anew meanwhile
                await viewer.tick(name)
                due[name] = time.monotonic() + viewer.ticks.get(name, 0.0)
        await asyncio.sleep(0.05)


@asynccontextmanager
async def onlookers(address: str, num: int) -> AsyncIterator[None]:
    """So many who look on meanwhile."""
    tasks = [asyncio.create_task(look_on(address)) for _ in range(num)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        faults = [one for one in ended if not isinstance(one, asyncio.CancelledError)]
        assert not faults, faults


async def press_repeat(ada: ViewerClient, num_runs: int) -> float:
    """Queue runs as Ada does; the seconds of her slowest press."""
    slowest = 0.0
    for _ in range(num_runs // _AT_A_PRESS):
        await ada.go("")
        slowest = max(slowest, await ada.change("repeat", True))
    return slowest


def waiting(store: RunStore) -> int:
    """How many runs wait or live."""
    return sum(run.status.state in BUSY for run in store.list())


async def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something."""
    give_up_at = time.monotonic() + _PATIENCE_SECS
    while not is_so():
        assert time.monotonic() < give_up_at, f"not after {_PATIENCE_SECS:.0f} s: {what}"
        await asyncio.sleep(0.2)


async def clear(store: RunStore, known: set[str]) -> None:
    """End and delete all runs that were not there at first; those that wait go first."""
    for run in sorted(store.list(), key=lambda run: run.status.state != "queued"):
        if run.id not in known and run.status.state in BUSY:
            try:
                await asyncio.to_thread(control.stop, store, run.id, by=OWNER)
            except ConflictError:
                continue  # it ended at this moment
    await until(lambda: waiting(store) == 0, "all runs at rest")
    for run_id in set(store.ids()) - known:
        await asyncio.to_thread(store.delete, run_id)


async def measure(address: str, store: RunStore, config: RunConfig, sizes: Sizes) -> Times:
    """Round after round."""
    times, known = Times(), set(store.ids())
    finished = min(known)
    ada, bob = await ViewerClient.open(address), await ViewerClient.open(address)
    await visit(bob, finished, "warm", times)

    async def look(state: str) -> None:
        for _ in range(sizes.visits):
            await visit(bob, finished, state, times)

    for i in range(sizes.rounds):
        say(f"round {i + 1} of {sizes.rounds}")
        async with onlookers(address, sizes.onlookers):
            await look(ALONE)
            run = submit(store, config, data_dir=Path(os.environ["GAN_DATA_DIR"]), by=OWNER)
            await until(lambda: store.get(run.id).status.step > 0, "the first step")  # noqa: B023
            await look(ONE)
            pressing = asyncio.create_task(press_repeat(ada, sizes.runs))
            await asyncio.gather(pressing, _keep_looking(pressing, look))
            times.note("press", "Train", pressing.result())
            assert waiting(store) > sizes.runs, "all wait"
            assert not [*ada.errors, *bob.errors], [*ada.errors, *bob.errors]
        await clear(store, known)
    await ada.close()
    await bob.close()
    return times


async def _keep_looking(
    pressing: asyncio.Task[float], look: Callable[[str], Awaitable[None]]
) -> None:
    """Bob's visits, while Ada presses and for a while after."""
    while not pressing.done():
        await look(HUNDRED)
    await look(HUNDRED)


def p95(values: list[float]) -> float:
    """The 95th of a hundred."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def table(times: Times) -> list[Line]:
    """The figures, as lines."""
    lines = []
    for state in (ALONE, ONE, HUNDRED):
        for page, secs in times.secs[state].items():
            what = f"{page}, {state} (n = {len(secs)})"
            lines.append(told("S4", f"{what}, median", 1000 * statistics.median(secs), "ms", 0))
            lines.append(told("S4", f"{what}, p95", 1000 * p95(secs), "ms", 0))
    for base in (ALONE, ONE):
        for name, of in (("median", statistics.median), ("p95", p95)):
            ratio = of(times.of(HUNDRED)) / of(times.of(base))
            lines.append(at_most("S4", f"all pages, {name}: {HUNDRED} / {base}", ratio, GOAL, "×"))
    slowest = max(times.of("press"))
    return [*lines, told("S4", "Ada's slowest press of five runs", slowest, "s")]


def run(sizes: Sizes) -> list[Line]:
    """Serve the app over a folder of its own and measure."""
    with tempfile.TemporaryDirectory() as folder:
        store = make_runs(Path(folder), 12, 500)
        data_dir = Path(os.environ.setdefault("GAN_DATA_DIR", str(Path(folder, "data"))))
        config = plan(
            "quick-dcgan", "digits", {}, runs_dir=store.root, data_dir=data_dir, steps=10**6,
            by=OWNER,
        )  # fmt: skip
        port = free_port()
        server, _answered = start_server(port, str(store.root))
        try:
            return table(asyncio.run(measure(f"http://localhost:{port}", store, config, sizes)))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few visits, ten runs")
    given = parser.parse_args()
    lines = run(QUICK if given.quick else FULL)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(any(line.holds is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
