"""A process with doors, and what can be seen of it from outside while a file goes in."""

from __future__ import annotations

import json
import math
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.trust.hostile.corpus import Hostile, Trap

REPO = Path(__file__).resolve().parents[2]
MAX_SECS = 10.0
MAX_BYTES = 1_000_000_000
_GIVE_UP_SECS = 90.0
_LOOK_SECS = 0.01
_MAX_WORDS = 700
TELLTALE = "SECRET-OF-THIS-MACHINE "

_BOOKS = (".usage.json", ".queue.lock", ".uploads.lock", ".jobs")
"""What a runs folder counts in, whoever brings what."""


@dataclass(frozen=True)
class Row:
    """What one file did at one door.

    Attributes:
        answer: accepted, refused, or none.
        secs, peak_bytes: how long it took, and the most memory of the process and its children.
        faults: what must not be, in words; empty where all is well.
    """

    file: str
    door: str
    answer: str
    words: str
    secs: float
    peak_bytes: int
    faults: tuple[str, ...]


class Listener:
    """A port of the loopback interface, and how often somebody knocked."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.num_knocks = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.num_knocks += 1
            connection.close()

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


class Sandbox:
    """A folder with a home, a place for temporary files, runs, a secret, and a process of doors."""

    def __init__(self, root: Path, data_dir: Path, max_secs: float) -> None:
        self.root = root
        self._max_secs = max_secs
        self._data_dir = data_dir
        for name in ("home", "tmp", "cwd", "runs", "in"):
            (root / name).mkdir()
        secret = root / "secret.txt"
        secret.write_text(TELLTALE * 1000)
        self.listener = Listener()
        self._complaints = root / "in" / ".complaints"
        self.trap = Trap(marker=root / "sprung", secret=secret, port=self.listener.port)
        self._answers: queue.Queue[str] = queue.Queue()
        self._process = self._started()

    def _started(self) -> subprocess.Popen[str]:
        folder = self.root
        env = {
            **os.environ, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"),
            "GAN_RUNS_DIR": str(folder / "runs"), "GAN_DATA_DIR": str(self._data_dir),
            "PYTHONPATH": str(REPO), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        with self._complaints.open("wb") as complaints:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.trust.doors"],
                cwd=folder / "cwd",
                env=env,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
        answers = self._answers = queue.Queue()

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                answers.put(line)

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        answers.get(timeout=_GIVE_UP_SECS)
        return process

    def _end(self) -> None:
        process = self._process
        process.kill()
        process.wait()
        self._reader.join()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()

    def close(self) -> None:
        """End the process."""
        self._end()
        self.listener.close()

    def write(self, file: Hostile) -> Path:
        """Write a hostile file; nothing else is in its folder."""
        path = self.root / "in" / file.file
        file.write(path, self.trap)
        return path

    def forget(self) -> None:
        """Remove what was written."""
        for path in (self.root / "in").iterdir():
            if path != self._complaints:
                path.unlink()

    def put_in(self, path: Path, door: str, file: Hostile) -> Row:
        """Give a file to a door and watch."""
        before, knocks = self._seen(), self.listener.num_knocks
        began = time.monotonic()
        answer, peak = self._ask({"door": door, "file": str(path)})
        secs = time.monotonic() - began
        max_secs = math.inf if door in file.unhurried else self._max_secs
        faults = [*self._faults(answer, before, door), *_too_much(secs, max_secs, peak)]
        if door in file.welcome and answer.get("answer") != "accepted":
            faults.append("it has to be taken in")
        if self.listener.num_knocks != knocks:
            faults.append("it knocked at an address")
        return Row(
            file.name,
            door,
            answer.get("answer", "none"),
            answer.get("words", ""),
            secs,
            peak,
            tuple(faults),
        )

    def _ask(self, asked: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """The answer, and the most memory meanwhile; an empty one where the process ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        give_up_at, peak = time.monotonic() + _GIVE_UP_SECS, 0
        watched = psutil.Process(self._process.pid)
        while True:
            peak = max(peak, _memory_of(watched))
            try:
                return json.loads(self._answers.get(timeout=_LOOK_SECS)), peak
            except queue.Empty:
                if self._process.poll() is not None or time.monotonic() > give_up_at:
                    self._end()
                    said = self._complaints.read_text(errors="replace").strip()
                    self._process = self._started()
                    return {"words": said[-500:]}, peak

    def _faults(self, answer: dict[str, Any], before: set[Path], door: str = "") -> Iterator[str]:
        words = str(answer.get("words", ""))
        if answer.get("answer") not in {"accepted", "refused"}:
            yield f"no answer in words: {words[-300:]}"
        elif not words or len(words) > _MAX_WORDS or not words.isprintable():
            yield f"no words for people: {words[:200]!r}"
        if TELLTALE.strip() in words:
            yield "the answer tells the secret"
        if self.trap.marker.exists():
            yield "the trap was sprung"
        made = self._seen() - before
        allowed = [self.root / "runs"] if answer.get("answer") == "accepted" else []
        allowed += [self.root / "runs" / name for name in _BOOKS]
        if door == "command train":  # good pictures stay prepared, where too few for a batch
            allowed.append(self.root / "runs" / ".datasets")
        outside = [
            path for path in made if not any(path.is_relative_to(place) for place in allowed)
        ]
        if outside:
            yield f"left behind: {', '.join(map(str, sorted(outside)[:3]))}"
        if any(_tells(path) for path in made):
            yield "a file tells the secret"
        self._ask({"clean": [str(path) for path in made if path.parent in _parents(self.root)]})

    def _seen(self) -> set[Path]:
        """Everything in the sandbox but what we put there, and what lies at the top elsewhere."""
        inside = {path for path in self.root.rglob("*") if path.parent.name != "in"}
        return inside | set(REPO.iterdir()) | set(self.root.parent.iterdir())


def _parents(root: Path) -> tuple[Path, ...]:
    return (root / "runs", root / "runs" / ".datasets")


def _tells(path: Path) -> bool:
    return path.is_file() and TELLTALE.strip().encode() in path.read_bytes()


def _too_much(secs: float, max_secs: float, peak: int) -> Iterator[str]:
    if secs > max_secs:
        yield f"took {secs:.1f} s"
    if peak > MAX_BYTES:
        yield f"took {peak / 1e6:.0f} MB"


def _memory_of(process: psutil.Process) -> int:
    """Of a process and all that it started."""
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            try:
                total += each.memory_info().rss
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        return 0
    return total


@contextmanager
def sandbox(root: Path, data_dir: Path, max_secs: float = MAX_SECS) -> Iterator[Sandbox]:
    """A sandbox in an empty folder, its process ended at the end.

    Args:
        root: the folder.
        data_dir: where data sets lie.
        max_secs: an answer may take; more on a machine that is busy with other things.
    """
    found = Sandbox(root, data_dir, max_secs)
    try:
        yield found
    finally:
        found.close()
