"""How often a token may call: so many calls a minute, and the answer tells how many are left.

Counted in the cache “calls”: on PostgreSQL one for all processes of all machines; on SQLite each process that serves
counts for itself, and `keepwell serve` has one.
"""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.db import connection

WINDOW = 60  # seconds
_USUAL = 600


def most() -> int:
    """Calls a minute."""
    return int(getattr(settings, "API_CALLS_A_MINUTE", _USUAL))


@dataclass(frozen=True)
class Left:
    """How many calls are left of how many, and in how many seconds they are all there again."""

    of: int
    calls: int
    seconds: int

    @property
    def over(self) -> bool:
        """Whether this call was one too many."""
        return self.calls < 0

    @property
    def headers(self) -> dict[str, str]:
        """As the answer tells it (draft-ietf-httpapi-ratelimit-headers)."""
        told = {
            "RateLimit-Policy": f'"calls";q={self.of};w={WINDOW}',
            "RateLimit": f'"calls";r={max(self.calls, 0)};t={self.seconds}',
        }
        return told | ({"Retry-After": str(self.seconds)} if self.over else {})


def count(who: str, clock: float | None = None) -> Left:
    """Count one call of somebody; `clock` is seconds, the wall's unless said."""
    now = time.time() if clock is None else clock
    window = int(now // WINDOW)
    key, cache = f"api:{who}:{window}", caches["calls"]
    # One for all processes counts with a single question.
    at_once = getattr(cache, "count", None) if connection.vendor == "postgresql" else None
    made = at_once(key, 2 * WINDOW) if at_once is not None else _counted(cache, key)
    return Left(most(), most() - made, max(math.ceil((window + 1) * WINDOW - now), 1))


def _counted(cache: BaseCache, key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # the first of this minute, unless another is first at the same moment
        return 1 if cache.add(key, 1, timeout=2 * WINDOW) else cache.incr(key)
