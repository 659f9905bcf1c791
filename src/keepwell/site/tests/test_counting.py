"""What limits count is right however many count at once, and is forgotten in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from keepwell.site.counting import Counting
from keepwell.site.models import Counted

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="beside SQLite calls are counted in memory"),
]


@pytest.fixture
def counting() -> Counting:
    """Counts of the office's database."""
    return Counting("", {})


def test_calls_are_counted_from_nothing_by_many_at_once(counting: Counting) -> None:
    def call(_turn: int) -> int:
        try:
            return counting.count("calls of ada", 60)
        finally:
            connections.close_all()  # this thread's

    with ThreadPoolExecutor(4) as at_once:
        made = sorted(at_once.map(call, range(40)))

    assert made == list(range(1, 41)), "each call has a number of its own"
    assert counting.get("calls of ada") == 40


def test_what_has_expired_is_counted_from_nothing_again(counting: Counting) -> None:
    counting.count("calls of ada", 60)
    counting.count("calls of ada", 60)
    Counted.objects.update(expires=timezone.now() - timedelta(seconds=1))

    assert counting.count("calls of ada", 60) == 1
    assert counting.count("calls of bob", 60) == 1
