"""How often something may be tried: by one address, and by all together."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict, deque

PER_ADDRESS = 5
IN_ALL = 60
KEPT_FOR_FIRST_TRIES = 20
"""Of those in all: else a dozen addresses that try again and again would keep everybody out."""
WINDOW_SECS = 60.0
_MAX_ADDRESSES = 1000


class Limiter:
    """Counts the tries of the last minute; may be asked from any thread.

    It remembers at most a thousand addresses. Those that tried longest ago are forgotten first,
    and meanwhile the bound for all together holds. This machine itself is one address, which the
    others' tries do not count against.
    """

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()
        self._here: deque[float] = deque()
        self._all: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self, address: str, now: float) -> float:
        """Count one try, if it may be made.

        Args:
            address: where it comes from.
            now: in seconds, of a clock that only goes forward.

        Returns:
            0 if it may be made, else after how many seconds the next one may.
        """
        with self._lock:
            if is_this_machine(address):
                return _take((self._here, PER_ADDRESS), now=now)
            own = self._own(network_of(address))
            _forget(own, now)
            allowed = IN_ALL - KEPT_FOR_FIRST_TRIES if own else IN_ALL
            return _take((own, PER_ADDRESS), (self._all, allowed), now=now)

    def _own(self, key: str) -> deque[float]:
        own = self._by_address.setdefault(key, deque())
        self._by_address.move_to_end(key)
        while len(self._by_address) > _MAX_ADDRESSES:
            self._by_address.popitem(last=False)
        return own


def is_this_machine(address: str) -> bool:
    """Whether an address is one of those by which a machine reaches itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if found.version == 6 else None
    return (mapped or found).is_loopback


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the network, for everybody has many addresses in it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if found.version == 6 and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def whole_secs(wait: float) -> int:
    """Seconds to wait as people are told them."""
    return max(1, math.ceil(wait))


def _take(*bounds: tuple[deque[float], int], now: float) -> float:
    """Count a try in each list of tries that has a bound, or return how long to wait."""
    wait = max(_wait(tries, most, now) for tries, most in bounds)
    if wait == 0.0:
        for tries, _most in bounds:
            tries.append(now)
    return wait


def _wait(tries: deque[float], most: int, now: float) -> float:
    _forget(tries, now)
    return 0.0 if len(tries) < most else WINDOW_SECS - (now - tries[-most])


def _forget(tries: deque[float], now: float) -> None:
    while tries and now - tries[0] >= WINDOW_SECS:
        tries.popleft()
