"""The browser's runtime by itself: a page without an app that opens bundles and decodes."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from gan_core.web import asset, served

_START = """([source, worker, programs]) => {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.begin = async (names) => {
        const { createLocalRuntime } = await import(url);
        const wasm = async () => names.map((name) => bytes(programs[name]));
        window.runtime = createLocalRuntime({ workerText: worker, wasm });
    };
    window.open_ = async (bundle) => {
        try {
            const { decode, worst } = await window.runtime.open(bytes(bundle));
            window.decode = decode;
            return { worst };
        } catch (error) {
            return { reason: error.reason, detail: error.message };
        }
    };
    window.make = async (latents) => {
        const { shape, images } = await window.decode(latents);
        return { shape, images: images.map((image) => Array.from(image)) };
    };
}"""


class RuntimePage:
    """A page with the runtime in it; `programs` are what a browser is offered."""

    def __init__(self, page: Page, *programs: str) -> None:
        self.page = page
        contents = {
            name: base64.b64encode(served.content(name)).decode()
            for name in ("runtime.wasm", "runtime_relaxed.wasm")
        }
        page.evaluate(_START, [asset("local_decoder.js"), asset("decode_worker.js"), contents])
        page.evaluate("names => window.begin(names)", list(programs))

    def open(self, bundle: bytes) -> dict[str, Any]:
        """`{worst}`, or `{reason, detail}`."""
        text = base64.b64encode(bundle).decode()
        return self.page.evaluate("text => window.open_(text)", text)

    def images(self, latents: np.ndarray) -> np.ndarray:
        """Bytes `[N, H, W, C]`."""
        made = self.page.evaluate("latents => window.make(latents)", latents.tolist())
        return np.array(made["images"], np.uint8).reshape(-1, *made["shape"])


def runtime_page(browser: Browser, *programs: str) -> RuntimePage:
    """A fresh page; a browser is offered these programs."""
    return RuntimePage(browser.new_page(), *(programs or ("runtime_relaxed.wasm", "runtime.wasm")))
