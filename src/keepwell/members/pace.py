"""How many pages one member opens in a minute: more than any person does is a program, which has the API for that.

Counted by each process in its own memory, so that a page waits for nothing; several allow so many times more.
"""

import math
import time
from collections import Counter
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WINDOW = 60  # seconds
_USUAL = 1200  # twenty a second, parts of pages and pictures among them
_turn = Lock()
_opened: Counter[int] = Counter()
_since = 0


def held_up(member: int, clock: float | None = None) -> int:
    """Count a page that a member opens; for how many seconds they are held up, 0 where they are not."""
    global _since  # noqa: PLW0603 - the one minute that is counted
    now = time.monotonic() if clock is None else clock
    with _turn:
        if (window := int(now // WINDOW)) != _since:
            _opened.clear()
            _since = window
        _opened[member] += 1
        over = _opened[member] > getattr(settings, "PAGES_A_MINUTE", _USUAL)
    return max(math.ceil((window + 1) * WINDOW - now), 1) if over else 0


def wait(request: HttpRequest, seconds: int) -> HttpResponse:
    """What is answered meanwhile."""
    answer = render(request, "site/too_many.html", {"seconds": seconds}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
