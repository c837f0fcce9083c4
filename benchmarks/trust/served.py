"""The app in a process of its own, with what the operating system says of it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from benchmarks.first_minute import free_port, start_server
from gan_core.jobs.queue import STUDIO_NAME
from gan_core.runs.files import write_json
from gan_core.runs.store import RunStore

MANY = 10_000
"""More viewers than anybody can be: where no limit shall hold."""


@dataclass(frozen=True)
class Served:
    """A served app: its address and its process."""

    address: str
    process: psutil.Process

    @property
    def pid(self) -> int:
        """The process's number."""
        return int(self.process.pid)

    def memory_mb(self) -> float:
        """Resident memory."""
        return float(self.process.memory_info().rss / 2**20)

    def cpu_secs(self) -> float:
        """Processor time so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


def settings(store: RunStore, *, max_viewers: int = MANY) -> None:
    """No worker in waiting, which would take the processor from what is measured."""
    store.root.mkdir(parents=True, exist_ok=True)
    value = {"schema_version": 1, "standby_minutes": 0, "max_viewers": max_viewers}
    write_json(store.root / STUDIO_NAME, value)


@contextmanager
def served(store: RunStore) -> Iterator[Served]:
    """Start the app over a runs folder; end it afterwards."""
    port = free_port()
    server: subprocess.Popen[bytes]
    server, _answered = start_server(port, str(store.root))
    try:
        yield Served(f"http://localhost:{port}", psutil.Process(server.pid))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def processes_of(store: RunStore) -> list[psutil.Process]:
    """The supervisor, the workers and the jobs of a runs folder; `info` holds their words."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word.startswith(str(store.root)) for word in process.info["cmdline"] or [])
    ]
