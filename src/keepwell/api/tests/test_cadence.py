"""Cadence by programs: who is behind, and the standards that say so."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.api.tests.office import ROLES, SEES, paying
from keepwell.followups.models import Rhythm, Standard
from keepwell.members.models import Change, Portfolio

pytestmark = pytest.mark.django_db
MANAGES = ("administrator", "manager")
STANDARD = {"segment": "Enterprise", "days": 30}


@pytest.fixture
def behind(account: Account) -> list[Account]:
    """Two of ours and one of theirs, silent for too long; of one of ours the review is due."""
    today = timezone.localdate()
    more = paying("A2", portfolio=Portfolio.objects.get(name="Ours"))
    theirs = Account.objects.get(pk="B/1")
    for at, one in enumerate((account, more, theirs)):
        Rhythm.objects.create(
            account=one,
            stage="renewing" if at else "value",
            speak_by=today - timedelta(days=at + 1),
            review_by=None if at else today,
            worth=None if at else 500,
        )
    return [account, more, theirs]


@pytest.mark.parametrize("name", ROLES)
def test_who_is_behind_is_told_to_who_sees_the_account(name: str, as_: Any, behind: list[Account]) -> None:
    found = {one["account"] for one in as_(name).call("GET", "/cadence").json()["items"]}
    ours = {"A1", "A2"} if name in ("manager", "mate", "viewer") else {"A1"}
    assert found == ({"A1", "A2", "B/1"} if name == "administrator" else ours if name in SEES else {"B/1"})


def test_who_is_behind_is_asked_for_as_on_the_page(as_: Any, behind: list[Account]) -> None:
    program = as_("administrator")

    def asked(said: str) -> list[str]:
        return [one["account"] for one in program.call("GET", f"/cadence?{said}").json()["items"]]

    assert asked("") == ["A1", "A2", "B/1"], "the worthiest first"
    assert asked("show=reviews") == ["A1"]
    assert asked("stage=renewing") == ["A2", "B/1"]
    assert asked("whose=mine") == []
    assert program.call("GET", "/cadence?show=all").status_code == 422
    cursor: str | None = ""
    met: list[str] = []
    for _ in range(3):
        part = program.call("GET", f"/cadence?limit=1&cursor={cursor}").json()
        met += [one["account"] for one in part["items"]]
        cursor = part["next"]
    assert cursor is None
    assert met == ["A1", "A2", "B/1"]


@pytest.mark.parametrize("name", ROLES)
def test_standards_are_read_and_written_by_who_manages(name: str, as_: Any, account: Account) -> None:
    kept = Standard.objects.create(days=60)
    program, own = as_(name), f"/standards/{kept.pk}"
    calls = [
        ("GET", "/standards", None, 200),
        ("GET", own, None, 200),
        ("POST", "/standards", STANDARD, 201),
        ("PATCH", own, {"days": 45}, 200),
        ("DELETE", own, None, 204),
    ]
    for method, address, body, done in calls:
        answer = program.call(method, address, body)
        assert answer.status_code == (done if name in MANAGES else 403), (address, answer.content)
    left = Standard.objects.get()
    assert (left.segment, left.days) == (("Enterprise", 30) if name in MANAGES else ("", 60))


def test_a_standard_that_is_set_says_who_is_behind(as_: Any, account: Account) -> None:
    program = as_("manager")
    assert program.call("GET", "/cadence").json()["items"] == []
    made = program.call("POST", "/standards", {"days": 1, "review_days": 90})
    assert made.status_code == 201
    assert Rhythm.objects.get(pk="A1").speak_by is not None, "in tests a job is done where it is asked for"
    own = f"/standards/{made.json()['id']}"
    assert program.call("PATCH", own, {"days": 2}).json()["review_days"] == 90
    assert program.call("PATCH", own, {"review_days": None}).json()["review_days"] is None
    done = Change.objects.filter(what="set standard").order_by("pk")
    assert [one.after for one in done][1:] == [{"days": 2}, {"review_days": None}]


def test_a_standard_that_changed_since_it_was_read_is_not_written_over(as_: Any, account: Account) -> None:
    program, own = as_("manager"), f"/standards/{Standard.objects.create(days=60).pk}"
    mark = program.call("GET", own)["ETag"]
    assert program.call("PATCH", own, {"days": 45}, If_Match=mark).status_code == 200
    assert program.call("PATCH", own, {"days": 50}, If_Match=mark).status_code == 412
    assert program.call("DELETE", own, If_Match=mark).status_code == 412


def test_there_is_one_standard_of_a_segment_and_stage_and_a_repeated_call_sets_none(
    as_: Any, account: Account
) -> None:
    program = as_("manager")
    for _ in range(2):
        assert program.call("POST", "/standards", STANDARD, Idempotency_Key="k").status_code == 201
    again = program.call("POST", "/standards", STANDARD)
    assert (again.status_code, bool(again.json()["errors"])) == (422, True)
    assert Standard.objects.count() == 1
