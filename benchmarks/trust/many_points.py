"""A folder of many long runs, and a browser that has never been here (L3).

Each page is loaded by a newcomer in turn with an empty page of Streamlit's: what the browser, on
the server's own processors, needs for Streamlit's client alone.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.harness import say
from benchmarks.many_runs import make_runs
from benchmarks.page_visits import PAGES, WATCHED, chromium, new_page
from benchmarks.trust import empty_page
from benchmarks.trust.lines import Line, at_most, told
from benchmarks.trust.served import Served, served
from gan_core.runs.store import RunStore

_GOAL_SECS = 2.0
_NUM_FRESH, _NUM_TURNS = 3, 7
_EMPTY = "an empty page of Streamlit's"
_TRAIN = "first page for the next newcomer"


def first_pages(path: str | None, folder: Path, num_runs: int, num_logged: int) -> list[Line]:
    """L3: the first page of a server that has just answered, and others a newcomer may open."""
    say(f"making {num_runs} runs of {num_logged} logged steps")
    store = make_runs(folder, num_runs, num_logged)
    with chromium(path) as browser, empty_page.empty_page(folder / "empty") as empty:
        fresh, fresh_empty = [], []
        for i in range(_NUM_FRESH):
            with served(store) as app:
                fresh.append(_newcomer(browser, app.address, PAGES["Train"]))
            with empty_page.empty_page(folder / f"empty-{i}") as app:
                fresh_empty.append(_newcomer(browser, app.address, empty_page.SHOWN))
        with served(store) as app:
            found = _by_turns(browser, store, app, empty)
    floor = found.pop(_EMPTY)
    size = f"{num_runs} × {num_logged}"
    lines = [
        at_most(
            "L3", f"{size}: first page of a fresh server", statistics.median(fresh), _GOAL_SECS, "s"
        ),
        told("L3", f"{size}:   … of an empty page's", statistics.median(fresh_empty), "s"),
        told("L3", f"{size}: {_EMPTY}", floor, "s"),
    ]
    for what, secs in found.items():
        lines.append(at_most("L3", f"{size}: {what}", secs, _GOAL_SECS, "s"))
        lines.append(told("L3", f"{size}:   … more than the empty page", secs - floor, "s"))
    return lines


def _by_turns(browser: Browser, store: RunStore, app: Served, empty: Served) -> dict[str, float]:
    """The medians of pages that newcomers open one after another, the first round left out."""
    places = {
        _EMPTY: (empty.address, empty_page.SHOWN),
        _TRAIN: (app.address, PAGES["Train"]),
        "the list of runs, opened first": (f"{app.address}/runs", PAGES["Runs"]),
        "a run's page, opened first": (f"{app.address}/?run={store.ids()[-1]}", WATCHED),
    }
    found: dict[str, list[float]] = {what: [] for what in places}
    for _ in range(_NUM_TURNS):
        for what, (address, wanted) in places.items():
            found[what].append(_newcomer(browser, address, wanted))
    for what, secs in found.items():
        say(f"  {what}: " + ", ".join(f"{one:.2f}" for one in secs))
    return {what: statistics.median(secs[1:]) for what, secs in found.items()}


def _newcomer(browser: Browser, address: str, wanted: str) -> float:
    page = new_page(browser)
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    page.locator(wanted).first.wait_for()
    spent = time.monotonic() - begun
    page.context.close()
    return spent
