"""A line for requests that are large and take long: they wait before their bodies are read.

Who waits costs next to nothing then: no thread, of which all addresses share a few dozen, and no
megabytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from gan_core.access.people import Person
from gan_core.access.quotas import is_bound
from gan_core.errors import ConflictError
from gan_core.text import N_
from pages._parts.crowd import Crowd

_PER_PERSON = 2
_NUM_WAITING = 60
_PATIENCE_SECS = 20.0


class Line:
    """Lets in a few at a time, whoever came first; for one event loop."""

    def __init__(self, at_once: int, busy: str) -> None:
        """Nobody is here.

        Args:
            at_once: how many bodies may lie in memory.
            busy: why others are sent away, as an error's template.
        """
        self._inside = anyio.CapacityLimiter(at_once)
        self._here = Crowd(_PER_PERSON, at_once + _NUM_WAITING)
        self._busy = busy

    @asynccontextmanager
    async def place(self, by: Person) -> AsyncIterator[None]:
        """Wait for one's turn, and have it.

        Raises:
            ConflictError: too many are here, or were for too long, or too many are this person's.
        """
        if is_bound(by.id) and self._here.has_enough_of(by):
            raise ConflictError(
                N_("{num} of your requests wait here already."),
                N_("Try again when one of them is done."),
                num=_PER_PERSON,
            )
        if self._here.is_full():
            raise self._is_busy()
        with self._here.joined(by):
            await self._wait()
            try:
                yield
            finally:
                self._inside.release()

    async def _wait(self) -> None:
        try:
            with anyio.fail_after(_PATIENCE_SECS):
                await self._inside.acquire()
        except TimeoutError as error:
            raise self._is_busy() from error

    def _is_busy(self) -> ConflictError:
        return ConflictError(self._busy, N_("Try again in half a minute."))
