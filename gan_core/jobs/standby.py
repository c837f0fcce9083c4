"""One worker in waiting: when there is one, how it is started, and how it is given a run.

Whoever may start a run soon touches a note in the runs folder. While the note is young, nothing
trains and memory is not short, the supervisor keeps a process that has TensorFlow loaded already
(`gan_core.standby`). A run that it does not fit, or that it does not take at once, gets a cold
worker.
"""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from gan_core.config import Kernels, RunConfig
from gan_core.errors import DamagedError
from gan_core.jobs import machine
from gan_core.jobs.launch import ensure_supervisor
from gan_core.jobs.process import (
    SOURCE_ROOT,
    child_environment,
    exit_words,
    last_line,
    module_command,
)
from gan_core.jobs.queue import StudioSettings, read_studio
from gan_core.runs.files import disk_faults, read_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock

logger = logging.getLogger("gan_core.jobs.standby")

NOTE_NAME = ".standby-wanted"
LOG_NAME = ".standby.log"
_ANSWER_SECS = 10.0
"""It answers within milliseconds, but for a second or two while TensorFlow's library is mapped."""
_LEAVE_SECS = 3.0
_REST_SECS = 60.0
"""How long none is started after one that ended by itself."""


def want(runs_dir: Path) -> None:
    """Note that somebody may start a run soon, and make sure of a supervisor that sees the note.

    Raises:
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
        JobFailedError: the supervisor does not start.
    """
    if read_studio(runs_dir).standby_minutes == 0:
        return
    with disk_faults(runs_dir):
        runs_dir.mkdir(parents=True, exist_ok=True)
        (runs_dir / NOTE_NAME).touch()
    ensure_supervisor(runs_dir)


def forget(runs_dir: Path) -> None:
    """Nobody is here any more: a worker in waiting may go at once."""
    with suppress(OSError):  # the note grows old by itself
        (runs_dir / NOTE_NAME).unlink()


class Keeper:
    """Keeps at most one worker in waiting for a runs folder.

    Attributes:
        standby: the one that waits.
    """

    def __init__(self, runs_dir: Path, *, answer_secs: float = _ANSWER_SECS) -> None:
        """Nothing is started yet.

        Args:
            runs_dir: the runs folder.
            answer_secs: how long a process in waiting may take to say that it has a run.
        """
        self._runs_dir = runs_dir
        self._answer_secs = answer_secs
        self.standby: Standby | None = None
        self._not_before = 0.0

    def tend(self, *, idle: bool) -> bool:
        """Start one, keep it or let it go.

        Args:
            idle: nothing trains and nothing waits: there is processor time for a start.

        Returns:
            Whether somebody may start a run soon.
        """
        settings = _settings_while_wanted(self._runs_dir)
        self._notice_its_end()
        if self.standby is not None:
            if settings is None or _is_short(settings.standby_memory_mb / 2):
                self.end()
        elif settings is not None and idle and time.monotonic() >= self._not_before:
            self._start(settings)
        return settings is not None

    def _start(self, settings: StudioSettings) -> None:
        device = machine.known_device(self._runs_dir)
        if device is None or _is_short(settings.standby_memory_mb):
            return
        try:
            self.standby = Standby(self._runs_dir, device, machine.num_cores())
        except OSError as error:
            logger.warning("standby: cannot be started: %s", error)
            self._not_before = time.monotonic() + _REST_SECS
        else:
            logger.info("standby: worker %d", self.standby.process.pid)

    def give(
        self, paths: RunPaths, data_dir: Path, lock: FileLock
    ) -> subprocess.Popen[bytes] | None:
        """Hand a run over; `None` when it needs a worker of its own.

        Args:
            paths: of the run.
            data_dir: where data sets lie.
            lock: of the run, held here; the other process holds it too from now on.
        """
        standby = self.standby
        if standby is None or not standby.fits(paths):
            return None
        try:
            log = paths.log.open("ab")
        except OSError:  # whoever starts a worker of its own says so
            return None
        self.standby = None
        with log:
            if standby.give(paths, data_dir, log.fileno(), lock.descriptor, secs=self._answer_secs):
                return standby.process
        logger.warning("standby: no answer; the run gets a worker of its own")
        standby.kill()
        return None

    def end(self) -> None:
        """Let it go."""
        if self.standby is not None:
            self.standby.let_go()
            self.standby = None
            logger.info("standby: not needed any more")

    def _notice_its_end(self) -> None:
        if self.standby is None:
            return
        code = self.standby.process.poll()
        if code is not None:
            reason = last_line(self._runs_dir / LOG_NAME)
            logger.warning("standby: ended with %s: %s", exit_words(code), reason)
            self.standby.kill()
            self.standby = None
            self._not_before = time.monotonic() + _REST_SECS


class Standby:
    """The process in waiting, and our end of the line to it."""

    def __init__(self, runs_dir: Path, device: machine.Device, threads: int) -> None:
        """Start it.

        Raises:
            OSError: it cannot be started.
        """
        self._device, self._threads = device, threads
        self._line, theirs = socket.socketpair()
        with theirs, (runs_dir / LOG_NAME).open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                module_command(
                    "gan_core.standby",
                    str(runs_dir.resolve()),
                    *("--line-fd", str(theirs.fileno())),
                    *("--device", device),
                    *("--threads", str(threads)),
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=SOURCE_ROOT,
                env=child_environment(),
                pass_fds=(theirs.fileno(),),
            )

    def fits(self, paths: RunPaths) -> bool:
        """Whether the run is computed on the device and with the threads that it was made for."""
        try:
            kernels = RunConfig.from_json(read_json(paths.config)).kernels
        except (FileNotFoundError, DamagedError):
            return False  # a cold worker says what is wrong with it
        return _as_prepared(kernels) == (self._device, self._threads, self._threads)

    def give(self, paths: RunPaths, data_dir: Path, *descriptors: int, secs: float) -> bool:
        """Send a run with its open log and its open lock; whether they were taken in time."""
        order = {"run_dir": str(paths.root.resolve()), "data_dir": str(data_dir)}
        self._line.settimeout(secs)
        with self._line:
            try:
                socket.send_fds(self._line, [json.dumps(order).encode(), b"\n"], descriptors)
                return self._line.recv(16) != b""
            except OSError:  # it is gone, or it hangs
                return False

    def let_go(self) -> None:
        """Have it tidy up and end."""
        self._line.close()
        try:
            self.process.wait(_LEAVE_SECS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it: from here on it cannot take a run."""
        self._line.close()
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):  # held up in the kernel, and dead all the same
            self.process.wait(_LEAVE_SECS)


def _settings_while_wanted(runs_dir: Path) -> StudioSettings | None:
    """The folder's settings while its note is young, else `None`."""
    try:
        touched_at = (runs_dir / NOTE_NAME).stat().st_mtime
    except OSError:
        return None
    settings = read_studio(runs_dir)
    # A note from the future was left before the clock was put back; whoever is here touches it.
    age_secs = abs(time.time() - touched_at)
    return settings if age_secs < 60 * settings.standby_minutes else None


def _as_prepared(kernels: Kernels) -> tuple[machine.Device, int, int]:
    return kernels.device, kernels.intra_op_threads, kernels.inter_op_threads


def _is_short(needed_mb: float) -> bool:
    return bool(psutil.virtual_memory().available < needed_mb * 1e6)
