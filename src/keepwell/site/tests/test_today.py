"""Today says whom to contact first, and when they may next be reached."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Account, Contact, Standing
from keepwell.followups.models import FollowUp
from keepwell.members.labels import day_said
from keepwell.reach.models import Reservation, Rule, Touch
from keepwell.reach.tests.office import Office, furnished
from keepwell.site.models import Run, Step

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
TODAY = NOW.date()


@pytest.fixture
def office() -> Office:
    Rule.objects.all().delete()
    made = furnished()
    _worth(made.account)
    return made


def _worth(account: Account) -> None:
    Standing.objects.create(account=account, day=TODAY, kept_by="contract", risk=0.4, worth=1000)


def _page(office: Office) -> str:
    return str(office.client(office.owner).get("/?whose=mine").content.decode())


def _touched(office: Office, *, days: int, contact: Contact | None = None) -> None:
    day = TODAY - timedelta(days=days)
    at = NOW - timedelta(days=days)
    Touch.objects.create(account=office.account, contact=contact, channel="call", at=at, day=day)


def test_an_account_names_who_may_be_reached_first_and_how_they_like_it(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    Contact.objects.filter(pk=office.second.pk).update(channel="call")
    _touched(office, days=2, contact=office.contact)
    page = _page(office)
    assert "May be reached now: Dora · call" in page


def test_an_account_where_everybody_is_held_says_from_when_and_by_which_rule(office: Office) -> None:
    Rule.objects.create(most=1, days=7, of="account")
    _touched(office, days=2)
    page = _page(office)
    assert f"not before {day_said(TODAY + timedelta(days=5))}" in page
    assert "at most 1 contact in 7 days to one account" in page


def test_what_is_reserved_and_what_the_book_tells_hold_as_well(office: Office) -> None:
    Rule.objects.create(most=1, days=3, of="account")
    data = {"channel": "mail", "direction": "out", "team": None, "topic": None}
    tell(account=office.account, kind="touch", key="T1", at=NOW - timedelta(days=1), data=data, contact=None)
    Reservation.objects.create(account=office.account, channel="call", day=TODAY + timedelta(days=4))
    assert f"not before {day_said(TODAY + timedelta(days=7))}" in _page(office)


def test_an_account_where_nobody_wants_contact_says_so(office: Office) -> None:
    Contact.objects.update(opted_out=True)
    page = _page(office)
    assert "wants no contact" in page
    assert "ay be reached now" not in page


def test_a_follow_up_that_is_due_says_when_its_contact_may_be_reached(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    Standing.objects.all().delete()
    _touched(office, days=1, contact=office.contact)
    FollowUp.objects.create(
        account=office.account, owner=office.owner, contact=office.contact, due=TODAY, what="Call", made_at=NOW,
        channel="call",
    )  # fmt: skip
    assert f"not before {day_said(TODAY + timedelta(days=6))}" in _page(office)


def test_the_budget_is_read_once_for_all_that_the_page_names(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    account = Account.objects.create(account_id="C3", name="Corvo", owner=office.owner)
    FollowUp.objects.create(account=account, owner=office.owner, due=TODAY, what="Call", made_at=NOW)
    with CaptureQueriesContext(connection) as asked:
        _page(office)
    assert len([one for one in asked if "FROM reach_touch" in one["sql"]]) == 1


def test_before_anything_is_learnt_nobody_is_told_that_nothing_presses(office: Office) -> None:
    Standing.objects.update(worth=None)
    page = _page(office)
    assert "Whom to contact first is not known yet" in page
    assert "Nothing presses" not in page


def test_while_nothing_can_be_learnt_today_says_what_the_night_missed(office: Office) -> None:
    Standing.objects.update(worth=None)
    for said in ("There is no month's end yet.", "Too few have left."):
        run = Run.objects.create(began_at=NOW, ended_at=NOW, state=Run.State.DONE)
        Step.objects.create(run=run, name="learn", place=1, began_at=NOW, ended_at=NOW, said=said)
    assert "The last night said: Too few have left." in _page(office)


def test_where_no_account_is_worth_acting_on_nothing_presses(office: Office) -> None:
    Standing.objects.update(worth=-5)
    assert "Nothing presses today" in _page(office)
