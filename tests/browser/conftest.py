"""The real app, served, with real workers, looked at in a real Chromium.

A start of TensorFlow costs about ten seconds, so most tests share one run.
"""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
from playwright.sync_api import expect

from gan_core.runs.files import write_json
from gan_core.runs.metrics import MetricReader
from gan_core.runs.store import RunStore
from tests.web.real_app import free_port, wait_until_healthy

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_SECS = 120  # for a worker to start on a busy machine
expect.set_options(timeout=20_000)

# At an address such as /runs, Streamlit's client looks for its server below it first. What a
# console says of that names no address, so answers are judged by their addresses instead.
IS_STREAMLITS = re.compile(
    r"^Failed to load resource|/(explore|plane|runs|data|compare)/_stcore/[\w-]+$"
)


class Studio:
    """`streamlit run app.py` over a runs folder of its own."""

    def __init__(self, folder, repo, data_dir):
        self.store = RunStore(folder / "runs")
        self.store.root.mkdir(parents=True)
        write_json(self.store.root / "studio.json", {"standby_minutes": 0})
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = folder / "server.log"
        self._repo = repo
        self._environ = {
            **os.environ,
            "GAN_RUNS_DIR": str(self.store.root),
            "GAN_DATA_DIR": str(data_dir),
        }
        self.server = None

    def start(self):
        words = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        words += [f"--server.port={self.port}", "--server.address=127.0.0.1"]
        with self._log.open("ab") as log:
            self.server = subprocess.Popen(
                words, cwd=self._repo, env=self._environ, stdout=log, stderr=log
            )
        wait_until_healthy(self.address, self.server, self._log)

    def kill_server(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def workers(self):
        """Processes that were started for this runs folder: workers and supervisors."""
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if any(word.startswith(f"{self.store.root}") for word in process.info["cmdline"] or [])
        ]

    def worker(self, run):
        """The process that trains a run."""
        folder = str(self.store.paths(run).root)
        (process,) = (p for p in self.workers() if folder in p.info["cmdline"])
        return process

    def end(self):
        if self.server.poll() is None:
            self.server.terminate()
            self.server.wait(timeout=20)
        for process in self.workers():
            process.kill()
        psutil.wait_procs(self.workers(), timeout=10)
        assert self.workers() == []

    def command(self, *arguments):
        """Call the command line on this runs folder; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "gan_core", *arguments],
            cwd=self._repo, env=self._environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self, run):
        return self.store.get(run).status.state

    def metric_steps(self, run):
        reader = MetricReader(self.store.paths(run).metrics)
        reader.poll()
        return [int(step) for step in reader.columns["step"]]

    def logged_step(self, run):
        """The newest step in the run's metrics; 0 before there is one."""
        return max(self.metric_steps(run), default=0)

    def said(self):
        return self._log.read_text(errors="replace")


def until(condition, secs, what):
    """Wait for something; return the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < secs, f"not within {secs} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


class Viewers:
    """Opens windows, and fails when one of them complained on its console."""

    def __init__(self, browser):
        self._browser = browser

    @contextmanager
    def open(self, address, wait_for="[data-testid=stMain]", *, forgive=False, **context):
        """Yield a page; `forgive` complaints where the server is killed meanwhile."""
        context.setdefault("viewport", DESKTOP)
        window = self._browser.new_context(**context)
        page = window.new_page()
        page.set_default_timeout(30_000)
        complaints = []
        page.on("pageerror", lambda error: complaints.append(f"{error}"))
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        page.on("response", lambda got: got.status >= 400 and complaints.append(got.url))
        page.goto(address)
        page.locator(wait_for).first.wait_for()
        try:
            yield page
        finally:
            window.close()
        assert forgive or [line for line in complaints if not IS_STREAMLITS.search(line)] == []


def settled(page):
    """Wait until Streamlit has drawn the page."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(300)


def button(page, key):
    """A button by its key; Streamlit draws those with a tooltip twice, one of them hidden."""
    return page.locator(f".st-key-{key} button:visible").first


def badge(page, word):
    """The state of the run, as it stands above its curves."""
    return page.locator(".stMarkdownBadge", has_text=word).first


@pytest.fixture(scope="session")
def viewers(browser):
    return Viewers(browser)


@pytest.fixture(scope="session")
def studio(tmp_path_factory, repo, data_dir):
    made = Studio(tmp_path_factory.mktemp("studio"), repo, data_dir)
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="session")
def training(studio, viewers):
    """What a first visitor does: open the page and press the one big button; the run's id."""
    with viewers.open(studio.address, wait_for=".st-key-train button") as page:
        settled(page)
        button(page, "train").click()
        page.wait_for_url("**/?run=*")
        run = page.url.partition("run=")[2].partition("&")[0]
        page.locator(".sheet-image").wait_for(timeout=PATIENCE_SECS * 1000)
    until(lambda: studio.logged_step(run) > 0, PATIENCE_SECS, "the first loss")
    return run
