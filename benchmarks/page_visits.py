"""What a browser says of the app's pages: when they are there, and what they cost it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.viewers import cpu_secs

PAGES = {
    "Explore": ".explorer canvas.picture[data-painted]",
    "Plane": ".plane",
    "Runs": "[class*='st-key-m-'] button",
    "Data": ".st-key-train-on-this button",
    "Train": ".st-key-train button",
}
"""What shows that a page is there, by the word in its link."""

WATCHED = ".studio.live .sheet-image"
_PATIENCE_MS = 60_000

_SWITCH = """([link, wanted]) => new Promise((done, fail) => {
  const inside = (root) => {
    if (root.querySelector(wanted)) return true;
    const hosts = [...root.querySelectorAll("*")].filter((node) => node.shadowRoot);
    return hosts.some((host) => inside(host.shadowRoot));
  };
  const isSettled = () =>
    document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning" &&
    [...document.images].every((image) => image.complete) && inside(document);
  const look = () => {
    if (isSettled()) done(performance.now() - begun);
    else if (performance.now() > begun + 60000) fail(new Error(`not there: ${wanted}`));
    else requestAnimationFrame(look);
  };
  const begun = performance.now();
  link.click();
  requestAnimationFrame(look);
})"""


@contextmanager
def chromium(path: str | None) -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def new_page(browser: Browser) -> Page:
    """An empty window with nothing in its cache."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    return page


def first_page(browser: Browser, address: str) -> None:
    """Open the app as a newcomer does, and wait for the one big button."""
    page = new_page(browser)
    page.goto(address)
    page.locator(PAGES["Train"]).first.wait_for()
    page.context.close()


def switch(page: Page, name: str) -> float:
    """Click a page's link; seconds until it is drawn, its pictures loaded, and Streamlit still."""
    link = page.get_by_role("link", name=name, exact=True).first.element_handle()
    return float(page.evaluate(_SWITCH, [link, PAGES[name]])) / 1000


def open_run(page: Page, address: str, run: str) -> float:
    """Load a run's page afresh; seconds until its newest sheet and its curves are there."""
    begun = time.monotonic()
    page.goto(f"{address}/?run={run}")
    page.locator(WATCHED).wait_for()
    page.wait_for_function("() => true")  # whatever is being drawn is drawn
    return time.monotonic() - begun


@dataclass
class Meter:
    """Counts what one page costs: its main thread's processor time, and bytes that reach it."""

    session: CDPSession
    num_bytes: int = field(default=0)

    @classmethod
    def of(cls, page: Page) -> Meter:
        """A meter that runs from now on."""
        meter = cls(page.context.new_cdp_session(page))
        meter.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        meter.session.send("Network.enable")
        meter.session.on("Network.webSocketFrameReceived", meter._count_frame)
        meter.session.on("Network.dataReceived", meter._count_data)
        return meter

    def _count_frame(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        is_binary = frame["opcode"] == 2  # and is told in base64
        self.num_bytes += len(frame["payloadData"]) * (3 if is_binary else 4) // 4

    def _count_data(self, event: dict[str, Any]) -> None:
        self.num_bytes += int(event["dataLength"])

    def main_thread_secs(self) -> float:
        """Processor time of the page's main thread so far."""
        told = self.session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in told if one["name"] == "TaskDuration"))


@dataclass(frozen=True)
class Watch:
    """What a second of watching cost."""

    server_ms: float
    browser_ms: float
    main_thread_ms: float = 0.0
    num_bytes: float = 0.0


def _browser_cpu_secs() -> dict[int, float]:
    """Processor time of each process of this program's browser: pages, compositor, network."""
    started = psutil.Process().children(recursive=True)
    return {one.pid: cpu_secs(one.pid) for one in started if "chrom" in one.name()}


def _spent(before: dict[int, float], after: dict[int, float]) -> float:
    """Processor time of the processes that were there at both ends: a look can overlook one."""
    return sum(after[pid] - before[pid] for pid in before.keys() & after.keys())


def watch(pid: int, secs: float, page: Page | None = None, meter: Meter | None = None) -> Watch:
    """Let time go by; what it cost per second, the page's own share where one is given."""
    before, bytes_before = cpu_secs(pid), meter.num_bytes if meter else 0
    browser_before = _browser_cpu_secs()
    busy_before, begun = meter.main_thread_secs() if meter else 0.0, time.monotonic()
    if page is None:
        time.sleep(secs)
    else:
        page.wait_for_timeout(1000 * secs)  # and hear of what reaches the page
    busy = meter.main_thread_secs() if meter else 0.0
    spent = time.monotonic() - begun
    return Watch(
        server_ms=1000 * (cpu_secs(pid) - before) / spent,
        browser_ms=1000 * _spent(browser_before, _browser_cpu_secs()) / spent,
        main_thread_ms=1000 * (busy - busy_before) / spent,
        num_bytes=((meter.num_bytes if meter else 0) - bytes_before) / spent,
    )


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    return float(psutil.Process(pid).memory_info().rss / 2**20)
