"""Totals are the company's and open to every member; who is behind them is for those who may see the accounts."""

import csv
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.company import Company
from keepwell.members.models import Member, Portfolio
from keepwell.retention import queries
from keepwell.retention.models import Behind, Figure, Segment
from keepwell.retention.urls import urlpatterns

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
PEOPLE = ("administrator", "manager", "mate", "viewer", "stranger", "nobody")
MEMBERS = PEOPLE[:-1]

SHOWN = {
    "statement": "/retention/",
    "series": "/retention/over-time?grain=quarter",
    "cohorts": "/retention/cohorts?grain=quarter",
    "survival": "/retention/survival",
    "definitions": "/retention/definitions",
    "cycles": "/retention/cycles",
    "segments": "/retention/segments",
    "accounts": "/retention/accounts?line=opening",
    "chart": "/retention/chart/movements-mrr.svg",
}
ACTING = ("administrator", "manager", "mate")
WRITTEN = {
    "again": ("/retention/again/{figure}", MEMBERS),
    "remove-segment": (
        "/retention/segments/{segment}/remove",
        (*ACTING, "stranger"),
    ),  # who acts may ask; whose it is not is told so
}


def test_every_address_is_tried() -> None:
    named = {one.name for one in urlpatterns if isinstance(one, URLPattern)}
    assert named == {*SHOWN, *WRITTEN}


def test_every_member_sees_the_totals_and_nobody_else_does(as_: As) -> None:
    for who in PEOPLE:
        client = as_(who)
        for address in SHOWN.values():
            status = client.get(address).status_code
            assert status == (302 if who == "nobody" else 200), (who, address)


@pytest.mark.parametrize("who", PEOPLE)
def test_only_who_may_write_writes(who: str, as_: As, people: dict[str, Member]) -> None:
    figure = Figure.objects.create(
        kind="cycles", key="x", cut="old", asked_at="2026-01-01T00:00Z", state="failed"
    )
    segment = Segment.objects.create(name="Big", where="segment = 'Enterprise'", made_by=people["mate"])
    client = as_(who)
    for address, may in WRITTEN.values():
        url = address.format(figure=figure.pk, segment=segment.pk)
        answer = client.post(url)
        refused = answer.status_code == 403 or "/sign/login/" in answer.get("Location", "")
        assert refused == (who not in may), url
        assert client.get(url).status_code in (302, 403, 405)
    assert Segment.objects.exists() == (who not in ACTING)


def test_a_viewer_names_no_segment_and_a_member_removes_only_their_own(
    as_: As, people: dict[str, Member]
) -> None:
    said = {"name": "Big", "where": "segment = Enterprise"}
    assert as_("viewer").post("/retention/segments", said).status_code == 403
    assert as_("manager").post("/retention/segments", said).status_code == 302
    one = Segment.objects.get()
    as_("mate").post(f"/retention/segments/{one.pk}/remove")
    assert Segment.objects.count() == 1
    assert as_("mate").post("/retention/segments", said).status_code == 400
    as_("administrator").post(f"/retention/segments/{one.pk}/remove")
    assert not Segment.objects.exists()


def test_a_list_shows_what_is_theirs_and_says_how_many_more_there_are(as_: As, library: Company) -> None:
    there = library.statement("2026-07-01", "2026-10-01").list("opening")
    names = set(there["account_id"].to_pylist())
    address = "/retention/accounts?period=2026-Q3&line=opening"
    for who in MEMBERS:
        page = as_(who).get(address).content.decode()
        taken = as_(who).get(address + "&as=csv").content.decode("utf-8-sig").splitlines()
        ids = {row["account_id"] for row in csv.DictReader(taken)}
        if who == "stranger":
            assert not ids
            assert not any(f"/accounts/{one}" in page for one in names)
            assert f"{len(names)} more are not yours to see" in page
        else:
            assert ids == names
            assert "not yours to see" not in page


@pytest.mark.parametrize(
    "of", ["of=definitions&line=stripe", "of=cycles", "of=starts&grain=month", "line=churned"]
)
def test_no_list_shows_a_stranger_anything(of: str, as_: As, library: Company) -> None:
    answer = as_("stranger").get(f"/retention/accounts?period=2026&{of}")
    assert answer.status_code == 200
    assert b'href="/accounts/A' not in answer.content
    assert len(as_("stranger").get(f"/retention/accounts?period=2026&as=csv&{of}").content.splitlines()) == 1


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (0, None),
        (1, "1 more is not yours to see"),
        (100, "100 more are not yours to see"),
        (101, "More than 100 others are not yours to see"),
        (400, "More than 100 others are not yours to see"),
    ],
)
def test_of_a_long_list_it_is_said_how_many_are_not_theirs(
    as_: As, library: Company, others: int, said: str | None
) -> None:
    as_("mate").get("/retention/accounts?period=2026-Q3&line=opening")
    figure, portfolio = Figure.objects.get(kind="accounts"), Portfolio.objects.get()
    Behind.objects.filter(figure=figure).delete()
    figure.made_at = timezone.now()  # made anew: it is counted anew
    figure.save()
    names = [f"T{n}" for n in range(130)] + [f"O{n}" for n in range(others)]
    Account.objects.bulk_create(
        Account(account_id=one, name=one, portfolio=portfolio if one[0] == "T" else None) for one in names
    )
    Behind.objects.bulk_create(
        Behind(figure=figure, account_id=one, name=one, line="unchanged", opening=100) for one in names
    )
    page = as_("mate").get("/retention/accounts?period=2026-Q3&line=opening").content.decode()
    assert f"{len(names)} accounts." in page
    assert ("yours to see" not in page) if said is None else said in page
    assert (
        "yours to see"
        not in as_("administrator").get("/retention/accounts?period=2026-Q3&line=opening").content.decode()
    )


def test_of_a_list_too_long_to_look_at_it_is_only_said_what_is_known(
    as_: As, library: Company, people: dict[str, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_("mate").get("/retention/accounts?period=2026-Q3&line=opening")
    listed = queries.behind(people["mate"], Figure.objects.get(kind="accounts"), line="opening")
    monkeypatch.setattr(queries, "LOOKED_AT", listed.all - 1)
    assert queries.hidden_of(listed, None, people["mate"]) == (0, True)
    Account.objects.filter(pk__in=list(listed.rows.plain().values_list("account_id", flat=True)[:5])).update(
        portfolio=None
    )
    hidden, more = queries.hidden_of(listed, None, people["mate"])
    assert (hidden in (3, 4), more) == (True, True)
    assert queries.hidden_of(listed, listed.all - 5, people["mate"]) == (5, False)
