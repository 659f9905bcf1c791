"""Who may be reached, when, and what holds them back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Entry, Outgoing, Projection
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Change
from keepwell.reach import actions
from keepwell.reach.actions import HeldBack, Said
from keepwell.reach.budget import may_reach
from keepwell.reach.models import Hold, LastTouch, Reservation, Rule, Touch
from keepwell.reach.saying import because, why
from keepwell.reach.tests.office import Office

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TODAY = NOW.date()


def said(office: Office, **changed: object) -> Said:
    plain = Said(account=office.account, channel="mail", contact=office.contact, team="customer_success")
    return replace(plain, **changed)


def log(office: Office, *, days: int = 0, key: str = "", anyway: str = "", **changed: object) -> Touch:
    at = NOW + timedelta(days=days)
    made, _new = actions.log(
        said=said(office, **changed), by=office.owner, at=at, now=max(at, NOW), key=key, anyway=anyway
    )
    return made


def day(text: str) -> date:
    return date.fromisoformat(f"2026-11-{text}")


def test_two_contacts_in_a_week_and_the_third_waits_for_the_first_to_be_a_week_old(office: Office) -> None:
    Rule.objects.create(most=2, days=7)
    log(office, days=-4)
    log(office, days=-1, topic="prices")
    answer = may_reach(said(office).message, on=TODAY, today=TODAY)
    assert not answer.allowed
    assert answer.until == TODAY + timedelta(days=3)
    assert why(answer) == "at most 2 contacts in 7 days to one contact"
    assert because(answer).startswith("Olga · Customer success on 1 Nov 2026 (mail, prices)")
    assert may_reach(said(office).message, on=day("05"), today=TODAY).allowed


def test_a_colleague_at_the_same_account_may_still_be_reached(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    log(office)
    assert may_reach(said(office, contact=office.second).message, on=TODAY, today=TODAY).allowed


def test_a_rule_for_the_account_counts_everybody_there(office: Office) -> None:
    Rule.objects.create(most=1, days=7, of="account")
    log(office)
    assert not may_reach(said(office, contact=office.second).message, on=TODAY, today=TODAY).allowed
    assert not may_reach(said(office, contact=None).message, on=TODAY, today=TODAY).allowed


def test_what_other_teams_sent_out_of_other_tools_counts(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    data = {"channel": "mail", "direction": "out", "team": "marketing", "topic": "newsletter"}
    tell(account=office.account, kind="touch", key="T1", at=NOW, data=data, contact=office.contact)
    answer = may_reach(said(office).message, on=TODAY, today=TODAY)
    assert answer.until == TODAY + timedelta(days=7)
    assert "Marketing" in because(answer)


def test_what_they_send_us_never_counts_and_is_never_held(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    for _ in range(3):
        log(office, direction="in")
    assert may_reach(said(office).message, on=TODAY, today=TODAY).allowed


def test_a_rule_for_a_channel_or_a_team_leaves_the_others_be(office: Office) -> None:
    Rule.objects.create(most=1, days=30, channel="call")
    Rule.objects.create(most=1, days=30, team="marketing")
    log(office, channel="call")
    log(office, team="marketing")
    assert not may_reach(said(office, channel="call").message, on=TODAY, today=TODAY).allowed
    assert not may_reach(said(office, team="marketing").message, on=TODAY, today=TODAY).allowed
    assert may_reach(said(office).message, on=TODAY, today=TODAY).allowed


def test_an_important_message_passes_rules_for_normal_ones_and_not_those_for_important(
    office: Office,
) -> None:
    Rule.objects.create(most=1, days=7)
    Rule.objects.create(most=2, days=7, holds_important=True)
    log(office)
    log(office, importance="important")
    with pytest.raises(HeldBack):
        log(office, importance="important")


def test_an_emergency_passes_and_is_on_the_trail(office: Office) -> None:
    Rule.objects.create(most=1, days=7, holds_important=True)
    log(office)
    made = log(office, importance="emergency", topic="your data is at risk")
    assert made.passed == {"emergency": True, "reason": "your data is at risk"}
    assert Change.objects.filter(what="emergency contact", key=str(made.pk)).exists()


def test_who_wants_no_contact_is_held_back_until_they_wish_otherwise(office: Office) -> None:
    office.contact.opted_out = True
    answer = may_reach(said(office, importance="important").message, on=TODAY, today=TODAY)
    assert (answer.allowed, answer.until, answer.by) == (False, None, "wish")
    assert may_reach(said(office, importance="emergency").message, on=TODAY, today=TODAY).allowed


def test_a_normal_message_goes_by_the_channel_they_like(office: Office) -> None:
    office.contact.channel = "call"
    answer = may_reach(said(office).message, on=TODAY, today=TODAY)
    assert why(answer) == "likes to be reached by call"
    assert may_reach(said(office, channel="call").message, on=TODAY, today=TODAY).allowed
    assert may_reach(said(office, importance="important").message, on=TODAY, today=TODAY).allowed


def test_who_was_held_back_is_noted_with_the_rule_and_for_whose_message(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    log(office)
    with pytest.raises(HeldBack) as caught:
        log(office, days=1)
    hold = Hold.objects.get()
    assert hold.until == caught.value.answer.until == TODAY + timedelta(days=7)
    assert Touch.objects.count() == 1
    assert Change.objects.filter(what="held back").exists()


def test_what_has_happened_all_the_same_is_logged_with_its_reason(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    log(office)
    made = log(office, anyway="she asked me to call")
    assert made.passed["reason"] == "she asked me to call"
    assert Change.objects.filter(what="contact over budget").exists()


def test_a_reserved_day_keeps_others_from_taking_it(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    actions.reserve(said=said(office, team="sales"), by=office.mate, day=day("06"), now=NOW)
    answer = may_reach(said(office).message, on=TODAY, today=TODAY)
    assert not answer.allowed
    assert "reserved" in because(answer)
    with pytest.raises(HeldBack):
        actions.reserve(said=said(office, team="marketing"), by=office.owner, day=day("10"), now=NOW)
    actions.reserve(said=said(office, team="marketing"), by=office.owner, day=day("13"), now=NOW)


def test_a_team_uses_the_day_it_reserved(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    actions.reserve(said=said(office), by=office.mate, day=day("04"), now=NOW)
    touch = log(office, days=2)
    assert Reservation.objects.get().touch == touch
    assert Reservation.objects.get().state == "used"


def test_a_reserved_day_that_passed_unused_holds_nobody(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    actions.reserve(said=said(office), by=office.mate, day=day("04"), now=NOW)
    assert may_reach(said(office, team="sales").message, on=day("05"), today=day("05")).allowed


def test_a_day_given_back_is_free_again(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    made = actions.reserve(said=said(office), by=office.mate, day=day("04"), now=NOW)
    actions.give_back(reservation=made, by=office.mate)
    assert may_reach(said(office).message, on=TODAY, today=TODAY).allowed


def test_a_touch_is_on_the_timeline_and_on_its_way_to_the_book_once(office: Office) -> None:
    first, second = log(office, key="form-1"), log(office, key="form-1")
    assert first == second
    row = Outgoing.objects.get()
    assert (row.table, row.key) == ("touches", "keepwell-form-1")
    assert row.row["contact_id"] == "K1"
    assert row.row["team"] == "customer success"
    assert Entry.objects.get().key == "touch:keepwell-form-1"
    assert LastTouch.objects.get().at == NOW


def test_nobody_is_reached_at_an_account_where_they_are_not(office: Office) -> None:
    with pytest.raises(KeepwellError, match="not at this account"):
        said(office, account=office.other)


def test_what_lies_ahead_cannot_be_logged(office: Office) -> None:
    with pytest.raises(KeepwellError, match="not happened"):
        actions.log(said=said(office), by=office.owner, at=NOW + timedelta(days=1), now=NOW)


def test_around_midnight_the_companys_day_counts_whoever_looks_and_from_wherever(office: Office) -> None:
    Projection.objects.create(name="accounts", said={"zone": "Asia/Shanghai"})
    Rule.objects.create(most=1, days=1)
    evening = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)  # half past eleven in Shanghai
    actions.log(said=said(office), by=office.owner, at=evening, now=evening)
    assert Touch.objects.get().day == day("02")
    with pytest.raises(HeldBack):
        actions.log(said=said(office), by=office.owner, at=evening, now=evening + timedelta(minutes=10))
    past_midnight = evening + timedelta(hours=1)  # still the 2nd in Europe
    actions.log(said=said(office), by=office.owner, at=past_midnight, now=past_midnight)
    assert Touch.objects.filter(day=day("03")).count() == 1


def test_a_contact_that_the_book_tells_counts_on_the_companys_day(office: Office) -> None:
    Projection.objects.create(name="accounts", said={"zone": "Asia/Shanghai"})
    Rule.objects.create(most=1, days=1, of="account")
    for key, at in (
        ("moment", datetime(2026, 11, 2, 17, tzinfo=UTC)),
        ("day", datetime(2026, 11, 5, tzinfo=UTC)),
    ):
        told = {"direction": "out", "channel": "call"}
        Entry.objects.create(account=office.account, at=at, kind="touch", key=f"touch:{key}", data=told)
    free = [
        may_reach(said(office).message, on=day(one), today=TODAY).allowed for one in ("02", "03", "04", "05")
    ]
    assert free == [True, False, True, False]
