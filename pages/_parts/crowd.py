"""How many of something each person has at a time, and all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gan_core.access.people import Person


class Crowd:
    """Counts who is in. For one thread, such as that of an event loop."""

    def __init__(self, per_person: int, in_all: int) -> None:
        """Nobody is in.

        Args:
            per_person: how often one person may be; those who keep no cookies count as one.
            in_all: how many may be.
        """
        self._per_person = per_person
        self._in_all = in_all
        self._inside: Counter[str] = Counter()

    def is_full(self) -> bool:
        """Whether nobody more may come in."""
        return self._inside.total() >= self._in_all

    def has_enough_of(self, by: Person) -> bool:
        """Whether this person may not come in once more."""
        return self._inside[by.id] >= self._per_person

    @contextmanager
    def joined(self, by: Person) -> Iterator[None]:
        """Be in; whether one may is asked before."""
        self._inside[by.id] += 1
        try:
            yield
        finally:
            self._inside[by.id] -= 1
            self._inside += Counter()  # forgets who is not in any more
