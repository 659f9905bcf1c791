"""How long pages take: counted for Prometheus, and the slow ones kept as rows an administrator can look at."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse

from keepwell.site.models import Slow

LOG = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]

SLOW = 1.0  # seconds from which a page is slow
KEPT = 200  # slow pages that are kept
OTHER = "other"  # what has no address of its own: files, addresses that there are not


class Counts:
    """How many requests this process has answered, by their status, and the seconds that took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: Counter[str] = Counter()
        self.seconds = 0.0

    def add(self, status: int, seconds: float) -> None:
        """One more."""
        with self._lock:
            self.requests[f"{status // 100}xx"] += 1
            self.seconds += seconds


COUNTS = Counts()


def timed(answer: Answer) -> Answer:
    """Measure every request."""

    def answered(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = answer(request)
        seconds = time.monotonic() - began
        COUNTS.add(response.status_code, seconds)
        if seconds >= SLOW:
            _keep(request, seconds)
        return response

    return answered


def _keep(request: HttpRequest, seconds: float) -> None:
    """Keep a slow page; where the database cannot take it now, the page is answered all the same."""
    match = request.resolver_match
    page = (match.view_name or match.route)[:120] if match else OTHER
    try:
        with transaction.atomic():
            row = Slow.objects.create(page=page, milliseconds=round(seconds * 1000))
            Slow.objects.filter(pk__lte=row.pk - KEPT).delete()
    except DatabaseError as wrong:
        LOG.warning("a slow page was not kept: %s", type(wrong).__name__)
