"""How often somebody may ask: per key and per address."""

import ipaddress
import math
import time
from collections.abc import Sequence

from limits import RateLimitItem, RateLimitItemPerMinute, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from server.security.refused import AccessRefused

OFF = "off"
_NOTED = RateLimitItemPerMinute(1)


def parsed(value: str) -> Sequence[RateLimitItem]:
    """Limits from a setting such as ``300/minute`` or ``10/second; 5000/day``, none for ``off``. Raises ValueError."""
    return () if value.strip().lower() == OFF else tuple(parse_many(value))


def counted_address(address: str) -> str:
    """What is counted as one address: of IPv6 the first 64 bits, of which a single machine has all that follow."""
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return address
    if found.version == 6 and not getattr(found, "ipv4_mapped", None):
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(getattr(found, "ipv4_mapped", None) or found)


class Limits:
    """Counts of one process, in windows that slide."""

    def __init__(self, address: str, key: str) -> None:
        self._address, self._key = parsed(address), parsed(key)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def hit_address(self, address: str) -> None:
        """Count a request. Raises AccessRefused (429)."""
        self._hit(self._address, "address", counted_address(address))

    def hit_key(self, key: str | None) -> None:
        """Count a request of a key. Raises AccessRefused (429)."""
        if key is not None:
            self._hit(self._key, "key", key)

    def worth_noting(self, address: str) -> bool:
        """Whether a refusal for being too frequent is to be written down: once a minute and address."""
        return self._counter.hit(_NOTED, "noted", counted_address(address))

    def _hit(self, limits: Sequence[RateLimitItem], kind: str, who: str) -> None:
        for limit in limits:
            if not self._counter.hit(limit, kind, who):
                raise self._too_often(limit, kind, who)

    def _too_often(self, limit: RateLimitItem, kind: str, who: str) -> AccessRefused:
        seconds = max(1, math.ceil(self._counter.get_window_stats(limit, kind, who).reset_time - time.time()))
        return AccessRefused(
            429, f"请求太频繁，请 {seconds} 秒后再试 / too many requests: try again in {seconds} s", seconds
        )
