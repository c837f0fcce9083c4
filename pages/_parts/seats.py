"""How many people are here, and how many more may come in."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

HELD_SECS = 20.0
"""How long a place is kept for somebody who was sent the page and has not yet connected."""
WELCOME_SECS = 120.0
"""Until when they, or somebody whose connection broke, are let in although all is taken again."""
PER_VISITOR = 2
"""Places that are kept for one person; the older ones are given up for newer ones."""
MOST_OPEN = 8
"""Pages that one person may have open; whoever has as many is sent no other."""
A_CLASS = 30
_NEAR = 2 / 3
"""Of all places, how many those of one address may take, and a class in any case."""
_NEAR_SLACK = 1 / 12
"""How much more may connect from there: those who were sent the page before it was so many."""
_SQUEEZE = 1.25
"""To how many times the number of places that may lead: nobody who sees a page shall lose it."""
_SHARE = _SQUEEZE - 1
"""Of all places, how many are kept for one address: as many as may squeeze in, which those whose
place was given up may need. A class that comes all at once by one address finds its seats so."""
_MOST_REMEMBERED = 1000

Bound = Literal["person", "address"]
"""Of whom there are as many as may be, though there is room for others."""


class Guest(NamedTuple):
    """Who comes, as far as that is known.

    Attributes:
        visitor: the person; empty for somebody who was never here.
        address: where they are; a whole school may have one. Empty for this machine itself, as
            all who come by a web server seem to be there.
    """

    visitor: str = ""
    address: str = ""


@dataclass(eq=False)
class _Expected:
    """Somebody who was sent the page, or who left a moment ago.

    Attributes:
        guest: who that is.
        held_until: until when a place is kept for them.
        welcome_until: until when they are let in even if all is taken.
    """

    guest: Guest
    held_until: float
    welcome_until: float


class Seats:
    """Counts connections, and the places kept for those who are on their way.

    Nobody can keep many places without using them: of one address a share of all is held, and
    whose place was given up for a later one is still let in as long as there is any. Whoever
    connects takes the place that was kept for them, or for somebody like them. Nor can one person,
    or one address, take all places: the teacher, who is let in in any case, is asked for as nobody
    in particular. For one thread, such as that of an event loop.

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
        self._expected: list[_Expected] = []
        """The oldest first."""
        self._by_visitor: Counter[str] = Counter()
        self._by_address: Counter[str] = Counter()

    @property
    def num_taken(self) -> int:
        """Places that nobody else can have now."""
        return self.num_seated + len(self._held())

    def bound_of(self, num_seats: int, guest: Guest) -> Bound | None:
        """Who has as many of the places as they may: a person, those of an address, or neither."""
        return self._reached(guest, MOST_OPEN, _most_near(num_seats))

    def reserve(self, num_seats: int, guest: Guest) -> bool:
        """Keep a place for somebody who is sent the page; whether there was one."""
        if guest.visitor:
            own = [one for one in self._held() if one.guest.visitor == guest.visitor]
            self._make_room(own, PER_VISITOR)
        if self.num_taken >= num_seats or self.bound_of(num_seats, guest):
            return False
        near = [one for one in self._held() if one.guest.address == guest.address]
        self._make_room(near, self._most_held(num_seats, guest.address))
        self._expect(guest, HELD_SECS)
        return True

    def sit(self, num_seats: int, guest: Guest) -> bool:
        """Somebody connects; whether they may."""
        self._forget()
        may_squeeze = self._expected and self.num_seated < math.ceil(_SQUEEZE * num_seats)
        if not may_squeeze and self.num_taken >= num_seats:
            return False
        if self._has_too_much_of(num_seats, guest):
            return False
        self._take_expected(guest)
        self.num_seated += 1
        self._by_visitor.update([guest.visitor] if guest.visitor else [])
        self._by_address.update([guest.address] if guest.address else [])
        return True

    def leave(self, guest: Guest) -> None:
        """A connection ended: the place is free, and who had it is welcome for a while."""
        self.num_seated -= 1
        self._by_visitor -= Counter([guest.visitor])  # forgets who is not here any more
        self._by_address -= Counter([guest.address])
        self._expect(Guest(), 0.0)

    def _has_too_much_of(self, num_seats: int, guest: Guest) -> bool:
        """Whether nobody who was sent the page in time could be the one who connects."""
        slack = math.floor(_NEAR_SLACK * num_seats)
        most_near = _most_near(num_seats) + slack
        return self._reached(guest, MOST_OPEN + PER_VISITOR, most_near) is not None

    def _reached(self, guest: Guest, most_open: int, most_near: int) -> Bound | None:
        if self._by_visitor[guest.visitor] >= most_open:
            return "person"
        return "address" if self._by_address[guest.address] >= most_near else None

    def _most_held(self, num_seats: int, address: str) -> int:
        """Places kept for an address: with those it has, no more than it may have."""
        most = math.ceil(_SHARE * num_seats)
        return min(most, _most_near(num_seats) - self._by_address[address]) if address else most

    def _held(self) -> list[_Expected]:
        now = self._clock()
        return [one for one in self._expected if one.held_until > now]

    def _make_room(self, held: list[_Expected], most: int) -> None:
        """Give up the older of some places, so that one more makes `most` of them at most."""
        for one in held[: max(0, len(held) - most + 1)]:
            one.held_until = self._clock()

    def _expect(self, guest: Guest, held_secs: float) -> None:
        self._forget()
        now = self._clock()
        self._expected.append(_Expected(guest, now + held_secs, now + WELCOME_SECS))

    def _take_expected(self, guest: Guest) -> None:
        """Hold no place any more for whoever connected: theirs, else the one held longest."""
        found = self._held() or self._expected
        if found:
            self._expected.remove(min(found, key=lambda one: _unlike(one.guest, guest)))

    def _forget(self) -> None:
        now = self._clock()
        self._expected = [one for one in self._expected if one.welcome_until > now]
        if len(self._expected) > _MOST_REMEMBERED:
            self._expected = self._held()


def _most_near(num_seats: int) -> int:
    return max(A_CLASS, math.ceil(_NEAR * num_seats))


def _unlike(expected: Guest, guest: Guest) -> tuple[bool, bool]:
    """Sorts first who it is, then newcomers of the same address."""
    # A newcomer is given a cookie with the page.
    is_same = bool(guest.visitor) and expected.visitor == guest.visitor
    may_be_same = not expected.visitor and expected.address == guest.address
    return not is_same, not may_be_same
