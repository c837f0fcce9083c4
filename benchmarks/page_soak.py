"""Viewers who come, look around, watch a run and leave, for a long time: does memory grow?"""

from __future__ import annotations

import itertools
import random
import statistics
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from benchmarks.harness import say
from benchmarks.page_visits import PAGES, memory_mb, new_page, open_run, switch

_NUM_WINDOWS = 4
_VISITS = 6  # until a window is closed
_SHARE_OF_START = 0.25
"""The first quarter fills caches: memory is compared from there on."""


@dataclass(frozen=True)
class Soak:
    """The server's memory over time, `(seconds, MB)`."""

    samples: tuple[tuple[float, float], ...]

    def _part(self, begin: float, end: float) -> float:
        """The median of a part of the time, given as shares of the whole."""
        last = self.samples[-1][0]
        inside = [mb for at, mb in self.samples if begin * last <= at <= end * last]
        return statistics.median(inside)

    @property
    def figures(self) -> list[tuple[str, float]]:
        """Memory at several times."""
        return [
            ("the server's memory at the start", self.samples[0][1]),
            ("after a quarter of the time", self._part(_SHARE_OF_START - 0.1, _SHARE_OF_START)),
            ("in the middle", self._part(0.45, 0.55)),
            ("at the end", self._part(0.9, 1.0)),
        ]

    @property
    def percent(self) -> float:
        """Growth from a quarter of the time on."""
        figures = [mb for _what, mb in self.figures]
        return 100 * (figures[-1] / figures[1] - 1)


def soak(browser: Browser, address: str, pid: int, run: str, secs: float) -> Soak:
    """Let several windows visit pages and watch a run; each is closed and another one opened."""
    begun = time.monotonic()
    samples = [(0.0, memory_mb(pid))]
    windows: list[Page] = []
    choose = random.Random(0)
    for turn in itertools.count():
        if turn % _VISITS == 0 and len(windows) == _NUM_WINDOWS:
            windows.pop(0).context.close()
        if len(windows) < _NUM_WINDOWS:
            windows.append(new_page(browser))
            open_run(windows[-1], address, run)
        window = choose.choice(windows)
        switch(window, choose.choice([name for name in PAGES if not _is_at(window, name)]))
        window.wait_for_timeout(500)
        open_run(window, address, run)  # and watches from then on
        window.wait_for_timeout(1500)
        samples.append((time.monotonic() - begun, memory_mb(pid)))
        if turn % 20 == 0:
            say(f"{samples[-1][0]:6.0f} s {samples[-1][1]:6.1f} MB after {turn + 1} visits")
        if samples[-1][0] >= secs:
            break
    for window in windows:
        window.context.close()
    return Soak(tuple(samples))


def _is_at(window: Page, name: str) -> bool:
    """A click on the link of the page that is on show would change nothing."""
    place = urlsplit(window.url).path.strip("/") or "train"
    return place == name.lower()
