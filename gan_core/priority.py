"""Work in the background leaves the processors to whoever waits for an answer.

Where Linux shares the processors out among sessions first (`sched_autogroup_enabled`), a process
in a session of its own is weighed against others by that session's niceness alone.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 10
AUTOGROUP = Path("/proc/self/autogroup")


def step_back() -> None:
    """Take what the page and other programs leave; called before there is a second thread.

    The session steps back only where this process has it for itself: a job that its page waits
    for, or a worker that somebody runs in a terminal, must not take theirs along.
    """
    os.nice(NICENESS)
    if hasattr(os, "getsid") and os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such system, or not ours to say: its own niceness remains
            AUTOGROUP.write_text(str(NICENESS))
