"""A clock that is moved while the processes live that look at it: this one, and all it starts."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

_MOVER = Path(__file__).with_name("moved")
DAY_SECS = 24 * 3600


class MovingClock:
    """How far the clock is moved, in a file that every process of the trial reads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.move(0)

    def move(self, secs: int) -> None:
        """From now on it is so many seconds before or after the true one."""
        written = self._file.with_suffix(".new")
        written.write_text(str(secs))
        written.replace(self._file)


@contextmanager
def moving_clock(file: Path) -> Iterator[MovingClock]:
    """Whatever is started meanwhile, and what that starts, lives by this clock."""
    clock = MovingClock(file)
    path = os.pathsep.join(part for part in (str(_MOVER), os.environ.get("PYTHONPATH")) if part)
    with mock.patch.dict(os.environ, {"PYTHONPATH": path, "TRIAL_CLOCK": str(file)}):
        yield clock


@contextmanager
def moved_here(secs: float) -> Iterator[None]:
    """This process's own clock, put forward or back; the monotonic one never moves."""
    now, now_ns = time.time, time.time_ns

    def moved() -> float:
        return now() + secs

    def moved_ns() -> int:
        return now_ns() + int(secs * 1e9)

    with mock.patch("time.time", moved), mock.patch("time.time_ns", moved_ns):
        yield
