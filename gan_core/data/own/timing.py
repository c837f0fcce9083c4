"""An end to what takes too long, in a process of its own.

Decoders return to Python between the pieces of a file that they are fed, and there a signal of the
processor's clock ends them. One piece that takes for ever is left to the limit of the process.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_SECS = 0.5


class TooSlowError(BaseException):
    """Time is up. No decoder's fault, so that nobody who catches those catches this."""


@contextmanager
def at_most(secs: float) -> Iterator[None]:
    """Bound the processor time of what is done inside, in the main thread; elsewhere nothing is.

    Raises:
        TooSlowError: it took longer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone; a process with limits has no other
        return
    before = signal.signal(signal.SIGPROF, _raise)
    signal.setitimer(signal.ITIMER_PROF, secs, _AGAIN_SECS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError
