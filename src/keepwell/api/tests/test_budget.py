"""The contact budget's rules by programs, and whom they hold back: answered as the member whose token it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.api.tests.office import ROLES, SEES
from keepwell.members.models import Change
from keepwell.reach.models import Rule

pytestmark = pytest.mark.django_db
MANAGES = ("administrator", "manager")
RULE = {"most": 1, "days": 7, "of": "contact"}
TOUCH = {"account": "A1", "contact": "c0", "channel": "mail", "topic": "the renewal"}


@pytest.fixture(autouse=True)
def _no_rules(db: None) -> None:
    Rule.objects.all().delete()


@pytest.mark.parametrize("name", ROLES)
def test_rules_are_read_and_written_by_who_manages(name: str, as_: Any, account: Account) -> None:
    kept = Rule.objects.create(most=2, days=30)
    program, own = as_(name), f"/budget/rules/{kept.pk}"
    calls = [
        ("GET", "/budget/rules", None, 200),
        ("GET", own, None, 200),
        ("POST", "/budget/rules", RULE, 201),
        ("PATCH", own, {"active": False}, 200),
        ("DELETE", own, None, 204),
    ]
    for method, address, body, done in calls:
        answer = program.call(method, address, body)
        assert answer.status_code == (done if name in MANAGES else 403), (address, answer.content)
    assert Rule.objects.count() == 1
    assert Rule.objects.get().pk != kept.pk or name not in MANAGES


def test_a_rule_that_is_made_holds_and_one_that_is_switched_off_does_not(as_: Any, account: Account) -> None:
    manager, mate = as_("manager"), as_("mate")
    made = manager.call("POST", "/budget/rules", RULE).json()
    assert made["said"] == "at most 1 contact in 7 days to one contact"
    assert mate.call("POST", "/touches", TOUCH).status_code == 201
    assert mate.call("POST", "/touches", TOUCH).status_code == 409
    (held,) = mate.call("GET", "/budget/held?whose=mine").json()["items"]
    assert (held["account"], held["contact"], held["by"], held["free"]) == ("A1", "c0", "rule", False)
    manager.call("PATCH", f"/budget/rules/{made['id']}", {"active": False})
    assert mate.call("GET", "/budget/held").json()["items"][0]["free"] is True
    assert mate.call("POST", "/touches", TOUCH).status_code == 201
    done = Change.objects.filter(what="set budget rule").order_by("pk")
    assert [(one.before.get("active"), one.after["active"]) for one in done] == [(None, True), (True, False)]


def test_a_rule_that_changed_since_it_was_read_is_not_written_over(as_: Any, account: Account) -> None:
    manager, own = as_("manager"), f"/budget/rules/{Rule.objects.create(**RULE).pk}"
    mark = manager.call("GET", own)["ETag"]
    changed = manager.call("PATCH", own, {"days": 14}, If_Match=mark)
    assert (changed.status_code, changed.json()["days"], changed.json()["most"]) == (200, 14, 1)
    assert manager.call("PATCH", own, {"days": 21}, If_Match=mark).status_code == 412
    assert manager.call("DELETE", own, If_Match=mark).status_code == 412
    assert manager.call("DELETE", own, If_Match=changed["ETag"]).status_code == 204


def test_a_rule_is_made_once_and_only_as_the_page_would(as_: Any, account: Account) -> None:
    manager = as_("manager")
    for _ in range(2):
        assert manager.call("POST", "/budget/rules", RULE, Idempotency_Key="k").status_code == 201
    assert Rule.objects.count() == 1
    assert manager.call("POST", "/budget/rules", RULE | {"most": 0}).status_code == 422
    assert manager.call("POST", "/budget/rules", RULE | {"team": "nobody"}).status_code == 422
    assert as_("manager", "act").call("POST", "/budget/rules", RULE).status_code == 403, "its scope is less"


@pytest.mark.parametrize("name", ROLES)
def test_what_is_held_reserved_and_passed_is_told_to_who_sees_the_account(
    name: str,
    as_: Any,
    account: Account,
) -> None:
    owner = as_("owner")
    owner.call("POST", "/touches", TOUCH | {"importance": "emergency", "topic": "the fire"})
    day = str(timezone.now().date() + timedelta(days=9))
    owner.call("POST", "/reservations", {"account": "A1", "channel": "mail", "day": day, "topic": "the fair"})
    Rule.objects.create(**RULE)
    assert owner.call("POST", "/touches", TOUCH).status_code == 409
    told = {one: as_(name).call("GET", f"/budget/{one}").json()["items"] for one in SHOWS}
    if name not in SEES:
        assert told == {one: [] for one in SHOWS}
        return
    assert told["held"][0]["why"] == "at most 1 contact in 7 days to one contact"
    assert [one["topic"] for one in told["reserved"]] == ["the fair"]
    assert [one["reason"] for one in told["passed"]] == ["the fire"]
    mine = as_(name).call("GET", "/budget/passed?whose=mine").json()["items"]
    assert len(mine) == (1 if name == "owner" else 0)


SHOWS = ("held", "reserved", "passed")
