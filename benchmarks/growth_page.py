"""How the page's cost grows: with the number of runs, the length of a run, and the viewers."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.harness import say
from benchmarks.many_runs import growing_run, make_runs
from benchmarks.page_cost import served
from benchmarks.page_visits import PAGES, new_page, open_run, switch, watch

Points = list[tuple[float, float]]

_RECORDS_PER_SEC = 3
_SETTLE_SECS = 4.0
_LOGGED = 1000


def by_runs(browser: Browser, numbers: tuple[int, ...], rounds: int) -> Points:
    """Seconds from the click on "Runs" until the page is there, with so many runs."""
    points: Points = []
    for num_runs in numbers:
        with tempfile.TemporaryDirectory() as folder:
            store = make_runs(Path(folder), num_runs, _LOGGED)
            with served(store) as (address, _server, _answered):
                page = new_page(browser)
                page.goto(address)
                page.locator(PAGES["Train"]).first.wait_for()
                page.wait_for_timeout(1000 * _SETTLE_SECS)
                taken = []
                for _ in range(rounds + 1):
                    taken.append(switch(page, "Runs"))
                    switch(page, "Train")
                page.context.close()
        points.append((num_runs, min(taken[1:])))
        say(f"{num_runs} runs: {points[-1][1]:.2f} s")
    return points


def by_length(browser: Browser, lengths: tuple[int, ...], rounds: int) -> Points:
    """Seconds until the page of a run with so many logged steps is there, loaded afresh."""
    points: Points = []
    for num_logged in lengths:
        with tempfile.TemporaryDirectory() as folder:
            store = make_runs(Path(folder), rounds, num_logged)
            with served(store) as (address, _server, _answered):
                page = new_page(browser)
                page.goto(address)
                page.locator(PAGES["Train"]).first.wait_for()
                page.wait_for_timeout(1000 * _SETTLE_SECS)
                # Each run is opened once: a second look finds its curves in memory.
                taken = [open_run(page, address, run) for run in store.ids()]
                page.context.close()
        points.append((num_logged, min(taken)))
        say(f"{num_logged} logged steps: {points[-1][1]:.2f} s")
    return points


def by_viewers(browser: Browser, numbers: tuple[int, ...], secs: float) -> Points:
    """Milliseconds of the server's processor time for each second that so many pages watch."""
    points: Points = []
    with tempfile.TemporaryDirectory() as folder:
        store = make_runs(Path(folder), 2, _LOGGED)
        with (
            growing_run(store, _LOGGED, per_sec=_RECORDS_PER_SEC) as run,
            served(store) as (address, server, _answered),
        ):
            pages = [new_page(browser)]
            open_run(pages[0], address, run)
            pages[0].wait_for_timeout(1000 * _SETTLE_SECS)
            for num_viewers in numbers:
                while len(pages) < num_viewers:
                    pages.append(new_page(browser))
                    open_run(pages[-1], address, run)
                pages[0].wait_for_timeout(1000 * _SETTLE_SECS)
                points.append((num_viewers, watch(server.pid, secs, pages[0]).server_ms))
                say(f"{num_viewers} viewers: {points[-1][1]:.1f} ms")
            for page in pages:
                page.context.close()
    return points
