"""Threads of their own for what generators are asked: pages are served by others meanwhile.

Streamlit's files, the live view and the gate share a few dozen threads. Who asks a generator in a
loop would take them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from gan_core.access.people import Person
from gan_core.access.quotas import is_bound
from gan_core.errors import BadInputError, DamagedError, GanCoreError, NotFoundError
from gan_core.text import N_
from pages._parts.crowd import Crowd

AT_ONCE = 4
PER_PERSON = 8
"""A browser asks six things of a server at a time; what it gives up is still being answered."""
IN_ALL = 64

P = ParamSpec("P")
T = TypeVar("T")


class BusyError(BadInputError):
    """Too many ask at this moment; whoever asks again in a second is answered."""


def status_of(error: GanCoreError) -> int:
    """What an answer's head says of an error; 503 lets our pages ask again by themselves."""
    if isinstance(error, BusyError):
        return 503
    return 404 if isinstance(error, (NotFoundError, DamagedError)) else 400


class Turns:
    """Has work done a few at a time, whoever came first; for one event loop."""

    def __init__(self, per_person: int = PER_PERSON, in_all: int = IN_ALL) -> None:
        """Nobody is here.

        Args:
            per_person: how many requests of one person may wait or be answered.
            in_all: how many of all may.
        """
        self._threads = anyio.CapacityLimiter(AT_ONCE)
        self._here = Crowd(per_person, in_all)

    @contextmanager
    def place(self, by: Person) -> Iterator[None]:
        """Be one of those who wait; taken before a body is read.

        Raises:
            BusyError: too many are here, or too many of this person's requests.
        """
        if self._here.is_full() or (is_bound(by.id) and self._here.has_enough_of(by)):
            raise BusyError(N_("too much is asked at this moment."), N_("Try again in a second."))
        with self._here.joined(by):
            yield

    async def do(self, work: Callable[P, T], *args: P.args) -> T:
        """What `work` returns; it waits for its turn, and runs beside the event loop."""
        return await anyio.to_thread.run_sync(work, *args, limiter=self._threads)
