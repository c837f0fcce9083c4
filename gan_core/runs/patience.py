"""How long taking in somebody's file may keep the process busy that does it."""

from __future__ import annotations

import math
import time

from gan_core.errors import BadInputError
from gan_core.text import N_

_BYTES_PER_SEC = 100_000_000  # unpacked, written and hashed: of what is large, nobody is impatient


class Patience:
    """Asked now and then by long work; made in the thread that does it, when it begins.

    A disk that is slow is no fault of a file: only the processor's time counts soon.
    """

    def __init__(
        self, *, processor_secs: float = math.inf, wall_secs: float = math.inf, hint: str = ""
    ) -> None:
        """Begin.

        Args:
            processor_secs: of this thread; large files get more, by their bytes.
            wall_secs: in all.
            hint: what to do where the processor's time is over.
        """
        self._processor_secs = processor_secs
        self._wall_secs = wall_secs
        self._hint = hint
        self._num_bytes = 0
        self._began = time.thread_time()
        self._began_wall = time.monotonic()

    def ask(self, num_bytes: int = 0) -> None:
        """Go on, or not.

        Args:
            num_bytes: that were unpacked since the last time.

        Raises:
            BadInputError: it has taken too long.
        """
        self._num_bytes += num_bytes
        most = self._processor_secs + self._num_bytes / _BYTES_PER_SEC
        if time.thread_time() - self._began > most:
            raise _refused(most, self._hint)
        if time.monotonic() - self._began_wall > self._wall_secs:
            raise _refused(self._wall_secs, "")


def _refused(limit: float, hint: str) -> BadInputError:
    return BadInputError(
        N_("taking it in takes more than {limit} s."), hint, field="file", limit=round(limit)
    )
