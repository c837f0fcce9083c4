"""Makes the pictures of README: `.venv/bin/python -m docs.make_pictures`.

It opens the real app in a real browser, presses Train, waits, and photographs what is there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from gan_core.runs.store import RunStore

REPO = Path(__file__).resolve().parent.parent
PICTURES = REPO / "docs" / "pictures"
ICONS = REPO / "pages" / "_parts" / "pictures"
SIZE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(page: Page, selector: str, secs: float) -> None:
    """Wait until something is on the page."""
    page.wait_for_selector(selector, timeout=secs * 1000)


def photograph(browser: Browser, address: str, run: str, wait_secs: float) -> None:
    """All pages, wide, dark and phone-sized."""
    views = {
        "train": (f"{address}/?run={run}", SIZE, "light"),
        "train-dark": (f"{address}/?run={run}", SIZE, "dark"),
        "train-phone": (f"{address}/?run={run}", PHONE, "light"),
        "explore": (f"{address}/explore?run={run}", SIZE, "light"),
        "runs": (f"{address}/runs", SIZE, "light"),
    }
    for name, (url, size, scheme) in views.items():
        page = browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(url)
        time.sleep(wait_secs)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.close()


def press_train(browser: Browser, address: str) -> str:
    """Do what a first visitor does; return the run's id."""
    page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
    page.goto(address)
    button = page.get_by_test_id("stButton").get_by_role("button", name="Train")
    button.wait_for(timeout=60_000)
    time.sleep(2)
    page.screenshot(path=PICTURES / "first.png")
    button.click()
    page.wait_for_url("**/?run=*", timeout=60_000)
    run = page.url.partition("run=")[2]
    wait_for(page, ".sheet-image", 120)
    page.close()
    return run


def recipe_picture(sheet: Path, columns: int, rows: int, target: Path) -> None:
    """The upper part of a sample sheet, enlarged: what the recipe makes."""
    with Image.open(sheet) as image:
        across = (image.width - 2) // (28 + 2)
        width, height = columns * 30 + 2, rows * 30 + 2
        assert columns <= across
        image.crop((0, 0, width, height)).resize((width * 3, height * 3), 0).save(target)


def main() -> int:
    """Make them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train-secs", type=float, default=100.0)
    parser.add_argument("--chromium", default=os.environ.get("LATENT_STUDIO_CHROMIUM"))
    given = parser.parse_args()
    chromium = given.chromium or shutil.which("chromium")
    PICTURES.mkdir(exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory() as runs, sync_playwright() as playwright:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
             f"--server.port={port}"],
            cwd=REPO,
            env={**os.environ, "GAN_RUNS_DIR": runs},
        )  # fmt: skip
        try:
            time.sleep(5)
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            address = f"http://localhost:{port}"
            run = press_train(browser, address)
            time.sleep(given.train_secs)
            photograph(browser, address, run, 8)
            sheets = sorted((Path(runs) / run / "samples").glob("*.png"), key=lambda p: int(p.stem))
            recipe_picture(sheets[-1], 8, 4, ICONS / "quick-dcgan.png")
            subprocess.run(
                [sys.executable, "-m", "gan_core", "--runs", runs, "stop", run],
                cwd=REPO,
                check=False,  # it may have come to its end meanwhile
            )
            while RunStore(Path(runs)).get(run).status.state not in {"stopped", "completed"}:
                time.sleep(0.2)
            browser.close()
        finally:
            server.terminate()
            server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
