"""A newcomer's first minute, in a real browser.

    python -m benchmarks.first_minute [--rounds N] [--chromium PATH]

Starts the app on an empty runs folder and presses Train several times, in turn without and with a
worker in waiting. Prints how long people wait and for what, how fast a slider answers while
training goes on, and what the page's process costs meanwhile.
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
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.jobs.standby import LOG_NAME
from gan_core.runs import lock
from gan_core.runs.files import write_json
from gan_core.runs.store import RunStore

REPO = Path(__file__).resolve().parent.parent

COLD, STANDBY = "cold", "standby"
GOAL_SECS = {COLD: 15.0, STANDBY: 4.0}

# What is looked for after a click, in the order in which it comes.
PAGE, WORKER, TRAINING, SHEET_FILE, LOSS_FILE, SHEET, LOSS = (
    "the run's own page",
    "a worker has it",
    "networks built, training begins",
    "untrained sheet on disk",
    "first loss on disk",
    "untrained sheet on the page",
    "first loss on the page",
)

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


def start_server(port: int, runs: str, code: str = "") -> tuple[subprocess.Popen[bytes], float]:
    """The app, and the seconds until it answered; for a class where there is a teacher's code."""
    words = ["streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    if code:
        words = ["gan_core", "serve", "class", f"--port={port}", f"--code={code}"]
    begun = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=REPO,
        env={**os.environ, "GAN_RUNS_DIR": runs},
        stdout=subprocess.DEVNULL,
    )
    while True:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
        except OSError:
            time.sleep(0.05)
        else:
            return server, time.monotonic() - begun


def get_ready(page: Page, store: RunStore, address: str, kind: str) -> None:
    """Open the page; wait until a worker waits, or until there is neither it nor a supervisor."""
    said = store.root / LOG_NAME
    said.unlink(missing_ok=True)
    minutes = {COLD: 0, STANDBY: 15}[kind]
    write_json(store.root / "studio.json", {"standby_minutes": minutes})
    page.goto(address)
    while lock.is_held(store.root / SUPERVISOR_LOCK) if kind == COLD else not is_ready(said):
        time.sleep(0.1)
    time.sleep(1)


def is_ready(log: Path) -> bool:
    """Whether a worker waits and has nothing to do any more."""
    return log.exists() and "ready" in log.read_text()


def press_train(page: Page, store: RunStore) -> tuple[str, dict[str, float]]:
    """Click Train; the run, and the seconds until each thing that one waits for."""
    button = page.get_by_test_id("stButton").get_by_role("button", name="Train")
    button.wait_for()
    known = set(store.ids())
    begun = time.monotonic()
    button.click()
    while not (made := set(store.ids()) - known):
        time.sleep(0.01)
    (run,) = made
    paths = store.paths(run)
    value = page.locator(".legend .entry .value").first
    there: dict[str, Callable[[], bool]] = {
        PAGE: lambda: "run=" in page.url,
        WORKER: lambda: paths.ballast.exists(),
        TRAINING: lambda: store.get(run).status.state == "running",
        SHEET_FILE: lambda: paths.sample(0).exists(),
        LOSS_FILE: lambda: paths.metrics.exists() and paths.metrics.stat().st_size > 0,
        SHEET: lambda: page.locator(".sheet-image").count() > 0,
        LOSS: lambda: value.count() > 0 and any(c.isdigit() for c in value.inner_text()),
    }
    seen: dict[str, float] = {}
    while len(seen) < len(there):
        for what, is_there in there.items():
            if what not in seen and is_there():
                seen[what] = time.monotonic() - begun
        page.wait_for_timeout(10)  # not `sleep`: only so does the browser's news reach us
    return run, seen


def stop(store: RunStore, run: str) -> None:
    """Stop a run and wait for its end."""
    words = [sys.executable, "-m", "gan_core", "--runs", str(store.root), "stop", run]
    subprocess.run(words, cwd=REPO, check=True, stdout=subprocess.DEVNULL)
    while store.get(run).status.state not in {"stopped", "completed"}:
        time.sleep(0.2)


def waits(page: Page, store: RunStore, address: str, num_rounds: int) -> list[Row]:
    """Press Train in turn without and with a worker in waiting; the medians."""
    found: dict[str, list[dict[str, float]]] = {COLD: [], STANDBY: []}
    for _ in range(num_rounds):
        for kind, times in found.items():
            get_ready(page, store, address, kind)
            run, seen = press_train(page, store)
            times.append(seen)
            stop(store, run)
    rows = []
    for kind, times in found.items():
        for what in times[0]:
            secs = statistics.median(seen[what] for seen in times)
            goal = GOAL_SECS[kind] if what == LOSS else None
            rows.append(Row(f"{kind}: click → {what}", f"{secs:.1f} s", judged(secs, goal)))
    return rows


def judged(secs: float, goal: float | None) -> str:
    """A goal and whether it was reached, in words."""
    if goal is None:
        return ""
    return f"≤ {goal:.0f} s, {'reached' if secs <= goal else 'missed'}"


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


def measure(chromium: str | None, runs: str, num_rounds: int) -> list[Row]:
    """The waits several times, the rest once."""
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
            rows = waits(page, store, address, num_rounds)
            page.goto(address)
            run, _ = press_train(page, store)
            lag = curve_lag(page, store, run, 20)
            tick = cpu_per_tick(process, 20)
            page.goto(f"{address}/explore?run={run}")
            answers = slider_answers(page, 20)
            memory = process.memory_info().rss / 2**20
            browser.close()
        stop(store, run)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    return [
        Row("server start → first page", f"{first_page:.1f} s", "≤ 3 s"),
        *rows,
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
    parser.add_argument("--rounds", type=int, default=5, help="clicks of each kind")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs:
        rows = measure(given.chromium or shutil.which("chromium"), runs, given.rounds)
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {given.rounds} rounds, medians"
    )
    for row in rows:
        print(f"{row.what:52} {row.value:>10}  {row.goal}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
