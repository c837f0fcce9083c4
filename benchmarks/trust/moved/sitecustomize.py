"""Moves the wall clock of a Python process by as many seconds as a file says at that moment.

Python imports this by its name at each start where the folder is on its path (`moving_clock`), so
it holds for the processes that a process starts, too. The monotonic clock stays, as in truth.
What a process touches is dated by the moved clock; what it writes, by the system's own.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

_now, _now_ns, _utime = time.time, time.time_ns, os.utime
_datetime = dt.datetime
_file = Path(os.environ["TRIAL_CLOCK"])


def _moved_secs() -> int:
    return int(_file.read_text())


def _moved() -> float:
    return _now() + _moved_secs()


def _moved_ns() -> int:
    return _now_ns() + _moved_secs() * 10**9


def _touch(path: Any, times: Any = None, **how: Any) -> None:
    if times is None and "ns" not in how:
        how["ns"] = (_moved_ns(),) * 2
    _utime(path, times, **how)


class _Kind(type):
    """What the interpreter itself makes is of the class as it was."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, _datetime)


class _Moved(_datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return _datetime.fromtimestamp(_moved(), tz)

    @classmethod
    def utcnow(cls) -> Any:
        return _datetime.fromtimestamp(_moved(), dt.UTC).replace(tzinfo=None)


time.time, time.time_ns = _moved, _moved_ns
os.utime = _touch  # type: ignore[assignment]
dt.datetime = _Moved  # type: ignore[misc]
