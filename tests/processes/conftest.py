"""Real processes: the command line, the supervisor, and workers with TensorFlow.

Each start of TensorFlow costs about ten seconds of processor time, so runs are shared.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from gan_core.runs.store import RunStore

SMALL = ("quick-dcgan", "--dataset", "digits", "--set", "batch_size=16", "--set", "dropout=0.3")


class Studio:
    """A runs folder and the command line that works on it."""

    def __init__(self, root: Path, repo: Path, data_dir: Path) -> None:
        self.store = RunStore(root)
        self._repo = repo
        self._environ = {**os.environ, "GAN_RUNS_DIR": str(root), "GAN_DATA_DIR": str(data_dir)}

    def command(self, *arguments):
        words = [str(argument) for argument in arguments]
        return {
            "args": [sys.executable, "-m", "gan_core", *words],
            "cwd": self._repo,
            "env": self._environ,
            "text": True,
        }

    def call(self, *arguments):
        """Run a command to its good end; return what it printed on stdout."""
        done = subprocess.run(
            **self.command(*arguments), capture_output=True, check=False, timeout=180
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def follow(self, *arguments):
        """Start a command and return its process."""
        return subprocess.Popen(
            **self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def submit(self, steps=1_000_000):
        return self.call("train", *SMALL, "--steps", steps, "--detach").strip()

    def show(self, run):
        return json.loads(self.call("show", run, "--json"))

    def status(self, run):
        """The state as any reader derives it, without the cost of a command."""
        return self.store.get(run).status

    def until(self, condition, secs, what):
        """Wait for a condition; return the seconds it took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < secs, f"not within {secs} s: {what}"
            time.sleep(0.05)
        return time.monotonic() - began

    def log(self):
        return (self.store.root / ".supervisor.log").read_text()

    def worker_pid(self, run):
        """The run's newest worker, as the supervisor logs it an instant after its start."""
        self.until(lambda: self._workers_of(run), 10, "a worker is logged")
        return self._workers_of(run)[-1]

    def _workers_of(self, run):
        return [int(found) for found in re.findall(rf"run {run}: worker (\d+)", self.log())]

    def supervisor_pid(self):
        """The supervisor that last said something."""
        return int(self.log().splitlines()[-1].split()[2])

    def end(self):
        """Kill what this folder's log says was started, should it still live."""
        if not (self.store.root / ".supervisor.log").exists():
            return
        for run in self.store.ids():
            for pid in re.findall(rf"run {run}: worker (\d+)$", self.log(), re.MULTILINE):
                if _is_ours(int(pid), run):
                    os.kill(int(pid), signal.SIGKILL)


def _is_ours(pid, run):
    """Process ids are reused: the command line must name the run."""
    with suppress(OSError):
        return run in Path(f"/proc/{pid}/cmdline").read_text()
    return False


@pytest.fixture
def studio(tmp_path, repo, data_dir):
    made = Studio(tmp_path / "runs", repo, data_dir)
    yield made
    made.end()


@pytest.fixture(scope="session")
def trained(tmp_path_factory, repo, data_dir):
    """A runs folder with one completed run of 60 steps, trained through the command line."""
    made = Studio(tmp_path_factory.mktemp("trained") / "runs", repo, data_dir)
    process = made.follow("train", *SMALL, "--steps", 60, "--name", "first", "--seed", 1)
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    made.first, made.said, made.told = out.splitlines()[-1], out, err
    yield made
    made.end()
