"""Photographs pages of the app over a runs folder that is there already.

    .venv/bin/python -m docs.page_pictures --runs DIR "plane=/plane?run=ID&beside=ID" "data=/data"

Each `NAME=ADDRESS` becomes `docs/pictures/NAME.png`, 1440×900.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from docs.make_pictures import PICTURES, REPO, SIZE, free_port


def main() -> int:
    """Start the app, photograph, end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--wait-secs", type=float, default=10.0)
    parser.add_argument("--chromium", default=os.environ.get("LATENT_STUDIO_CHROMIUM"))
    parser.add_argument("pages", nargs="+", metavar="NAME=ADDRESS")
    given = parser.parse_args()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
         f"--server.port={port}"],
        cwd=REPO,
        env={**os.environ, "GAN_RUNS_DIR": str(given.runs)},
    )  # fmt: skip
    try:
        time.sleep(6)
        with sync_playwright() as playwright:
            path = given.chromium or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for word in given.pages:
                name, _, address = word.partition("=")
                page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
                page.goto(f"http://localhost:{port}{address}")
                time.sleep(given.wait_secs)
                page.screenshot(path=PICTURES / f"{name}.png")
                page.close()
            browser.close()
    finally:
        server.terminate()
        server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
