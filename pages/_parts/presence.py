"""Somebody who uses the pages may press Train soon: meanwhile a worker waits for them.

Only a served app has the task that asks for it; a page alone, as in a test, starts nothing.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from pathlib import Path

logger = logging.getLogger(__name__)

_LOOK_SECS = 1.0
_DRAWN_SECS = 2.0
"""The page is on its way to the browser before anything else is started."""
_SAY_AGAIN_SECS = 20.0


class Presence:
    """When somebody last did something on a page; ticks of a page do not count.

    Attributes:
        seen_at: that moment, of the monotonic clock.
    """

    def __init__(self) -> None:
        self.seen_at = float("-inf")

    def note(self) -> None:
        """Somebody is here now."""
        self.seen_at = time.monotonic()


@functools.cache
def presence() -> Presence:
    """The one of this process."""
    return Presence()


async def keep_ready(runs_dir: Path) -> None:
    """Ask for a worker in waiting for as long as people come by."""
    said_at = float("-inf")
    while True:
        await asyncio.sleep(_LOOK_SECS)
        now = time.monotonic()
        if is_to_say(presence().seen_at, said_at, now):
            said_at = now
            await asyncio.to_thread(_want, runs_dir)


def is_to_say(seen_at: float, said_at: float, now: float) -> bool:
    """Whether somebody's presence, last said at `said_at`, is to be said (anew); all in seconds."""
    is_news = seen_at > said_at and now - said_at >= _SAY_AGAIN_SECS
    return is_news and now - seen_at >= _DRAWN_SECS


def leave(runs_dir: Path) -> None:
    """The server ends, and with it the reason to wait."""
    from gan_core.jobs import standby

    standby.forget(runs_dir)


def _want(runs_dir: Path) -> None:
    from gan_core.errors import GanCoreError
    from gan_core.jobs import standby

    try:
        standby.want(runs_dir)
    except (GanCoreError, OSError) as error:  # whoever presses Train is told
        logger.info("no worker will wait: %s", error)
