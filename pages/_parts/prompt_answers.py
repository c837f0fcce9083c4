"""Answers leave at once, and wait neither for an acknowledgement nor long for other viewers' pages.

Streamlit binds its socket without saying that it speaks TCP; asyncio therefore leaves Nagle's
algorithm on, and the body of nearly every answer waits 40 ms for the acknowledgement of its head.

A page is drawn by a thread and sent by another, and takes a dozen turns of the interpreter. Where
others' pages are drawn meanwhile, each turn waits until theirs is over: 5 ms as Python is.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OPEN_FILES = Path("/dev/fd")
_TURN_SECS = 0.001


def answer_promptly() -> None:
    """Have connections to this process send at once; they take that over from their listener.

    And shorten the turns in which this process's threads take the interpreter.
    """
    sys.setswitchinterval(_TURN_SECS)
    for listener in _listeners():
        with listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listeners() -> Iterator[socket.socket]:
    """The sockets on which this process takes connections by TCP, each opened once more."""
    names = [file.name for file in _OPEN_FILES.iterdir()] if _OPEN_FILES.is_dir() else []
    for descriptor in map(int, names):
        with suppress(OSError):  # closed since
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                found = socket.socket(fileno=os.dup(descriptor))
                if _is_listener(found):
                    yield found
                else:
                    found.close()


def _is_listener(found: socket.socket) -> bool:
    is_tcp = found.family in {socket.AF_INET, socket.AF_INET6} and found.type == socket.SOCK_STREAM
    return is_tcp and bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
