"""How many steps one call of the compiled function takes, and when a checkpoint is due."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

TARGET_SECS = 0.2
"""A call's length: so soon is a request heard, and so seldom does Python stand in the way."""

_MOST_STEPS = 64
_MOST_BYTES = 32 << 20
_SAVES_REMEMBERED = 8


class Pace:
    """Steps a call: up to the next event, within a fifth of a second, few megabytes of images.

    The compiled function gives the same numbers however a run is cut into calls, so this may
    follow the clock.
    """

    def __init__(self, cadences: Collection[int], total_steps: int, bytes_a_step: int) -> None:
        """Begin with one step a call.

        Args:
            cadences: something happens at the multiples of each.
            total_steps: where the run ends.
            bytes_a_step: of the images that a step takes.
        """
        self._cadences = [cadence for cadence in cadences if cadence > 0]
        self.total_steps = total_steps
        self._ceiling = max(1, min(_MOST_STEPS, _MOST_BYTES // max(bytes_a_step, 1)))
        self._most = 1

    def num_steps(self, step: int) -> int:
        """How many steps the call after `step` finished ones takes."""
        to_events = [cadence - step % cadence for cadence in self._cadences]
        return min(self._most, self.total_steps - step, *to_events)

    def took(self, num_steps: int, secs: float) -> None:
        """Learn from a call; the first one, which compiles, is soon forgotten."""
        most = int(TARGET_SECS * num_steps / max(secs, 1e-6))
        # At most twice as long as the last one: a lucky short call must not delay a request.
        self._most = max(1, min(most, 2 * self._most, self._ceiling))


class Rhythm:
    """When the next checkpoint is due, so that no kill ever costs more than the interval.

    A checkpoint holds what was done when its writing began, and counts once its writing has
    ended. So it is begun so early that the slowest round of late and the slowest writing of late
    would still fit: on a busy machine the next one may be either.
    """

    def __init__(self, interval_secs: float, now: float) -> None:
        """What is done at `now` is on disk already."""
        self._interval_secs = interval_secs
        self._held_since = self._looked_at = now
        self._slowest_round = 0.0
        self._save_secs: deque[float] = deque(maxlen=_SAVES_REMEMBERED)

    def is_due(self, now: float) -> bool:
        """Asked once a round: whether another round would be one too many."""
        self._slowest_round = max(self._slowest_round, now - self._looked_at)
        self._looked_at = now
        # The first round compiles and may take longer than the interval; half of it is enough.
        slowest_secs = self._slowest_round + max(self._save_secs, default=0.0)
        early_secs = min(slowest_secs, self._interval_secs / 2)
        return now - self._held_since >= self._interval_secs - early_secs

    def saved(self, began: float, ended: float) -> None:
        """A checkpoint of what was done at `began` was on disk at `ended`."""
        self._held_since, self._looked_at = began, ended
        self._save_secs.append(ended - began)
        self._slowest_round = 0.0
