"""A served app with a run that trains, and more and more people who come to it (L4)."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from benchmarks.first_minute import REPO
from benchmarks.harness import say
from benchmarks.trust import priority
from benchmarks.trust.lines import Line, at_most
from benchmarks.trust.pupils import Pupil, Tally
from benchmarks.trust.served import Served, served, settings
from benchmarks.trust.viewer_client import GoneError, ViewerClient
from benchmarks.viewers import newest_step, start_run, wait_for_snapshot
from gan_core.access.modes import Mode
from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from gan_core.runs.lock import is_held
from gan_core.runs.store import RunStore

NUM_CLIENTS, NUM_BROWSERS = 25, 5
MAX_ARRIVAL_SECS = 10.0
MAX_SECS = 1.0


@dataclass
class Scene:
    """A served app with one run that trains."""

    store: RunStore
    app: Served
    run: str
    runs: list[str] = field(default_factory=list)

    def pupils(self, num: int, tally: Tally, *, first: int = 0) -> list[Pupil]:
        """People, each with a seed of their own; the first is the teacher, where there is one."""
        return [
            Pupil(
                self.app.address,
                self.runs,
                tally,
                first + i,
                brings={} if i else self.app.teacher,
            )
            for i in range(num)
        ]


@contextmanager
def training_scene(folder: Path, mode: Mode = "alone") -> Iterator[Scene]:
    """The app, a run that trains for as long as it takes, and the gallery's generators."""
    store = RunStore(folder / "runs")
    settings(store)
    shipped = [gallery.ensure(store, item.name, by=OWNER) for item in gallery.items()]
    run = start_run(store.root)
    try:
        with served(store, mode) as app:
            wait_for_snapshot(store, run)
            yield Scene(store, app, run, [run, *shipped])
    finally:
        command = [sys.executable, "-m", "gan_core", "stop", run, "--runs", str(store.root)]
        subprocess.run(command, cwd=REPO, check=True, capture_output=True)
        while is_held(store.paths(run).lock):  # it writes for a moment after it has said so
            time.sleep(0.2)


def step_aside(num_threads: int) -> None:
    """The viewers stand for other machines: from here on they are weighed by themselves.

    Called before any thread or browser is started, which then do the same.
    """
    priority.leave_the_session()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(num_threads))


@asynccontextmanager
async def living(pupils: list[Pupil]) -> AsyncIterator[None]:
    """People come one after another within a second or two, and go at the end."""
    tasks = []
    for pupil in pupils:
        tasks.append(asyncio.create_task(pupil.live()))
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def training_rate(scene: Scene) -> tuple[int, float]:
    """Where the run stands by its own clock: step and seconds."""
    return newest_step(scene.store, scene.run)


async def rate_for(scene: Scene, secs: float) -> float:
    """Steps a second over a while, by the worker's own clock."""
    step, at = training_rate(scene)
    await asyncio.sleep(secs)
    later, then = training_rate(scene)
    return (later - step) / (then - at)


@dataclass(frozen=True)
class Load:
    """What so many viewers saw."""

    num: int
    p95: float
    slowest_arrival: float
    num_errors: int
    cores: float
    rate: float

    def broken(self) -> str:
        """What breaks, in words; nothing where all is well."""
        if self.num_errors:
            return f"{self.num_errors} errors"
        if self.slowest_arrival > MAX_ARRIVAL_SECS:
            return f"an arrival takes {self.slowest_arrival:.0f} s"
        if self.p95 > MAX_SECS:
            return f"p95 of an action is {self.p95:.1f} s"
        return ""


async def more_and_more(scene: Scene, numbers: list[int], secs: float) -> list[Line]:
    """L4: let more people in until something breaks."""
    step_aside(100)
    alone = await rate_for(scene, 12.0)
    loads: list[Load] = []
    for num in numbers:
        tally = Tally()
        async with living(scene.pupils(num, tally, first=1000 * num)):
            while len(tally.arrivals) < num and not tally.errors:
                await asyncio.sleep(0.2)
            tally.actions.clear()
            cpu, begun = scene.app.cpu_secs(), time.monotonic()
            rate = await rate_for(scene, secs)
            cores = (scene.app.cpu_secs() - cpu) / (time.monotonic() - begun)
        loads.append(
            Load(num, tally.quantile(0.95), max(tally.arrivals), len(tally.errors), cores, rate)
        )
        last = loads[-1]
        say(
            f"{num:4} viewers: p95 {last.p95:.2f} s, arrival {last.slowest_arrival:.1f} s, "
            f"{last.num_errors} errors, app {100 * cores:.0f} % of a core, "
            f"training at {100 * rate / alone:.0f} %  {last.broken()}"
        )
        for kind, often, median, p95 in tally.slowest()[:4]:
            say(f"       {kind:14} {often:5} times, median {median:.2f} s, p95 {p95:.2f} s")
        for error in tally.errors[:3]:
            say(f"       {error}")
        if last.broken():
            break
        await asyncio.sleep(3.0)
    return breaking_lines(loads)


def breaking_lines(loads: list[Load]) -> list[Line]:
    """The figures of L4."""
    sound = [load for load in loads if not load.broken()]
    lines = [
        Line(
            "L4", f"{load.num} viewers: p95 {load.p95:.2f} s", f"{100 * load.cores:.0f} % of a core"
        )
        for load in loads
    ]
    last = sound[-1].num if sound else 0
    broken = next((load for load in loads if load.broken()), None)
    told_broken = f"at {broken.num}: {broken.broken()}" if broken else "not reached"
    return [
        *lines,
        Line("L4", "what breaks first", told_broken),
        Line("L4", "the most viewers for whom all is well", str(last), "> 30", last > 30),
    ]


async def politeness(store: RunStore, app: Served, limit: int) -> list[Line]:
    """L4: beyond the limit people are told to wait, and those who are here notice nothing."""
    html = {"Accept": "text/html"}

    async def knock() -> requests.Response:
        return await asyncio.to_thread(requests.get, app.address, headers=html, timeout=30)

    settings(store, max_viewers=limit)
    here = []
    for _ in range(limit):
        (await knock()).raise_for_status()
        here.append(await ViewerClient.open(app.address))
    answers = [await knock() for _ in range(5)]
    are_told = all(
        one.status_code == 503 and one.headers.get("Retry-After") and "is full" in one.text
        for one in answers
    )
    undisturbed = True
    for viewer in here:
        try:
            await viewer.go("runs")
        except (GoneError, TimeoutError):
            undisturbed = False
    await here.pop().close()
    begun = time.monotonic()
    while (await knock()).status_code != 200:
        await asyncio.sleep(0.05)
    freed_secs = time.monotonic() - begun
    for viewer in here:
        undisturbed &= not viewer.errors
        await viewer.close()
    return [
        Line(
            "L4", f"beyond {limit}: told in words to wait", f"{len(answers)} of 5", "all", are_told
        ),
        Line("L4", "those who are here notice nothing", str(undisturbed), "True", undisturbed),
        at_most("L4", "a place is free after somebody left", freed_secs, 2.0, "s"),
    ]
