"""What the page costs: `python -m benchmarks.page_cost [--quick] [--soak-mins N]`.

Makes a folder of 200 runs with 100 000 logged steps each (`many_runs`: what is never altered in
place is hard-linked), starts the app, opens Chromium, and prints each figure beside its goal. One
tick is one second of watching a run of that length to which three records a second are added.
Processor time is the processes' own, so a busy machine does not count; waiting times are the
machine's as it is.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.first_minute import free_port, start_server
from benchmarks.harness import say
from benchmarks.many_runs import growing_run, make_runs
from benchmarks.page_soak import soak
from benchmarks.page_training import slowdowns
from benchmarks.page_visits import (
    PAGES,
    Meter,
    chromium,
    first_page,
    new_page,
    open_run,
    switch,
    watch,
)
from gan_core.jobs.machine import num_cores
from gan_core.runs.store import RunStore

_RECORDS_PER_SEC = 3
_SETTLE_SECS = 4.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    runs: int
    logged: int
    starts: int
    rounds: int
    tick_secs: float


FULL = Sizes(runs=200, logged=100_000, starts=3, rounds=5, tick_secs=20.0)
QUICK = Sizes(runs=12, logged=500, starts=1, rounds=1, tick_secs=2.0)


@dataclass(frozen=True)
class Figure:
    """One line of the table: a figure, and the goal that it must not exceed."""

    what: str
    value: float
    unit: str
    goal: float | None = None

    def __str__(self) -> str:
        """The line."""
        digits = 2 if self.unit == "s" else 1
        line = f"{self.what:46} {self.value:8.{digits}f} {self.unit:3}"
        if self.goal is None:
            return line
        verdict = "reached" if self.value <= self.goal else "MISSED"
        return f"{line}  goal ≤ {self.goal:g} {self.unit:3} {verdict}"


@contextmanager
def served(store: RunStore) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """The app: its address, its process, and the seconds until it answered."""
    port = free_port()
    server, answered = start_server(port, str(store.root))
    try:
        yield f"http://localhost:{port}", server, answered
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def first_pages(browser: Browser, store: RunStore, sizes: Sizes) -> list[Figure]:
    """A start of the server, and a browser that has never been here."""
    answers, pages = [], []
    for _ in range(sizes.starts):
        begun = time.monotonic()
        with served(store) as (address, _server, answered):
            first_page(browser, address)
            pages.append(time.monotonic() - begun)
            answers.append(answered)
    both = statistics.median(pages)
    after = statistics.median(page - answer for page, answer in zip(pages, answers, strict=True))
    return [
        Figure("first page, from the server's first answer", after, "s", 3),
        Figure("first page, from the start of its process", both, "s", 3),
    ]


def switches(browser: Browser, address: str, run: str, sizes: Sizes) -> list[Figure]:
    """Each page from another one, click to settled; the first time apart."""
    page = new_page(browser)
    page.goto(address)
    page.locator(PAGES["Train"]).first.wait_for()
    page.wait_for_timeout(1000 * _SETTLE_SECS)
    times: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(sizes.rounds + 1):
        for name in PAGES:
            times[name].append(switch(page, name))
            page.wait_for_timeout(300)
    opened = [open_run(page, address, run) for _ in range(sizes.rounds)]
    page.context.close()
    figures = [
        Figure(f"switch to {name} (first time {taken[0]:.2f} s)", _median(taken[1:]), "s", 0.5)
        for name, taken in times.items()
    ]
    return [*figures, Figure("a run's page loaded afresh", _median(opened), "s")]


def ticks(browser: Browser, address: str, pid: int, run: str, sizes: Sizes) -> list[Figure]:
    """A second of watching, by one and by five pages, less a second of nobody watching."""
    idle = watch(pid, sizes.tick_secs)
    page = new_page(browser)
    meter = Meter.of(page)
    open_run(page, address, run)
    page.wait_for_timeout(1000 * _SETTLE_SECS)
    one = watch(pid, sizes.tick_secs, page, meter)
    others = [new_page(browser) for _ in range(4)]
    for other in others:
        open_run(other, address, run)
    page.wait_for_timeout(1000 * _SETTLE_SECS)
    five = watch(pid, sizes.tick_secs, page, meter)
    for each in (page, *others):
        each.context.close()
    here = one.server_ms - idle.server_ms + one.browser_ms - idle.browser_ms
    elsewhere = five.server_ms - idle.server_ms
    percent = 100 / (1000 * num_cores())
    return [
        Figure("server while nobody watches, a second", idle.server_ms, "ms"),
        Figure("a tick: server, one page", one.server_ms - idle.server_ms, "ms", 30),
        Figure("a tick: server, five pages together", five.server_ms - idle.server_ms, "ms"),
        Figure("a tick: the browser's main thread", one.main_thread_ms, "ms", 30),
        Figure("a tick: bytes that reach a browser", one.num_bytes / 1000, "KB", 30),
        Figure("one page here, browser and all: of the cores", percent * here, "%", 3),
        Figure("five pages elsewhere: of the cores", percent * elsewhere, "%", 5),
    ]


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


def show(title: str, figures: list[Figure]) -> None:
    """Print as soon as it is known."""
    sys.stdout.write("\n".join([f"\n{title}", *map(str, figures), ""]))
    sys.stdout.flush()


def measure(path: str | None, folder: Path, given: argparse.Namespace) -> None:
    """All of it, a part after another."""
    sizes = QUICK if given.quick else FULL
    say(f"making {sizes.runs} runs of {sizes.logged} logged steps")
    store = make_runs(folder, sizes.runs, sizes.logged)
    with chromium(path) as browser:
        show("Start", first_pages(browser, store, sizes))
        with (
            growing_run(store, sizes.logged, per_sec=_RECORDS_PER_SEC) as run,
            served(store) as (address, server, _answered),
        ):
            finished = store.ids()[-1]
            show("Pages", switches(browser, address, finished, sizes))
            show("Watching", ticks(browser, address, server.pid, run, sizes))
            if given.soak_mins:
                found = soak(browser, address, server.pid, run, 60 * given.soak_mins)
                title = f"{given.soak_mins:g} minutes of viewers who come and go"
                growth = Figure("growth of the server's memory", found.percent, "%", 5)
                show(title, [*(Figure(*one, "MB") for one in found.figures), growth])
    if not given.quick:
        with chromium(path) as browser:
            found = slowdowns(browser, folder / "training", given.training_rounds)
            show("Training", [Figure(what, value, "%", goal) for what, value, goal in found])


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few and short runs, a look at each")
    parser.add_argument("--soak-mins", type=float, default=0.0)
    parser.add_argument("--training-rounds", type=int, default=5)
    parser.add_argument("--chromium", default=os.environ.get("LATENT_STUDIO_CHROMIUM"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(given.chromium or shutil.which("chromium"), Path(folder), given)
    return 0


if __name__ == "__main__":
    sys.exit(main())
