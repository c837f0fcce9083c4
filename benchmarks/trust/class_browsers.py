"""A few real browsers among a class: what people see, told by Chromium itself."""

from __future__ import annotations

import random
import shutil
import threading
import time
from dataclasses import dataclass, field

from playwright.sync_api import Error, Page

from benchmarks.page_visits import PAGES, chromium, new_page, open_run, switch
from benchmarks.trust.pupils import PACE_SECS

_FORGIVEN = ("_stcore",)
"""At an address such as /runs, Streamlit's client looks for its server below it first."""


@dataclass
class Browsers:
    """Real pages in a thread of their own: Playwright wants one that nobody else uses.

    Attributes:
        actions: seconds from a click to a page that is drawn, with all its pictures.
        arrivals: the same for the very first page.
        wanted: what shows that the first page is there.
        acts: whether they visit other pages afterwards.
    """

    address: str
    run: str
    num: int
    path: str | None = None
    wanted: str = PAGES["Train"]
    acts: bool = True
    pace_secs: float = PACE_SECS
    actions: list[tuple[str, float]] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._go = threading.Event()
        self._ready = threading.Event()
        self._away = threading.Event()
        self._is_away = threading.Event()
        self._thread = threading.Thread(target=self._live, name="browsers")

    def start(self) -> None:
        """Open the browser and its empty windows."""
        self._thread.start()
        self._ready.wait()

    def go(self) -> None:
        """Open the app in all windows, then visit pages until told to end."""
        self._go.set()

    def send_away(self) -> None:
        """Leave the app; returns once no window shows it any more."""
        if not self.num:
            return
        self._away.set()
        self._is_away.wait()

    def call_back(self) -> None:
        """Come back and go on."""
        self._is_away.clear()
        self._away.clear()

    def end(self) -> None:
        """Close the browser."""
        self._over.set()
        self._go.set()
        self._thread.join()

    def _live(self) -> None:
        choose = random.Random(5)
        with chromium(self.path or shutil.which("chromium")) as browser:
            pages = [self._window(new_page(browser)) for _ in range(self.num)]
            self._ready.set()
            self._go.wait()
            begun = time.monotonic()
            for page in pages:
                page.goto(self.address, wait_until="commit")
            for page in pages:
                page.locator(self.wanted).first.wait_for()
                self.arrivals.append(time.monotonic() - begun)
            while self.acts and not self._over.is_set() and pages:
                if self._away.is_set():
                    self._stay_away(pages)
                    continue
                self._act(choose.choice(pages), choose)
                pause = choose.expovariate(len(pages) / self.pace_secs)
                pages[0].wait_for_timeout(1000 * min(pause, 20.0))

    def _stay_away(self, pages: list[Page]) -> None:
        for page in pages:
            page.goto("about:blank")
        self._is_away.set()
        while self._away.is_set() and not self._over.is_set():
            pages[0].wait_for_timeout(100)
        if self._over.is_set():
            return
        for page in pages:
            page.goto(self.address, wait_until="commit")
            page.locator(self.wanted).first.wait_for()

    def _window(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.errors.append(f"browser: {error}"))
        page.on(
            "response",
            lambda got: (
                got.status >= 400
                and not any(part in got.url for part in _FORGIVEN)
                and self.errors.append(f"browser: {got.status} {got.url}")
            ),
        )
        return page

    def _act(self, page: Page, choose: random.Random) -> None:
        here = page.url.partition("?")[0].rstrip("/").rpartition("/")[2]
        what = choose.choice(["run", "Explore", "Runs", "Data", "slider"])
        try:
            if what == "slider" and here == "explore":
                secs = _press_slider(page, choose)
            elif what in {"run", "slider"} or what.lower() == here:
                what, secs = "run", open_run(page, self.address, self.run)
            else:
                secs = switch(page, what)
        except Error as error:
            self.errors.append(f"browser: {what}: {str(error)[:150]}")
            return
        self.actions.append((what, secs))


def _press_slider(page: Page, choose: random.Random) -> float:
    """Move a slider; seconds until another image is on the canvas."""
    canvas = page.locator("canvas.picture").first
    before = canvas.get_attribute("data-painted") or "0"
    slider = page.locator(".sliders input[type=range]").first
    box = slider.bounding_box()
    assert box is not None
    begun = time.monotonic()
    page.mouse.click(
        box["x"] + box["width"] * choose.uniform(0.1, 0.9), box["y"] + box["height"] / 2
    )
    page.wait_for_function(
        "([canvas, before]) => canvas.dataset.painted !== before",
        arg=[canvas.element_handle(), before],
    )
    return time.monotonic() - begun
