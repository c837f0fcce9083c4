"""A download on its way: kept under one name, so that the next attempt goes on where it broke off.

`.NAME.part` lies beside the file that it will become, so that the last step is one atomic
rename. Whoever writes to it holds its lock; a second process waits, and then finds the file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_POLL_SECS = 0.2
# What file systems without locks answer. Two downloads at once are then caught by the check.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


@dataclass(frozen=True)
class Partial:
    """The bytes had so far, open for more, under a lock.

    Attributes:
        path: where they lie.
        target: what the file will be called.
        stream: open for reading and writing.
    """

    path: Path
    target: Path
    stream: BinaryIO

    @property
    def num_bytes(self) -> int:
        """How many bytes there are."""
        self.stream.flush()
        return os.fstat(self.stream.fileno()).st_size

    def truncate(self, num_bytes: int) -> None:
        """Keep the first `num_bytes` and go on writing after them."""
        self.stream.truncate(num_bytes)
        self.stream.seek(num_bytes)

    def publish(self) -> None:
        """Give the complete file its name; it is on the disk before it has it."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.path.replace(self.target)

    def discard(self) -> None:
        """Remove the bytes."""
        self.path.unlink(missing_ok=True)


def partial_path(target: Path) -> Path:
    """Where the bytes of `target` lie until they are complete."""
    return target.with_name(f".{target.name}.part")


@contextlib.contextmanager
def claim(target: Path, waiting: Callable[[int], None]) -> Iterator[Partial | None]:
    """Open what there is of `target`, alone; `None` where somebody else has just completed it.

    Args:
        target: the file to be made; its folder exists.
        waiting: called with the bytes had so far while another process downloads the same
            file; may raise to give up.

    Raises:
        OSError: the folder cannot be written to.
    """
    path = partial_path(target)
    while not target.exists():
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        with open(descriptor, "r+b") as stream:  # noqa: PTH123 - a descriptor, not a path
            _lock(stream, waiting)
            # Whoever held the lock before may have renamed or removed the file that is open here.
            if _is_at(path, stream):
                yield Partial(path, target, stream)
                return
    yield None


def _lock(stream: BinaryIO, waiting: Callable[[int], None]) -> None:
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting(os.fstat(stream.fileno()).st_size)
            time.sleep(_POLL_SECS)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return
        else:
            return


def _is_at(path: Path, stream: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False
