"""What is said of a follow-up, and the feed of a calendar, by programs."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.api.models import Kept
from keepwell.api.tests.office import ROLES, SEES
from keepwell.followups.actions.handling import Plan, make
from keepwell.followups.models import Mention
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ROLES)
def test_who_sees_a_follow_up_reads_what_is_said_of_it_and_who_acts_says_more(
    name: str, as_: Any, account: Account
) -> None:
    made = make(plan=Plan(account=account, due=timezone.localdate(), what="Ask"), by=None, now=timezone.now())
    own, program = f"/follow-ups/{made.pk}/comments", as_(name)
    said = program.call("POST", own, {"text": "@Mate please look"})
    sees = name in SEES
    assert said.status_code == (403 if name == "viewer" else 201 if sees else 404)
    read = program.call("GET", own)
    assert read.status_code == (200 if sees else 404)
    if said.status_code == 201:
        assert [one["text"] for one in read.json()] == ["@Mate please look"]
        assert Mention.objects.filter(member__name="Mate").exists() is (name != "mate")


def test_a_calendar_reads_by_an_address_that_is_told_once(as_: Any, people: dict[str, Member]) -> None:
    program, own = as_("viewer", "act"), "/follow-ups/calendar"
    assert program.call("GET", own).json() == {"open": False, "made_at": None, "address": None}
    assert as_("viewer", "read").call("POST", own).status_code == 403
    address = program.call("POST", own, Idempotency_Key="k").json()["address"]
    assert program.call("POST", own, Idempotency_Key="k").json()["address"] is None
    assert address.rsplit("/", 1)[1].removesuffix(".ics") not in Kept.objects.get().body
    path = address[address.index("/followups/") :]
    assert Client().get(path).status_code == 200
    assert program.call("GET", own).json()["open"] is True
    assert program.call("DELETE", own).status_code == 204
    assert Client().get(path).status_code == 404
