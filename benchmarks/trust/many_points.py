"""A folder of many long runs, and a browser that has never been here (L3)."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.harness import say
from benchmarks.many_runs import make_runs
from benchmarks.page_visits import PAGES, chromium, new_page, open_run
from benchmarks.trust.lines import Line, at_most
from benchmarks.trust.served import served

_GOAL_SECS = 2.0


def first_pages(path: str | None, folder: Path, num_runs: int, num_logged: int) -> list[Line]:
    """L3: the first page of a server that has just answered, and others a newcomer may open."""
    say(f"making {num_runs} runs of {num_logged} logged steps")
    store = make_runs(folder, num_runs, num_logged)
    cold: list[float] = []
    warm: list[float] = []
    with chromium(path) as browser:
        for _ in range(3):
            with served(store) as app:
                cold.append(_newcomer(browser, app.address, PAGES["Train"]))
                warm += [_newcomer(browser, app.address, PAGES["Train"]) for _ in range(2)]
        with served(store) as app:
            listed = _newcomer(browser, f"{app.address}/runs", PAGES["Runs"])
            page = new_page(browser)
            opened = open_run(page, app.address, store.ids()[-1])
            page.context.close()
    size = f"{num_runs} runs × {num_logged}"
    return [
        at_most("L3", f"{size}: first page of a fresh server", _middle(cold), _GOAL_SECS, "s"),
        at_most("L3", f"{size}: first page for the next newcomer", _middle(warm), _GOAL_SECS, "s"),
        at_most("L3", f"{size}: the list of runs, opened first", listed, _GOAL_SECS, "s"),
        at_most("L3", f"{size}: a run's page, opened afresh", opened, _GOAL_SECS, "s"),
    ]


def _newcomer(browser: Browser, address: str, wanted: str) -> float:
    page = new_page(browser)
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    page.locator(wanted).first.wait_for()
    spent = time.monotonic() - begun
    page.context.close()
    return spent


def _middle(values: list[float]) -> float:
    return statistics.median(values)
