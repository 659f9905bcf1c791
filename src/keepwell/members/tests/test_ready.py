"""A question that is put together once gives what Django's own gives, whatever values it is asked with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from keepwell.members.models import Invitation, Member, Role
from keepwell.members.ready import ready

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@ready
def _named(sort: str, /, *, names: Sequence[str]) -> QuerySet[Member]:
    return Member.objects.filter(name__in=names).order_by(sort)


@ready
def _invitations(*, by: int, since: datetime) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(invited_by=by, expires_at__gte=since)
    return rows.select_related("invited_by").only("email", "expires_at", "invited_by__name").order_by("pk")


@ready
def _invited(*, who: Member) -> QuerySet[Invitation]:
    return Invitation.objects.filter(invited_by=who.pk).order_by("pk")


def _first(found: QuerySet[Member], most: int) -> QuerySet[Member]:
    return found[:most]


def _without(found: QuerySet[Member], *, address: str) -> QuerySet[Member]:
    return found.exclude(email=address)


def _invite(people: dict[str, Member], n: int) -> Invitation:
    return Invitation.objects.create(
        hashed=f"h{n}", email=f"p{n}@example.com", role=Role.MEMBER,
        invited_by=people["manager"], expires_at=NOW + timedelta(days=n),
    )  # fmt: skip


def test_another_list_of_values_finds_other_rows_by_the_same_question(people: dict[str, Member]) -> None:
    for names in (["Manager"], ["Member"], ["Manager", "Viewer", "Member"], ["Member", "Viewer", "Stranger"]):
        assert _named("name", names=names).rows() == list(_named("name", names=names).plain())
        assert [one.name for one in _named("name", names=names)] == sorted(names)


def test_an_empty_list_finds_nothing_and_asks_nothing(people: dict[str, Member]) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert _named("name", names=[]).rows() == []
    assert not asked.captured_queries


def test_another_shape_is_another_question(people: dict[str, Member]) -> None:
    names = ["Manager", "Viewer", "Member"]
    assert [one.name for one in _named("-name", names=names)] == ["Viewer", "Member", "Manager"]
    assert [one.name for one in _named("name", names=names).then(_first, 2)] == ["Manager", "Member"]
    assert [one.name for one in _named("name", names=names).then(_first, 1)] == ["Manager"]


def test_a_question_takes_further_values_on_its_way(people: dict[str, Member]) -> None:
    found = _named("name", names=["Manager", "Viewer"])
    assert [one.name for one in found.then(_without, address="viewer@example.com")] == ["Manager"]
    assert [one.name for one in found.then(_without, address="manager@example.com")] == ["Viewer"]


def test_rows_lead_to_what_was_selected_and_read_the_rest_when_it_is_asked_for(
    people: dict[str, Member],
) -> None:
    kept = [_invite(people, n) for n in range(3)]
    with CaptureQueriesContext(connection) as asked:
        found = _invitations(by=people["manager"].pk, since=NOW + timedelta(days=1)).rows()
        assert [one.email for one in found] == ["p1@example.com", "p2@example.com"]
        assert [one.invited_by.name for one in found if one.invited_by] == ["Manager", "Manager"]
        assert found[0].expires_at == NOW + timedelta(days=1)
    assert len(asked) == 1
    assert found == kept[1:]
    assert found[0].get_deferred_fields() == {"hashed", "role", "member_id", "made_at", "used_at"}
    assert found[0].hashed == "h1"
    found[0].used_at = NOW
    found[0].save()  # it is known to be kept: nothing is added
    assert Invitation.objects.filter(used_at=NOW).count() == 1
    assert Invitation.objects.count() == 3


def test_values_reach_the_database_as_parameters(people: dict[str, Member]) -> None:
    evil = "x' OR '1'='1"
    assert _named("name", names=[evil]).rows() == []
    assert _named("name", names=["%s", "%%", "Member"]).rows() == [people["member"]]


def test_counts_and_bare_values_come_as_django_gives_them(people: dict[str, Member]) -> None:
    @ready
    def counted(*, role: str) -> QuerySet[Member, tuple[str, int]]:
        return (
            Member.objects.filter(role=role)
            .annotate(n=Count("teams"))
            .order_by("name")
            .values_list("name", "n")
        )

    @ready
    def addresses(*, role: str) -> QuerySet[Member, str]:
        return Member.objects.filter(role=role).order_by("name").values_list("email", flat=True)

    assert counted(role=Role.MEMBER).rows() == [("Member", 1), ("Stranger", 1)]
    assert addresses(role=Role.MEMBER).rows() == ["member@example.com", "stranger@example.com"]


def test_a_text_made_of_a_stand_in_is_refused_when_the_question_is_put_together() -> None:
    @ready
    def said(*, word: str) -> QuerySet[Member]:
        return Member.objects.filter(name=f"{word}!")

    with pytest.raises(TypeError, match="'word'"):
        said(word="Ann").rows()


def test_a_value_that_reaches_no_question_is_refused() -> None:
    @ready
    def forgot(*, word: str, name: str) -> QuerySet[Member]:
        return Member.objects.filter(Q(name=name) if word else Q())

    with pytest.raises(TypeError, match="word"):
        forgot(word="a", name="b").rows()


def test_what_is_there_or_not_is_no_value() -> None:
    with pytest.raises(TypeError, match="part of its shape"):
        _named("name", names=[None]).rows()  # type: ignore[list-item]  # what is tried


def test_rows_of_another_member_are_found_by_the_same_question(people: dict[str, Member]) -> None:
    kept = [_invite(people, n) for n in range(2)]
    for name, rows in (("manager", kept), ("member", []), ("stranger", [])):
        assert _invited(who=people[name]).rows() == list(_invited(who=people[name]).plain()) == rows
