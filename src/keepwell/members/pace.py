"""How many pages one member opens in a minute: more than any person does is a program, which has the API for that.

Counted by each process in its own memory, so that a page waits for nothing. Every so many pages of a member, more
than people open in a minute, a process adds them to what all have counted, and learns what the others have: aside of
the page, which is not to ask a question more than others of its kind.
"""

import math
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WINDOW = 60  # seconds
_USUAL = 1200  # twenty a second, parts of pages and pictures among them
_PARTS = 20  # of what is allowed: of so many a process tells the others
_turn = Lock()
_opened: Counter[int] = Counter()
_elsewhere: Counter[int] = Counter()  # what others had counted when they were last asked
_since = 0


def at_once(tell: Callable[[], None]) -> None:
    """Tell the others, and wait until that is done."""
    tell()


def aside(tell: Callable[[], None]) -> None:
    """Tell the others while the page goes on."""

    def told() -> None:
        try:
            with suppress(DatabaseError):  # they are told with the next so many
                tell()
        finally:
            connections.close_all()  # this thread's

    Thread(target=told, daemon=True).start()


def held_up(
    member: int, clock: float | None = None, *, how: Callable[[Callable[[], None]], None] = at_once
) -> int:
    """Count a page that a member opens; for how many seconds they are held up, 0 where they are not.

    `how` others are told of so many pages.
    """
    global _since  # noqa: PLW0603 - the one minute that is counted
    now = time.time() if clock is None else clock
    most = getattr(settings, "PAGES_A_MINUTE", _USUAL)
    part = max(most // _PARTS, 1)
    with _turn:
        if (window := int(now // WINDOW)) != _since:
            _opened.clear()
            _elsewhere.clear()
            _since = window
        _opened[member] += 1
        mine = _opened[member]
    if mine % part == 0:

        def tell() -> None:
            _elsewhere[member] = _told(member, window, part) - mine

        how(tell)
    over = mine + _elsewhere[member] > most
    return max(math.ceil((window + 1) * WINDOW - now), 1) if over else 0


def _told(member: int, window: int, part: int) -> int:
    """Add pages to what all processes have counted of a member in this minute; how many that makes."""
    shared, key = caches["calls"], f"pages:{member}:{window}"
    try:
        return shared.incr(key, part)
    except ValueError:  # the first to tell
        shared.add(key, 0, timeout=2 * WINDOW)
        return shared.incr(key, part)


def wait(request: HttpRequest, seconds: int) -> HttpResponse:
    """What is answered meanwhile."""
    answer = render(request, "site/too_many.html", {"seconds": seconds}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
