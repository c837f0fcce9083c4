"""Start our own modules as processes of their own: detached ones, and jobs that one waits for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import gan_core
from gan_core.errors import JobFailedError
from gan_core.runs.lock import is_held
from gan_core.text import N_

SOURCE_ROOT = Path(gan_core.__file__).resolve().parent.parent
"""The folder that `import gan_core` is found in: a safe working directory for our processes."""

_MAX_TAIL_BYTES = 20_000


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules, whatever lies in the working directory.

    `-P` keeps the working directory off the import path: a file called `random.py` beside the
    runs must not become a part of the worker.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def child_environment() -> dict[str, str]:
    """Our environment, with the import path that finds this very `gan_core`."""
    inherited = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(part for part in (str(SOURCE_ROOT), inherited) if part)
    return {**os.environ, "PYTHONPATH": path}


def run_job(module: str, *arguments: str, timeout_secs: float) -> str:
    """Run a module to its end and return what it printed.

    Its output goes to files, not pipes: nothing to fill and block.

    Raises:
        JobFailedError: it ended badly (with its last line) or took too long.
    """
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complaints:
        try:
            finished = subprocess.run(  # noqa: S603 - our own module
                module_command(module, *arguments),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=complaints,
                cwd=SOURCE_ROOT,
                env=child_environment(),
                timeout=timeout_secs,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise JobFailedError(
                N_("{module} did not finish within {limit:.0f} s."),
                module=module,
                limit=timeout_secs,
            ) from error
        printed.seek(0)
        complaints.seek(0)
        output = printed.read().decode(errors="replace")
        if finished.returncode:
            reason = last_words(complaints.read()) or last_words(output.encode())
            raise JobFailedError(
                N_("{module} failed: {reason}"),
                module=module,
                reason=reason or exit_words(finished.returncode),
            )
    return output


def signal_holder(process: int, lock: Path, number: signal.Signals) -> bool:
    """Signal the process that holds a lock, and never a stranger that got its number since.

    Where the system has handles of processes, the handle is taken first and the lock looked at
    afterwards: while it is held, the number was still its holder's. Where the system tells which
    files a process has open, the lock must be among them: somebody else may have taken the lock
    since the number was noted.

    Args:
        process: the number that the holder noted.
        lock: held by it for as long as it lives.
        number: the signal.

    Returns:
        Whether it was signalled.
    """
    try:
        handle = os.pidfd_open(process) if hasattr(os, "pidfd_open") else None
    except OSError:  # it has ended
        return False
    try:
        if not is_held(lock) or not _has_open(process, lock):
            return False
        if handle is None:
            os.kill(process, number)
        else:
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True


def _has_open(process: int, path: Path) -> bool:
    """Whether a process has a file open; yes where the system does not tell."""
    if not Path("/proc/self/fd").is_dir():
        return True
    try:
        wanted = path.stat()
        files = list(Path(f"/proc/{process}/fd").iterdir())
    except OSError:  # it has ended, or is another user's
        return False
    return any(_is(file, wanted) for file in files)


def _is(file: Path, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(file.stat(), wanted)
    except OSError:  # closed meanwhile
        return False


def last_line(log: Path) -> str:
    """The last line that says something, of a log that may be long or missing."""
    return last_words(tail(log).encode())


def tail(log: Path, *, since: int = 0) -> str:
    """The end of a log that may be long or missing; nothing from before `since` bytes."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(since, size - _MAX_TAIL_BYTES, 0))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def last_words(printed: bytes, limit: int = 300) -> str:
    """The last line of some output that is not blank, shortened."""
    lines = printed[-_MAX_TAIL_BYTES:].decode(errors="replace").split("\n")
    said = [" ".join(line.split()) for line in lines if line.strip()]
    return said[-1][:limit] if said else ""


def exit_words(code: int) -> str:
    """An exit code as words: `signal 9` or `exit code 3`."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"
