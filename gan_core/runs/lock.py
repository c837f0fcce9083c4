"""A held lock says that a worker lives; nothing else does.

Process ids are reused and clocks move, so neither is asked. The kernel drops a `flock` when the
last process that holds the open file ends, however it ends. The launcher takes the lock and
hands the open file to the worker, so there is no moment at which a starting run looks dead.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from gan_core.errors import DamagedError
from gan_core.text import N_

PATIENCE_SECS = 0.3  # `is_held` holds a lock for an instant as it asks
LEAVING_SECS = 10.0  # a worker that has said its last word may still be on its way out


class FileLock:
    """An exclusive lock on a file, held until released or until the holder ends."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def acquire(cls, path: Path, *, patience_secs: float = PATIENCE_SECS) -> Self | None:
        """Take the lock, or return `None` when somebody else keeps it.

        Args:
            path: the lock file; created where missing.
            patience_secs: how long to try.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        return cls._locked(descriptor, fcntl.LOCK_EX, patience_secs)

    @classmethod
    def acquire_folder(cls, folder: Path, *, patience_secs: float, shared: bool) -> Self | None:
        """Lock a folder itself, which leaves no file behind; otherwise as `acquire`.

        Args:
            folder: the folder; it is there.
            patience_secs: how long to try.
            shared: together with others who share it; nobody holds it alone meanwhile.
        """
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return cls._locked(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, patience_secs)

    @classmethod
    def _locked(cls, descriptor: int, kind: int, patience_secs: float) -> Self | None:
        give_up_at = time.monotonic() + patience_secs
        while True:
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= give_up_at:
                    os.close(descriptor)
                    return None
                time.sleep(0.01)
            else:
                return cls(descriptor)

    @classmethod
    def adopt(cls, descriptor: int) -> Self:
        """Take over a lock that the launching process handed down."""
        os.set_inheritable(descriptor, False)
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        """Return the held lock."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock."""
        self.release()


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock on `path`.

    Raises:
        DamagedError: the file may not be opened, so nobody can tell.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise DamagedError(
            N_("{name} cannot be opened: {reason}."), name=path.name, reason=error.strerror
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
