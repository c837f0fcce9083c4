"""How many people are here, and how many more may come in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

HELD_SECS = 20.0
"""How long a place is kept for somebody who was sent the page and has not yet connected."""
WELCOME_SECS = 120.0
"""Until when they, or somebody whose connection broke, are let in although all is taken again."""
_SQUEEZE = 1.25
"""To how many times the number of places that may lead: nobody who sees a page shall lose it."""


class Seats:
    """Counts connections, and the places kept for those who are on their way.

    Who is who is not known and need not be: whoever connects takes the place that was kept
    longest. For one thread, such as that of an event loop.

    Attributes:
        num_seated: connections that are open.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody is here.

        Args:
            clock: tells seconds.
        """
        self.num_seated = 0
        self._clock = clock
        self._expected: list[tuple[float, float]] = []
        """Until when a place is held for each, and until when they are welcome; oldest first."""

    @property
    def num_taken(self) -> int:
        """Places that nobody else can have now."""
        now = self._clock()
        return self.num_seated + sum(held > now for held, _welcome in self._expected)

    def reserve(self, num_seats: int) -> bool:
        """Keep a place for somebody who is sent the page; whether there was one."""
        if self.num_taken >= num_seats:
            return False
        self._expect(HELD_SECS)
        return True

    def sit(self, num_seats: int) -> bool:
        """Somebody connects; whether they may."""
        self._forget()
        may_squeeze = self._expected and self.num_seated < math.ceil(_SQUEEZE * num_seats)
        if not may_squeeze and self.num_taken >= num_seats:
            return False
        self._take_expected()
        self.num_seated += 1
        return True

    def leave(self) -> None:
        """A connection ended: the place is free, and who had it is welcome for a while."""
        self.num_seated -= 1
        self._expect(0.0)

    def _expect(self, held_secs: float) -> None:
        self._forget()
        now = self._clock()
        self._expected.append((now + held_secs, now + WELCOME_SECS))

    def _take_expected(self) -> None:
        """Hold no place any more for whoever connected: the one held longest, else any."""
        now = self._clock()
        held = [i for i, (until, _welcome) in enumerate(self._expected) if until > now]
        if self._expected:
            del self._expected[held[0] if held else 0]

    def _forget(self) -> None:
        now = self._clock()
        self._expected = [one for one in self._expected if one[1] > now]
