"""A real app in a real browser: the components' own small app and Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

REPOSITORY = Path(__file__).parents[2]
APP = Path(__file__).with_name("components_app.py")
START_SECS = 60


def chromium_path() -> str | None:
    """The browser to test in, or None for Playwright's own."""
    named = os.environ.get("LATENT_STUDIO_CHROMIUM")
    usual = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
    return named or usual or shutil.which("chromium")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the app did not start:\n{log.read_text()}")


@contextmanager
def running_app(folder: Path, base: str = "") -> Iterator[str]:
    """The components' app on a free port, below `base`; yields its address."""
    port = free_port()
    log = folder / "server.log"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TEST_BASE": base}
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    command += [f"--server.baseUrlPath={base.strip('/')}"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}{base}"
            wait_until_healthy(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


@contextmanager
def opened(browser: Browser, address: str, **context: object) -> Iterator[Page]:
    """A page where a script's failure fails the test."""
    context.setdefault("viewport", {"width": 1440, "height": 900})
    window = browser.new_context(**context)
    page = window.new_page()
    page.set_default_timeout(15_000)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(address)
    page.locator(".studio").wait_for()
    yield page
    window.close()
    assert not failures
