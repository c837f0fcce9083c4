"""The browser's runtime beside onnxruntime: `python -m benchmarks.browser_runtime --runs DIR`.

For the newest snapshot of each run: milliseconds for one image and for sixteen, in a headless
Chromium (one Worker, both builds) and in onnxruntime on the server (one thread), by turns; the
bytes that travel, and how far the browser's pixels are from the golden images.
"""

from __future__ import annotations

import argparse
import base64
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from gan_core.inference import bundles
from gan_core.inference.sessions import in_parts, open_session
from gan_core.latent.sampling import sample_latents
from gan_core.runs import snapshots
from gan_core.runs.store import RunStore, RunView
from gan_core.web import asset, served

_ROUNDS = 5
_CALLS = 20
_BUILDS = {"plain": "runtime.wasm", "relaxed": "runtime_relaxed.wasm"}
_SETUP = """async ([source, worker, program, bundle]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { createLocalRuntime } = await import(url);
  const runtime = createLocalRuntime({ workerText: worker, wasm: async () => [bytes(program)] });
  window.opened = await runtime.open(bytes(bundle));
  return window.opened.worst;
}"""
_TIME = """async ([latents, calls]) => {
  const spent = [];
  for (let i = 0; i < calls; i += 1) {
    const begun = performance.now();
    await window.opened.decode(latents);
    spent.push(performance.now() - begun);
  }
  return spent;
}"""


@dataclass
class Timed:
    """Milliseconds a call, over all rounds."""

    one: list[float] = field(default_factory=list)
    sixteen: list[float] = field(default_factory=list)

    def words(self) -> str:
        """Best and median of both."""
        parts = []
        for times in (self.one, self.sixteen):
            ordered = sorted(times)
            parts.append(f"{ordered[0]:8.2f} {ordered[len(ordered) // 2]:8.2f}")
        return " ".join(parts)


def prepare(page: Page, build: str, bundle: bytes) -> float:
    """Open a bundle in a page; the largest difference of a pixel, 0 to 1."""
    program = base64.b64encode(served.content(_BUILDS[build])).decode()
    text = base64.b64encode(bundle).decode()
    given = [asset("local_decoder.js"), asset("decode_worker.js"), program, text]
    return float(page.evaluate(_SETUP, given))


def server_times(session: Any, latents: np.ndarray, calls: int) -> list[float]:
    """Milliseconds a call of onnxruntime."""
    spent = []
    for _ in range(calls):
        begun = time.perf_counter()
        in_parts(session, latents)
        spent.append(1000 * (time.perf_counter() - begun))
    return spent


def measure(browser: Any, view: RunView) -> None:
    """Both builds and the server by turns, for one run."""
    step = snapshots.resolve_step(view.paths, "newest")
    config = view.sound_config()
    bundle = bundles.read(view.paths, step)
    session = open_session(view.paths.snapshot(step) / snapshots.GENERATOR_ONNX)
    latents = sample_latents(1, 16, config.settings.latent_size)
    pages = {build: browser.new_page() for build in _BUILDS}
    worst = {build: prepare(page, build, bundle) for build, page in pages.items()}
    found = {name: Timed() for name in (*_BUILDS, "server")}
    for _ in range(_ROUNDS):
        for build, page in pages.items():
            found[build].one += page.evaluate(_TIME, [latents[:1].tolist(), _CALLS])
            found[build].sixteen += page.evaluate(_TIME, [latents.tolist(), _CALLS // 4])
        found["server"].one += server_times(session, latents[:1], _CALLS)
        found["server"].sixteen += server_times(session, latents, _CALLS // 4)
    for page in pages.values():
        page.close()
    print(f"{config.recipe}, step {step}: a bundle of {len(bundle) / 1e6:.2f} MB")
    for name, timed in found.items():
        apart = f"   worst pixel {worst[name]:.1e}" if name in worst else ""
        ratio = min(found["server"].one) / min(timed.one)
        print(f"  {name:8} {timed.words()}   {ratio:4.1f} × the server's speed{apart}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="a runs folder")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    program = sum(len(served.content(name)) for name in _BUILDS.values())
    print(f"programs: {program / 1000:.1f} KB for both builds")
    print("ms        one: best  median   sixteen: best  median")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for view in RunStore(given.runs).list():
            if not view.damage and snapshots.list_steps(view.paths):
                measure(browser, view)
        browser.close()


if __name__ == "__main__":
    main()
