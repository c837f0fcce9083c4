"""How much slower a run trains while people watch it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser

from benchmarks.first_minute import REPO, free_port, start_server
from benchmarks.harness import say
from benchmarks.page_visits import new_page, open_run
from benchmarks.viewers import newest_step, start_run, wait_for_snapshot
from gan_core.runs.store import RunStore

_TURN_SECS = 12.0
_SETTLE_SECS = 3.0


class Asking:
    """Somebody on another machine who watches: asks as the live view does, draws nothing here."""

    def __init__(self, address: str, run: str, offset_secs: float) -> None:
        self._url = f"{address}/studio/runs/{run}/live.json"
        self._offset_secs = offset_secs
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        since = ""
        with requests.Session() as session:
            pause = self._offset_secs
            while not self._over.wait(pause):
                answer = session.get(self._url, params={"since": since}, timeout=30)
                since = answer.json()["version"] if answer.status_code == 200 else since
                pause = 1.0

    def end(self) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join()


@contextmanager
def _nobody() -> Iterator[None]:
    yield


@contextmanager
def _a_page_here(browser: Browser, address: str, run: str) -> Iterator[None]:
    page = new_page(browser)
    open_run(page, address, run)
    yield
    page.context.close()


@contextmanager
def _elsewhere(num: int, address: str, run: str) -> Iterator[None]:
    asking = [Asking(address, run, i / num) for i in range(num)]
    yield
    for one in asking:
        one.end()


def _rate(store: RunStore, run: str, batch_size: int) -> float:
    """Images a second over one turn, by the worker's own clock."""
    time.sleep(_SETTLE_SECS)
    step, at = newest_step(store, run)
    time.sleep(_TURN_SECS)
    later, then = newest_step(store, run)
    return (later - step) * batch_size / (then - at)


def slowdowns(browser: Browser, folder: Path, rounds: int) -> list[tuple[str, float, float]]:
    """By how many percent training slows, per kind of watching: (words, percent, goal)."""
    folder.mkdir()
    store = RunStore(folder)
    run = start_run(store.root)
    port = free_port()
    server, _answered = start_server(port, str(store.root))
    address = f"http://localhost:{port}"
    kinds = {
        "nobody": lambda: _nobody(),
        "slower: a page in a browser on this machine": lambda: _a_page_here(browser, address, run),
        "slower: one page on another machine": lambda: _elsewhere(1, address, run),
        "slower: five pages on other machines": lambda: _elsewhere(5, address, run),
    }
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    try:
        wait_for_snapshot(store, run)
        batch_size = store.get(run).sound_config().settings.batch_size
        for i in range(rounds):
            for name, watching in kinds.items():
                with watching():
                    rates[name].append(_rate(store, run, batch_size))
            say(f"round {i + 1} of {rounds}: {[round(taken[-1]) for taken in rates.values()]}")
    finally:
        server.terminate()
        server.wait()
        command = [sys.executable, "-m", "gan_core", "stop", run, "--runs", str(store.root)]
        subprocess.run(command, cwd=REPO, check=True, capture_output=True)
        time.sleep(_SETTLE_SECS)
    alone = rates.pop("nobody")
    goals = [3.0, 3.0, 5.0]
    return [
        (name, 100 * statistics.median(1 - one / a for one, a in zip(taken, alone, strict=True)), g)
        for (name, taken), g in zip(rates.items(), goals, strict=True)
    ]
