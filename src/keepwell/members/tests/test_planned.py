"""A question that PostgreSQL planned once is answered as ever, whatever becomes of its connection and its tables."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from keepwell.members import planned
from keepwell.members.models import Invitation, Member, Role
from keepwell.members.ready import ready, ready_by_keys

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL is told to prepare"),
]

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@ready_by_keys
def _named(*, names: Sequence[str]) -> QuerySet[Member]:
    return Member.objects.filter(name__in=names, role=Role.MEMBER).order_by("name")


@ready_by_keys
def _invitations(*, by: int, since: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(invited_by=by, expires_at__gte=since, email__contains="%").order_by("pk")


@pytest.fixture(autouse=True)
def nothing_lost() -> Iterator[None]:
    """What is kept of losses is of the process, as the connection is: each test begins without."""
    connection.close()
    planned._losses.clear()
    planned._refused.clear()
    yield
    connection.close()


def _asked(*names: str) -> tuple[list[str], list[str]]:
    """The names that were found, and what the database was asked for them."""
    with CaptureQueriesContext(connection) as asked:
        found = [one.name for one in _named(names=list(names))]
    return found, [str(one["sql"]).split("_")[0].split()[0] for one in asked.captured_queries]


def test_a_question_is_prepared_once_and_then_told_its_values(people: dict[str, Member]) -> None:
    assert _asked("Member", "Stranger") == (["Member", "Stranger"], ["PREPARE", "EXECUTE"])
    assert _asked("Stranger", "Manager") == (["Stranger"], ["EXECUTE"])
    assert _asked("x' OR '1'='1", "%s") == ([], ["EXECUTE"])


def test_moments_numbers_and_what_stands_fast_in_it_reach_the_question(people: dict[str, Member]) -> None:
    by = people["manager"].pk
    kept = [
        Invitation.objects.create(
            hashed=f"h{n}", email=f"p%{n}@example.com", role=Role.MEMBER, invited_by_id=by,
            expires_at=NOW + timedelta(days=n),
        )
        for n in range(3)
    ]  # fmt: skip
    assert _invitations(by=by, since=NOW + timedelta(days=1)).rows() == kept[1:]
    assert _invitations(by=2**63, since=NOW).rows() == []
    assert not planned._refused


def test_inside_of_a_transaction_it_is_asked_the_plain_way(people: dict[str, Member]) -> None:
    _asked("Member")
    with transaction.atomic():
        assert _asked("Member") == (["Member"], ["SELECT"])


def test_a_question_that_depends_on_who_asks_is_planned_each_time(people: dict[str, Member]) -> None:
    weighed = ready(_named.__wrapped__)  # type: ignore[attr-defined]  # the function that was marked
    with CaptureQueriesContext(connection) as asked:
        assert [one.name for one in weighed(names=["Member"])] == ["Member"]
        assert [one.name for one in _named(names=["Member"]).weighed()] == ["Member"]
    assert all(str(one["sql"]).startswith("SELECT") for one in asked.captured_queries)


def test_what_a_connection_has_lost_is_asked_plainly_and_prepared_anew(people: dict[str, Member]) -> None:
    _asked("Member")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")  # as a pooler does, behind our back
    assert _asked("Member") == (["Member"], ["EXECUTE", "SELECT"])
    assert _asked("Member") == (["Member"], ["PREPARE", "EXECUTE"])


def test_where_it_is_lost_again_and_again_nothing_is_prepared_any_more(people: dict[str, Member]) -> None:
    for _n in range(planned.ENOUGH):
        _asked("Member")
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        assert _asked("Member")[0] == ["Member"]
    assert _asked("Member") == (["Member"], ["SELECT"])


def test_what_another_has_prepared_on_a_connection_is_the_same_question(people: dict[str, Member]) -> None:
    _asked("Member")
    vars(connection.connection)["keepwell_planned"].clear()  # as one that a pooler had given to another
    assert _asked("Member") == (["Member"], ["PREPARE", "EXECUTE"])
    assert _asked("Stranger") == (["Stranger"], ["EXECUTE"])


def test_a_connection_that_is_opened_anew_knows_nothing_yet(people: dict[str, Member]) -> None:
    _asked("Member")
    connection.close()
    with connection.cursor():  # what is said to each new connection is not counted here
        pass
    assert _asked("Member") == (["Member"], ["PREPARE", "EXECUTE"])


def test_a_table_that_is_changed_meanwhile_is_asked_all_the_same(people: dict[str, Member]) -> None:
    _asked("Member")
    try:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE members_member ALTER COLUMN name TYPE text")
        found, asked = _asked("Member")
        assert found == ["Member"]
        assert asked == ["EXECUTE", "DEALLOCATE", "SELECT"]
        assert _asked("Member") == (["Member"], ["PREPARE", "EXECUTE"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE members_member ALTER COLUMN name TYPE varchar(120)")


def test_what_postgresql_refuses_to_prepare_is_asked_plainly_from_then_on(people: dict[str, Member]) -> None:
    @ready_by_keys
    def on(*, day: date) -> QuerySet[Any, Any]:
        return Member.objects.filter(name__lt=day).order_by("pk").values_list("name", flat=True)

    for begins in ("PREPARE", "SELECT"):  # a name is no day: neither way is there an answer
        with CaptureQueriesContext(connection) as asked, pytest.raises(ProgrammingError, match="date"):
            on(day=NOW.date()).rows()
        assert str(asked.captured_queries[0]["sql"]).startswith(begins)


def test_it_can_be_turned_off(people: dict[str, Member]) -> None:
    connection.settings_dict["PLANNED"] = False
    try:
        assert _asked("Member") == (["Member"], ["SELECT"])
    finally:
        del connection.settings_dict["PLANNED"]
