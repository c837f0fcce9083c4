"""Viewers on this machine stand for other machines: how much of this one they may take.

They have a session of their own, because Linux shares the processors out among sessions first.
Left `PROMPT` they are as quick as their own machines would be, and training pays for that;
`LAST` they take what even training leaves, and what they do takes longer than it would there.
Or they have one processor for themselves, and the server has the others.
"""

from __future__ import annotations

import os
from contextlib import suppress

import psutil

from gan_core.priority import AUTOGROUP

PROMPT, LAST = 0, 19
_PROCESSORS = frozenset(os.sched_getaffinity(0))


def leave_the_session() -> None:
    """From here on this process is weighed by itself; before any thread or browser is started."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    os.nice(19)


def take(niceness: int) -> None:
    """Set how this process and the browsers that it started are weighed."""
    browsers = [p for p in psutil.Process().children(recursive=True) if "chrom" in p.name()]
    for place in (AUTOGROUP, *(AUTOGROUP.parent.parent / f"{p.pid}/autogroup" for p in browsers)):
        with suppress(OSError):  # no such system, or a process that has just ended
            place.write_text(str(niceness))


def leave_one_to_the_viewers() -> None:
    """What is started from here on has all processors but the last one.

    Before it is started: TensorFlow counts its processors then, and its threads stand in each
    other's way where there are fewer later.
    """
    os.sched_setaffinity(0, _PROCESSORS - {max(_PROCESSORS)})


def be_the_viewers() -> None:
    """This process, and what it starts from here on, has the last processor for itself."""
    os.sched_setaffinity(0, {max(_PROCESSORS)})
