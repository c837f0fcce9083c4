"""Dragging a latent slider: `python -m benchmarks.explorer --runs DIR`.

Drives the real Explore page in a headless Chromium and drags a slider for ten seconds: frames a
second, the time from an input to its painted image, and the requests that reached the server
meanwhile. Beside it, in the same run and by turns, the usual way: a page with `st.slider`, and
onnxruntime on the server. `--handout FILE` measures a page to hand out, opened from disk.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright

from benchmarks.first_minute import REPO, free_port
from gan_core.runs import snapshots
from gan_core.runs.store import RunStore

DRAG_SECS = 10.0
_ROUNDS = 3

_WATCH = """([canvas, range]) => {
  const watch = { inputs: [], paints: [] };
  window.watch = watch;
  const note = () => watch.inputs.push([Number(range.value), performance.now()]);
  range.addEventListener("input", note, true);
  new MutationObserver(() => {
    const shown = Number(canvas.dataset.z0);
    // The canvas was written; people see it once the frame after it has been produced.
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => watch.paints.push([shown, performance.now()]);
      channel.port2.postMessage(0);
    });
  }).observe(canvas, { attributes: true, attributeFilter: ["data-painted"] });
}"""

_PEER = """
import sys
from pathlib import Path
import numpy as np
import streamlit as st
from gan_core.inference.engine import SnapshotEngine
from gan_core.runs.layout import RunPaths

@st.cache_resource
def engine(run, step):
    return SnapshotEngine.open(RunPaths(Path(run)), step)

g = engine({run!r}, {step})
z = np.zeros((1, g.latent_size), np.float32)
z[0, 0] = st.slider("z0", -3.0, 3.0, 0.0, 0.01)
st.image(g.images(z)[0].squeeze(), width=400)
st.text(f"drawn for {{z[0, 0]:.2f}}")
"""


@dataclass(frozen=True)
class Drag:
    """What a drag felt like."""

    frames_per_s: float
    median_ms: float
    p95_ms: float
    num_requests: int


@contextmanager
def server(script: Path, runs: Path) -> Iterator[str]:
    """An app of this machine, and its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
         f"--server.port={port}", "--browser.gatherUsageStats=false"],
        cwd=REPO,
        env={**os.environ, "GAN_RUNS_DIR": str(runs), "PYTHONPATH": str(REPO)},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def drag(page: Page, secs: float) -> Drag:
    """Drag the explorer's first slider to and fro with the mouse."""
    canvas = page.locator("canvas.picture").first
    page.locator("canvas.picture[data-from=browser]").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    track = page.get_by_role("slider", name="z0", exact=True)
    requests: list[str] = []

    def note(request: Request) -> None:
        requests.append(request.url)

    page.evaluate(_WATCH, [canvas.element_handle(), track.element_handle()])
    box = track.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.on("request", note)
    begun, i = time.monotonic(), 0
    while time.monotonic() - begun < secs:
        i += 1
        phase = (i % 200) / 100
        share = phase if phase < 1 else 2 - phase
        page.mouse.move(box["x"] + box["width"] * (0.1 + 0.8 * share), middle)
    spent = time.monotonic() - begun
    page.remove_listener("request", note)
    page.mouse.up()
    return measured(page.evaluate("window.watch"), spent, len(requests))


def measured(watch: dict[str, Any], secs: float, num_requests: int) -> Drag:
    """From inputs and paints, each `[value, ms]`: which paint showed which input, and when."""
    inputs = watch["inputs"]
    waits = []
    for value, painted in watch["paints"]:
        asked = [when for v, when in inputs if abs(v - value) < 1e-6 and when <= painted]
        if asked:
            waits.append(painted - asked[-1])
    waits.sort()
    return Drag(
        frames_per_s=len(watch["paints"]) / secs,
        median_ms=statistics.median(waits),
        p95_ms=waits[int(0.95 * (len(waits) - 1))],
        num_requests=num_requests,
    )


def peer_answers(page: Page, num: int) -> list[float]:
    """Milliseconds from the release of an `st.slider` to its image."""
    thumb = page.get_by_role("slider")
    thumb.wait_for()
    waits = []
    for i in range(num):
        thumb.focus()
        begun = time.monotonic()
        page.keyboard.press("ArrowRight")
        page.get_by_text(f"drawn for {(i + 1) / 100:.2f}").wait_for()
        waits.append(1000 * (time.monotonic() - begun))
        page.wait_for_timeout(100)
    return waits


def explore(browser: Browser, address: str, run: str, secs: float) -> Drag:
    """One drag on the real page."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/explore?run={run}&step=newest")
    found = drag(page, secs)
    page.close()
    return found


def line(what: str, found: Drag) -> str:
    """A drag in words."""
    return (
        f"{what:28} {found.frames_per_s:5.1f} frames/s   input to paint: median "
        f"{found.median_ms:5.1f} ms, p95 {found.p95_ms:5.1f} ms   {found.num_requests} requests"
    )


def compare(browser: Browser, store: RunStore, run: str, secs: float) -> None:
    """The page and its peer by turns."""
    view = store.get(run)
    step = snapshots.resolve_step(view.paths, "newest")
    recipe = view.sound_config().recipe
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "peer.py"
        script.write_text(_PEER.format(run=str(view.paths.root.resolve()), step=step))
        ours: list[Drag] = []
        theirs: list[float] = []
        with (
            server(REPO / "app.py", store.root.resolve()) as address,
            server(script, store.root.resolve()) as other,
        ):
            for _ in range(_ROUNDS):
                ours.append(explore(browser, address, run, secs))
                print(line(f"{recipe} in the page", ours[-1]))
                page = browser.new_page()
                page.goto(other)
                waits = peer_answers(page, 10)
                page.close()
                theirs += waits
                print(
                    f"{'st.slider and server':28}   0.0 frames/s   release to paint: median "
                    f"{statistics.median(waits):5.1f} ms, worst {max(waits):5.1f} ms"
                )
    ratio = statistics.median(theirs) / statistics.median(d.median_ms for d in ours)
    print(f"{recipe}: {ratio:.1f} times sooner than st.slider and server")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, help="a runs folder")
    parser.add_argument("--run", action="append", default=[], help="which runs; all when left out")
    parser.add_argument("--handout", type=Path, help="a page to hand out, from disk")
    parser.add_argument("--secs", type=float, default=DRAG_SECS)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    if given.runs is None and (given.run or given.handout is None):
        parser.error("nothing to drag: name --runs DIR, --handout FILE or both")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        store = RunStore(given.runs) if given.runs else None
        for run in (given.run or store.ids()) if store else ():
            compare(browser, store, run, given.secs)
        if given.handout:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(given.handout.resolve().as_uri())
            print(line("handed out, from disk", drag(page, given.secs)))
        browser.close()


if __name__ == "__main__":
    main()
