"""How often accounts are spoken to, by segment and by stage; and calendars."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Standing
from keepwell.followups.actions import handling
from keepwell.followups.actions.handling import Plan
from keepwell.followups.calendar import calendar
from keepwell.followups.models import Feed, FollowUp, Rhythm, Standard
from keepwell.followups.nightly import follow_up
from keepwell.followups.stages import stage_of, standard_of
from keepwell.reach.tests.office import Office

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kept_by", "signals", "steps", "stage"),
    [
        ("contract", {"tenure": 30, "days_to_renewal": 60}, {}, "renewing"),
        ("irregular", {"tenure": 30}, {}, "onboarding"),
        ("contract", {"tenure": 120, "days_to_renewal": 200}, {"onboarding": "poor"}, "onboarding"),
        ("contract", {"tenure": 120, "days_to_renewal": 200}, {"onboarding": "healthy"}, "adopting"),
        ("contract", {"tenure": 500}, {"results": "healthy", "use": "concerning"}, "value"),
        ("contract", {"tenure": 500}, {"results": "healthy", "use": "poor"}, "adopting"),
        ("contract", {}, {}, "adopting"),
    ],
)
def test_the_stage_of_an_account(kept_by: str, signals: dict, steps: dict, stage: str) -> None:
    standing = Standing(day=date(2026, 11, 1), kept_by=kept_by, signals=signals, steps=steps)
    assert stage_of(standing) == stage


def test_the_most_particular_standard_holds() -> None:
    rules = [
        Standard(days=90),
        Standard(days=60, stage="adopting"),
        Standard(days=30, segment="Enterprise"),
        Standard(days=10, segment="Enterprise", stage="adopting"),
    ]

    def days(segment: str, stage: str) -> int:
        found = standard_of(rules, segment, stage)
        assert found is not None
        return found.days

    assert days("Enterprise", "adopting") == 10
    assert days("Enterprise", "renewing") == 30
    assert days("Trade", "adopting") == 60
    assert days("Trade", "renewing") == 90
    assert standard_of([], "Trade", "renewing") is None


def test_who_was_not_spoken_to_for_too_long_is_listed_until_somebody_does(office: Office) -> None:
    today = timezone.now().date()
    Standard.objects.create(days=30)
    at = timezone.now() - timedelta(days=45)
    tell(account=office.account, kind="touch", key="T1", at=at, data={"channel": "call", "direction": "out"})
    assert follow_up(now=timezone.now()).accounts == 2
    client = office.client(office.mate)
    page = client.get("/followups/cadence").content.decode()
    assert "Arden" in page
    assert "Bolt" not in page
    now = timezone.now()
    plan = Plan(account=office.account, due=today, what="Speak", owner=office.mate)
    made = handling.make(plan=plan, by=office.mate, now=now)
    handling.do(follow_up=made, by=office.mate, outcome="better", now=now)
    assert "Arden" not in client.get("/followups/cadence").content.decode()
    follow_up(now=timezone.now())
    assert Rhythm.objects.get(pk=office.account.pk).speak_by == today + timedelta(days=30)


def test_one_nobody_ever_spoke_to_is_listed_too(office: Office) -> None:
    Standard.objects.create(days=30)
    follow_up(now=timezone.now())
    assert "Arden" in office.client(office.mate).get("/followups/cadence").content.decode()


def test_whom_to_speak_to_can_be_taken_away(office: Office) -> None:
    Standard.objects.create(days=30, review_days=90)
    follow_up(now=timezone.now())
    for show in ("silent", "reviews"):
        sheet = office.client(office.mate).get(f"/followups/cadence?show={show}&as=csv").content.decode()
        assert "Arden" in sheet
        other = office.client(office.stranger).get(f"/followups/cadence?show={show}&as=csv").content.decode()
        assert "Arden" not in other


def test_a_review_is_due_until_it_is_held(office: Office) -> None:
    today = timezone.now().date()
    Standard.objects.create(days=30, review_days=90)
    follow_up(now=timezone.now())
    client = office.client(office.mate)
    assert "Arden" in client.get("/followups/cadence?show=reviews").content.decode()
    plan = Plan(account=office.account, due=today, what="Review", owner=office.mate, kind="review")
    made = handling.make(plan=plan, by=office.mate, now=timezone.now())
    handling.do(follow_up=made, by=office.mate, outcome="better", now=timezone.now())
    follow_up(now=timezone.now())
    assert "Arden" not in client.get("/followups/cadence?show=reviews").content.decode()


def test_managers_set_the_standards(office: Office) -> None:
    form = {"segment": "", "stage": "", "days": "30", "review_days": ""}
    assert office.client(office.mate).post("/followups/standards", form).status_code == 403
    client = office.client(office.manager)
    client.post("/followups/standards", form)
    assert Standard.objects.get().days == 30
    client.post(f"/followups/standards/{Standard.objects.get().pk}/drop")
    assert not Standard.objects.exists()


def test_a_calendar_reads_what_its_secret_opens_until_it_is_closed(office: Office) -> None:
    now = timezone.now()
    plan = Plan(account=office.account, due=now.date(), what="Ask, then; listen", owner=office.owner)
    made = handling.make(plan=plan, by=office.owner, now=now)
    client = office.client(office.owner)
    page = client.post("/followups/calendar/open").content.decode()
    address = page.split('value="http://localhost:8000')[1].split('"')[0]
    assert Feed.objects.get().hashed not in address
    assert 'data-copies="address"' in page
    answer = office.client().get(address)
    body = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"UID:follow-up-{made.pk}@localhost:8000" in body
    assert "SUMMARY:Arden & Co: Ask\\, then\\; listen" in body
    client.post("/followups/calendar/open")
    assert office.client().get(address).status_code == 404
    client.post("/followups/calendar/close")
    assert not Feed.objects.exists()


def test_a_calendar_of_who_may_no_longer_sign_in_is_closed(office: Office) -> None:
    page = office.client(office.owner).post("/followups/calendar/open").content.decode()
    address = page.split('value="http://localhost:8000')[1].split('"')[0]
    office.owner.is_active = False
    office.owner.save()
    assert office.client().get(address).status_code == 404


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_calendar_holds_the_first_and_the_last_day_there_is(office: Office, day: date) -> None:
    one = FollowUp(pk=1, account=office.account, due=day, what="Call")
    said = calendar([one], name="Mine", address="https://x.example", now=timezone.now()).decode()
    assert f"DTSTART;VALUE=DATE:{day.isoformat().replace('-', '')}\r\n" in said


def test_lines_of_a_calendar_are_folded_within_75_bytes(office: Office) -> None:
    one = FollowUp(pk=1, account=office.account, due=date(2026, 11, 2), what="客户" * 80 + "\r\nDTEND:1")
    body = calendar([one], name="Anna", address="http://x", now=datetime(2026, 11, 2, tzinfo=UTC))
    lines = body.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\r\nDTEND:1" not in body
    assert "客户" * 80 in body.replace(b"\r\n ", b"").decode()
