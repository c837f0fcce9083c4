"""A newcomer's first minute, in a real browser: `python -m benchmarks.first_minute`.

Starts the app on an empty runs folder, presses Train, and prints how long people wait, how fast a
slider answers while training goes on, and what the page's process costs meanwhile.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from gan_core.runs.store import RunStore

REPO = Path(__file__).resolve().parent.parent

_WATCH_PAINTS = """canvas => {
  window.paints = [];
  window.presses = [];
  new MutationObserver(() => window.paints.push(performance.now()))
    .observe(canvas, { attributes: true, attributeFilter: ["data-painted"] });
  const press = () => window.presses.push(performance.now());
  canvas.getRootNode().addEventListener("change", press, true);
}"""


@dataclass
class Row:
    """One figure beside its goal."""

    what: str
    value: str
    goal: str


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(port: int, runs: str) -> tuple[subprocess.Popen[bytes], float]:
    """The app, and the seconds until it answered."""
    begun = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
         f"--server.port={port}"],
        cwd=REPO,
        env={**os.environ, "GAN_RUNS_DIR": runs},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    while True:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
        except OSError:
            time.sleep(0.05)
        else:
            return server, time.monotonic() - begun


def press_train(page: Page) -> tuple[float, float, float]:
    """Click Train; seconds until state, first loss and first sheet are on the page."""
    button = page.get_by_test_id("stButton").get_by_role("button", name="Train")
    button.wait_for()
    time.sleep(1)
    begun = time.monotonic()
    button.click()
    page.wait_for_url("**/?run=*", timeout=60_000)
    shown = time.monotonic() - begun
    seen: dict[str, float] = {}
    while len(seen) < 2:
        if "sheet" not in seen and page.locator(".sheet-image").count():
            seen["sheet"] = time.monotonic() - begun
        value = page.locator(".legend .entry .value").first
        if "loss" not in seen and value.count() and any(c.isdigit() for c in value.inner_text()):
            seen["loss"] = time.monotonic() - begun
        time.sleep(0.05)
    return shown, seen["loss"], seen["sheet"]


def curve_lag(page: Page, store: RunStore, run: str, secs: float) -> float:
    """The largest time between a sheet on disk and the same sheet on the page, in seconds."""
    paths = store.paths(run)
    written: dict[int, float] = {}
    lags = []
    until = time.monotonic() + secs
    while time.monotonic() < until:
        for path in paths.samples.glob("*.png"):
            written.setdefault(int(path.stem), path.stat().st_mtime)
        shown = int(page.locator(".sheet-box").get_attribute("data-step") or 0)
        newer = [when for step, when in written.items() if step > shown]
        lags.append(max((time.time() - when for when in newer), default=0.0))
        time.sleep(0.1)
    return max(lags)


def slider_answers(page: Page, num: int) -> list[float]:
    """Milliseconds from a slider's release to its image on the canvas."""
    canvas = page.locator("canvas.picture").first
    canvas.wait_for()
    page.wait_for_function(
        "canvas => Number(canvas.dataset.painted) > 0", arg=canvas.element_handle()
    )
    canvas.evaluate(_WATCH_PAINTS)
    slider = page.locator(".sliders input[type=range]").first
    box = slider.bounding_box()
    assert box is not None
    found = []
    for i in range(num):
        page.evaluate("() => { window.paints = []; window.presses = []; }")
        x = box["x"] + box["width"] * (0.2 + 0.6 * ((i * 7) % 10) / 10)
        page.mouse.move(x, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.up()
        time.sleep(1.0)
        released, paints = page.evaluate("() => [window.presses[0], window.paints]")
        # The last paint is the image of the place where the slider was let go.
        found.append(max(0.0, max(paints) - released) if paints else float("nan"))
    return found


def cpu_per_tick(server: psutil.Process, secs: float) -> float:
    """Milliseconds of the page process's CPU for each second that one viewer watches."""
    before = server.cpu_times()
    time.sleep(secs)
    after = server.cpu_times()
    return 1000 * (after.user - before.user + after.system - before.system) / secs


def measure(chromium: str | None, runs: str) -> list[Row]:
    """Do it all once."""
    port = free_port()
    server, answered = start_server(port, runs)
    process = psutil.Process(server.pid)
    address = f"http://localhost:{port}"
    store = RunStore(Path(runs))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            begun = time.monotonic()
            page.goto(address)
            page.get_by_test_id("stButton").get_by_role("button", name="Train").wait_for()
            first_page = answered + time.monotonic() - begun
            shown, loss, sheet = press_train(page)
            run = page.url.partition("run=")[2]
            lag = curve_lag(page, store, run, 20)
            tick = cpu_per_tick(process, 20)
            page.goto(f"{address}/explore?run={run}")
            answers = slider_answers(page, 20)
            memory = process.memory_info().rss / 2**20
            browser.close()
        subprocess.run(
            [sys.executable, "-m", "gan_core", "--runs", runs, "stop", run], cwd=REPO, check=True
        )
        while store.get(run).status.state not in {"stopped", "completed"}:
            time.sleep(0.2)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    return [
        Row("server start → first page", f"{first_page:.1f} s", "≤ 3 s"),
        Row("click → run page", f"{shown:.1f} s", ""),
        Row("click → first loss on the page", f"{loss:.1f} s", "≤ 20 s"),
        Row("click → first sheet on the page", f"{sheet:.1f} s", "≤ 30 s"),
        Row("page behind the worker, worst", f"{lag:.1f} s", "≤ 2 s"),
        Row("slider release → image, median", f"{statistics.median(answers):.0f} ms", "≤ 150 ms"),
        Row("slider release → image, worst", f"{max(answers):.0f} ms", ""),
        Row("page process, CPU a tick", f"{tick:.0f} ms", "≤ 60 ms"),
        Row("page process, memory", f"{memory:.0f} MB", "< 300 MB"),
    ]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=os.environ.get("LATENT_STUDIO_CHROMIUM"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs:
        rows = measure(given.chromium or shutil.which("chromium"), runs)
    for row in rows:
        print(f"{row.what:36} {row.value:>10}  {row.goal}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
