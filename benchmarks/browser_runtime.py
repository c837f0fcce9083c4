"""The browser's runtime beside onnxruntime: `python -m benchmarks.browser_runtime --runs DIR`.

For the newest snapshot of each run: milliseconds for one image and for sixteen, in a headless
Chromium (one Worker, both builds) and in onnxruntime on the server (one thread), by turns; the
bytes that travel, and how far the browser's pixels are from the golden images.

A page's clock moves in steps of 0.1 ms, and small generators are faster than that: each time is
the mean of a group of calls that lasts 20 ms or longer, in the page and on the server alike.
"""

from __future__ import annotations

import argparse
import base64
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from gan_core.inference import bundles
from gan_core.latent.sampling import sample_latents
from gan_core.portable.sessions import in_parts, open_session
from gan_core.runs import snapshots
from gan_core.runs.store import RunStore, RunView
from gan_core.web import asset, served

_ROUNDS = 5
_GROUPS = 6
_GROUP_MS = 20.0
_BUILDS = {"plain": "runtime.wasm", "relaxed": "runtime_relaxed.wasm"}
_SETUP = """async ([source, worker, program, bundle]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { createLocalRuntime } = await import(url);
  const runtime = createLocalRuntime({ workerText: worker, wasm: async () => [bytes(program)] });
  window.opened = await runtime.open(bytes(bundle));
  return window.opened.worst;
}"""
_TIME = """async ([latents, groups, calls]) => {
  const spent = [];
  for (let i = 0; i < groups; i += 1) {
    const begun = performance.now();
    for (let j = 0; j < calls; j += 1) await window.opened.decode(latents);
    spent.push((performance.now() - begun) / calls);
  }
  return spent;
}"""
Clock = Callable[[np.ndarray, int, int], list[float]]
"""(latents, groups, calls in a group) to the mean milliseconds a call, for each group."""


@dataclass
class Timed:
    """Milliseconds a call, a mean for each group, over all rounds."""

    clock: Clock
    times: dict[int, list[float]] = field(default_factory=lambda: {1: [], 16: []})

    def take(self, latents: np.ndarray) -> None:
        """One more round: one image, and all of them."""
        for count, times in self.times.items():
            given = latents[:count]
            (guess,) = self.clock(given, 1, 5)
            calls = max(1, math.ceil(_GROUP_MS / max(guess, 0.01)))
            times += self.clock(given, _GROUPS, calls)

    def words(self, server: Timed) -> str:
        """Best and median of both, and the server's best times over these."""
        parts = [
            f"{min(times):8.2f} {statistics.median(times):8.2f}" for times in self.times.values()
        ]
        ratios = [min(server.times[n]) / min(times) for n, times in self.times.items()]
        return " ".join([*parts, *(f"{ratio:6.2f}×" for ratio in ratios)])


def prepare(page: Page, build: str, bundle: bytes) -> float:
    """Open a bundle in a page; the largest difference of a pixel, 0 to 1."""
    program = base64.b64encode(served.content(_BUILDS[build])).decode()
    text = base64.b64encode(bundle).decode()
    given = [asset("local_decoder.js"), asset("decode_worker.js"), program, text]
    return float(page.evaluate(_SETUP, given))


def clock_of_page(page: Page) -> Clock:
    """The page's own clock."""

    def clock(latents: np.ndarray, groups: int, calls: int) -> list[float]:
        found: list[float] = page.evaluate(_TIME, [latents.tolist(), groups, calls])
        return found

    return clock


def clock_of_server(session: Any) -> Clock:
    """Around calls of onnxruntime."""

    def clock(latents: np.ndarray, groups: int, calls: int) -> list[float]:
        spent = []
        for _ in range(groups):
            begun = time.perf_counter()
            for _ in range(calls):
                in_parts(session, latents)
            spent.append(1000 * (time.perf_counter() - begun) / calls)
        return spent

    return clock


def measure(browser: Any, view: RunView) -> None:
    """Both builds and the server by turns, for one run."""
    step = snapshots.resolve_step(view.paths, "newest")
    config = view.sound_config()
    bundle = bundles.read(view.paths, step)
    session = open_session(view.paths.snapshot(step) / snapshots.GENERATOR_ONNX)
    latents = sample_latents(1, 16, config.settings.latent_size)
    pages = {build: browser.new_page() for build in _BUILDS}
    worst = {build: prepare(page, build, bundle) for build, page in pages.items()}
    found = {build: Timed(clock_of_page(page)) for build, page in pages.items()}
    found["server"] = Timed(clock_of_server(session))
    for _ in range(_ROUNDS):
        for timed in found.values():
            timed.take(latents)
    for page in pages.values():
        page.close()
    print(f"{config.recipe}, step {step}: a bundle of {len(bundle) / 1e6:.2f} MB")
    for name, timed in found.items():
        apart = f"   worst pixel {worst[name]:.1e}" if name in worst else ""
        print(f"  {name:8} {timed.words(found['server'])}{apart}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="a runs folder")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    program = sum(len(served.content(name)) for name in _BUILDS.values())
    print(f"programs: {program / 1000:.1f} KB for both builds")
    print("ms      one: best   median  16: best   median   server / this")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for view in RunStore(given.runs).list():
            if not view.damage and snapshots.list_steps(view.paths):
                measure(browser, view)
        browser.close()


if __name__ == "__main__":
    main()
