"""A list is shown a page at a time: the same rows and the same count, however often and whichever way it is asked."""

from typing import Any

import pytest
from django.db.models import F, QuerySet

from keepwell.members import paging
from keepwell.members.models import Member, Role
from keepwell.members.paging import Pages
from keepwell.members.ready import Asked, ready, ready_by_keys

pytestmark = pytest.mark.django_db

EACH = 3


def _by_name(*, role: str) -> QuerySet[Member]:
    return Member.objects.filter(role=role).order_by("-name", "pk")


def _by_last(*, role: str) -> QuerySet[Member]:
    return (
        Member.objects.filter(role=role).only("name").order_by(F("last_login").desc(nulls_last=True), "-pk")
    )


@pytest.fixture(params=[ready(_by_name), ready_by_keys(_by_name), ready_by_keys(_by_last)])
def asked(request: pytest.FixtureRequest) -> Asked[Member]:
    found: Asked[Member] = request.param(role=Role.VIEWER)
    return found


def _people(many: int) -> None:
    Member.objects.filter(role=Role.VIEWER).delete()
    for n in range(many):
        Member.objects.create(email=f"v{n}@example.com", name=f"V{n % 7}", role=Role.VIEWER)


def _seen(asked: Asked[Member], number: Any) -> tuple[list[int], int, bool, bool]:
    pages = Pages(asked, EACH, 10)
    page = pages.get_page(number)
    return [one.pk for one in page], pages.count, pages.more, page.has_next()


@pytest.mark.parametrize("many", [0, 1, 3, 9, 10, 11, 25])
def test_each_page_has_its_rows_each_time(asked: Asked[Member], many: int) -> None:
    _people(many)
    keys = [one.pk for one in asked.plain()]
    for _time in range(3):
        for number in range(1, max(-(-many // EACH), 1) + 1):
            rows = keys[(number - 1) * EACH : number * EACH]
            assert _seen(asked, number) == (rows, min(many, 10), many > 10, number * EACH < many)


def test_a_list_that_has_grown_or_shrunk_is_shown_as_it_is_now(asked: Asked[Member]) -> None:
    for many in (25, 4, 12, 30, 2, 0, 11):
        _people(many)
        keys = [one.pk for one in asked.plain()]
        assert _seen(asked, 1) == (keys[:EACH], min(many, 10), many > 10, many > EACH)
        last = max(-(-many // EACH), 1)
        assert _seen(asked, last)[0] == keys[(last - 1) * EACH :]


def test_beyond_the_end_is_the_last_page_that_is_counted(asked: Asked[Member]) -> None:
    for many in (25, 25, 5, 5):
        _people(many)
        keys = [one.pk for one in asked.plain()]
        last = -(-min(many, 10) // EACH)
        for _time in range(2):
            assert _seen(asked, 100)[0] == keys[(last - 1) * EACH : last * EACH]


def test_what_was_few_or_many_is_remembered_for_so_many_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "_KEPT", 2)
    monkeypatch.setattr(paging, "_many", {})
    for name in range(5):
        paging._remember(name, many=True)
        assert len(paging._many) <= 2
