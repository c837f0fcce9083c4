"""Values read from files, kept until a file is another one.

A page looks at every run of a folder whenever it is drawn; nearly all of them ended long ago.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

Value = TypeVar("Value")
Stamp = tuple[int, int, int]

_SETTLED_NS = 1_000_000_000
"""Clocks of file systems are coarse, up to a second: a younger file may change again unseen."""


def stamp_of(path: Path) -> Stamp | None:
    """What differs when a file, or the list of a folder's entries, is another one.

    Returns:
        Inode, size and time of change; `None` where there is nothing.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - `path.stat` takes twice the time, thousands of times
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)


class KeptValues(Generic[Value]):
    """The values of the files asked for last; may be asked from any thread."""

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._values: OrderedDict[Path, tuple[Stamp, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path, read: Callable[[Path], Value]) -> Value:
        """What `read` makes of `path`: read now, unless it was before and has not changed since.

        A file that changed within the last second is read each time. What `read` raises is not
        kept.
        """
        stamp = stamp_of(path)
        with self._lock:
            kept = self._values.get(path)
            if kept is not None and kept[0] == stamp:
                self._values.move_to_end(path)
                return kept[1]
        value = read(path)
        if stamp is not None and abs(time.time_ns() - stamp[2]) > _SETTLED_NS:
            self._keep(path, stamp, value)
        return value

    def _keep(self, path: Path, stamp: Stamp, value: Value) -> None:
        with self._lock:
            self._values[path] = (stamp, value)
            self._values.move_to_end(path)
            while len(self._values) > self._max_entries:
                self._values.popitem(last=False)
