"""Start a process that goes its own way under a lock that it takes over."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gan_core.jobs.process import (
    SOURCE_ROOT,
    child_environment,
    exit_words,
    last_line,
    module_command,
)
from gan_core.runs.files import disk_faults
from gan_core.runs.lock import FileLock

_START_TIMEOUT_SECS = 60.0


def spawn(
    module: str, *arguments: str, lock: FileLock, log: Path, held: tuple[int, ...] = ()
) -> str:
    """Run one of our modules detached; return why it does not start, or nothing.

    The module is given `--lock-fd N --detach` besides: it forks and its first process ends at
    once, so a page that lives for weeks gathers no zombies, and the lock is held for as long as
    the second one lives, and so are the open files `held`.

    Raises:
        ReadOnlyError, DiskFullError: the log cannot be written.
    """
    with disk_faults(log), log.open("wb") as output:
        started = subprocess.run(  # noqa: S603 - our own module
            module_command(module, *arguments, "--lock-fd", str(lock.descriptor), "--detach"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=SOURCE_ROOT,
            env=child_environment(),
            pass_fds=(lock.descriptor, *held),
            timeout=_START_TIMEOUT_SECS,
            check=False,
        )
    return (last_line(log) or exit_words(started.returncode)) if started.returncode else ""
