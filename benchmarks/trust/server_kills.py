"""The page's server killed again and again while runs train behind it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.first_minute import REPO, free_port
from benchmarks.harness import say
from benchmarks.many_runs import make_runs
from benchmarks.trust.served import processes_of
from benchmarks.trust.trial import Outcome, Place
from gan_core.access.people import OWNER
from gan_core.jobs.launch import submit
from gan_core.jobs.plan import plan
from gan_core.runs.files import write_json
from gan_core.runs.status import read_status
from gan_core.runs.store import RunStore
from tests.web.real_app import chromium_path

BACK_SECS = 5.0
_PATIENCE_SECS = 120.0
_SETTINGS = {"batch_size": 16, "checkpoint_secs": 1.0, "snapshot_every": 200}


class Server:
    """`streamlit run app.py` over a runs folder, to be killed."""

    def __init__(self, store: RunStore, data_dir: Path, log: Path) -> None:
        self._log = log
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._environ = {
            **os.environ,
            "GAN_RUNS_DIR": str(store.root),
            "GAN_DATA_DIR": str(data_dir),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        words = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        words += [f"--server.port={self._port}", "--server.address=127.0.0.1"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                words, cwd=REPO, env=self._environ, stdout=log, stderr=log
            )
        give_up_at = time.monotonic() + _PATIENCE_SECS
        while self._answer("_stcore/health") is None:
            assert time.monotonic() < give_up_at, self._log.read_text()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def is_back(self, run: str) -> bool:
        """Whether the page's own address tells the news of a run."""
        said = self._answer(f"studio/runs/{run}/live.json")
        return said is not None and "version" in json.loads(said)

    def _answer(self, path: str) -> bytes | None:
        try:
            with urllib.request.urlopen(f"{self.address}/{path}", timeout=10) as answer:  # noqa: S310
                return answer.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None


def attempt(place: Place) -> Outcome:
    """Two runs train, others lie there; kill, start, ask for all of them."""
    num_kills, num_old = place.num(3, 20), place.num(5, 40)
    store = make_runs(place.folder, num_old, 200)
    write_json(store.root / "studio.json", {"standby_minutes": 0, "runs_per_device": 2})
    with _training(store, place.data_dir, num=2) as runs, _viewer() as viewer:
        server = Server(store, place.data_dir, place.folder / "server.log")
        server.start()
        worst, died = 0.0, 0
        workers = _workers(store)
        for number in range(num_kills):
            server.kill()
            steps = [read_status(store.paths(run)).step for run in runs]
            server.start()
            began = time.monotonic()
            missing = set(store.ids())
            while missing and time.monotonic() < began + _PATIENCE_SECS:
                missing = {run for run in missing if not server.is_back(run)}
            viewer.goto(f"{server.address}/runs")
            viewer.get_by_text(f"{len(store.ids())} runs").first.wait_for(timeout=60_000)
            worst = max(worst, time.monotonic() - began)
            died += len(workers - _workers(store))
            _until_further(store, runs, steps)
            say(f"kill {number + 1}: all {num_old + 2} runs back; worst so far {worst:.1f} s")
        server.kill()
    return Outcome(
        f"{num_kills} kills: {died} workers died; all {num_old + 2} runs back, by address and in a "
        f"browser, after at most {worst:.1f} s",
        f"0 died, ≤ {BACK_SECS:g} s",
        passed=died == 0 and worst <= BACK_SECS,
    )


def _until_further(store: RunStore, runs: list[str], steps: list[int]) -> None:
    give_up_at = time.monotonic() + _PATIENCE_SECS
    while any(
        read_status(store.paths(run)).step <= step for run, step in zip(runs, steps, strict=True)
    ):
        assert time.monotonic() < give_up_at, "a worker does not go on"
        time.sleep(0.05)


@contextmanager
def _viewer() -> Iterator[Page]:
    """A window of a real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@contextmanager
def _training(store: RunStore, data_dir: Path, *, num: int) -> Iterator[list[str]]:
    """Runs that train under the real supervisor; their processes are ended afterwards."""
    runs = []
    for seed in range(num):
        config = plan(
            "quick-dcgan", "digits", _SETTINGS,
            by=OWNER, runs_dir=store.root, data_dir=data_dir, steps=10**6, seed=seed,
        )  # fmt: skip
        runs.append(submit(store, config, f"run {seed}", data_dir=data_dir, by=OWNER).id)
    try:
        _until_further(store, runs, [0] * num)
        yield runs
    finally:
        for process in processes_of(store):
            process.kill()
        psutil.wait_procs(processes_of(store), timeout=10)


def _workers(store: RunStore) -> set[int]:
    return {p.pid for p in processes_of(store) if "gan_core.worker" in (p.info["cmdline"] or [])}
