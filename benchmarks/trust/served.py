"""The app in a process of its own, with what the operating system says of it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from benchmarks.first_minute import free_port, start_server
from benchmarks.trust import cookies
from gan_core.access.modes import Mode
from gan_core.jobs.queue import STUDIO_NAME
from gan_core.runs.files import write_json
from gan_core.runs.store import RunStore

MANY = 10_000
"""More viewers than anybody can be: where no limit shall hold."""
CODE = "K7QW-3FMA"
"""The teacher's, where the app is served to a class."""


@dataclass(frozen=True)
class Served:
    """A served app.

    Attributes:
        address: of the app, without a slash at its end.
        process: of the server.
        teacher: the cookies of its teacher; none in `alone`, where everybody may do all.
    """

    address: str
    process: psutil.Process
    teacher: dict[str, str] = field(default_factory=dict)

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
def served(store: RunStore, mode: Mode = "alone") -> Iterator[Served]:
    """Start the app over a runs folder, in `alone` or `class`; end it afterwards."""
    port = free_port()
    server: subprocess.Popen[bytes]
    code = CODE if mode == "class" else ""
    server, _answered = start_server(port, str(store.root), code)
    address = f"http://localhost:{port}"
    try:
        teacher = cookies.teachers(address, code) if code else {}
        yield Served(address, psutil.Process(server.pid), teacher)
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
