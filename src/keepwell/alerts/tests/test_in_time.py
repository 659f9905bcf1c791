"""Alerts that nobody answers go to the next above, what was put off comes back, and nights are left quiet."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Projection, Standing
from keepwell.alerts.actions.answering import acknowledge, close_alerts, snooze
from keepwell.alerts.actions.raising import raise_alerts
from keepwell.alerts.actions.telling import escalate, free_from, next_digest, plan
from keepwell.alerts.delivering.sending import deliver
from keepwell.alerts.forms import Telling
from keepwell.alerts.jobs import deliver_due
from keepwell.alerts.models import Alert, Delivery, Manner
from keepwell.alerts.tests.conftest import NOW, Office

pytestmark = pytest.mark.django_db
Stands = Callable[..., Standing]
MORNING = NOW + timedelta(hours=6)  # nine o'clock on Monday, in UTC
SATURDAY = NOW + timedelta(days=5)


@pytest.fixture
def alert(office: Office, stands: Stands) -> Alert:
    stands(office.account("A"), risk=0.6, low=0.5, high=0.7)
    raise_alerts(now=NOW)
    return Alert.objects.get()


def told(why: str) -> list[str]:
    return sorted(str(one.member) for one in Delivery.objects.filter(why=why))


def sent(now: datetime) -> int:
    return deliver(clock=lambda: now)


# --- in time -------------------------------------------------------------------------------------------------


def test_the_time_to_answer_runs_from_when_the_owner_was_to_hear_of_it(
    office: Office, stands: Stands
) -> None:
    stands(office.account("A"), risk=0.6)
    raise_alerts(now=SATURDAY)
    plan(now=SATURDAY)
    monday = datetime(2026, 3, 9, 7, tzinfo=UTC)
    assert Delivery.objects.get().due_at == monday
    assert escalate(now=monday + timedelta(hours=47)) == 0
    assert escalate(now=monday + timedelta(hours=48)) == 1


def test_it_is_looked_for_by_the_minute_and_not_by_the_night(office: Office, alert: Alert) -> None:
    plan(now=MORNING)
    Alert.objects.update(awaited_at=timezone.now() - timedelta(hours=49))
    deliver_due()
    assert told("escalated") == ["Manager"]


def test_who_answers_while_the_night_is_quiet_keeps_the_manager_from_being_told(
    office: Office, alert: Alert, mailoutbox: list[EmailMessage]
) -> None:
    plan(now=MORNING)
    sent(MORNING)
    evening = MORNING + timedelta(hours=59)  # Wednesday, eight in the evening
    assert escalate(now=evening) == 1
    acknowledge(alerts=Alert.objects.all(), by=office.owner, now=evening + timedelta(hours=1))
    assert sent(evening + timedelta(hours=12)) == 0
    assert Delivery.objects.get(why="escalated").state == "over"
    assert len(mailoutbox) == 1


def test_what_was_closed_before_its_mail_went_is_not_told(
    office: Office, alert: Alert, mailoutbox: list[EmailMessage]
) -> None:
    plan(now=NOW)
    close_alerts(alerts=Alert.objects.all(), by=office.mate, outcome="wrong", now=NOW)
    assert sent(MORNING) == 0
    assert (Delivery.objects.get().state, Delivery.objects.get().sent_at, mailoutbox) == ("over", None, [])


def test_one_that_nobody_owns_goes_from_the_manager_to_an_administrator(
    office: Office, stands: Stands
) -> None:
    stands(office.account("A", owner=None), risk=0.6)
    raise_alerts(now=NOW)
    plan(now=MORNING)
    assert told("raised") == ["Manager"]
    escalate(now=MORNING + timedelta(hours=48))
    assert told("escalated") == ["Admin"]


def test_a_manager_who_takes_no_mail_is_passed_over(office: Office, alert: Alert) -> None:
    Manner.objects.create(member=office.manager, how="never")
    plan(now=MORNING)
    escalate(now=MORNING + timedelta(hours=48))
    assert told("escalated") == ["Admin"]


def test_the_alert_says_that_there_is_nobody_above(office: Office, alert: Alert) -> None:
    Manner.objects.create(member=office.manager, how="never")
    Manner.objects.create(member=office.admin, how="never")
    plan(now=MORNING)
    escalate(now=MORNING + timedelta(hours=48))
    client = Client()
    client.force_login(office.owner)
    assert "nobody above who takes mail" in client.get(f"/alerts/{alert.pk}").content.decode()


def test_the_alert_shows_who_was_told_as_nobody_answered(office: Office, alert: Alert) -> None:
    plan(now=MORNING)
    escalate(now=MORNING + timedelta(hours=48))
    client = Client()
    client.force_login(office.owner)
    page = client.get(f"/alerts/{alert.pk}").content.decode()
    assert "Manager: waiting" in page
    assert "nobody had answered in time" in page


# --- put off -------------------------------------------------------------------------------------------------


def test_what_was_put_off_comes_back_and_is_told_again_with_time_to_answer(
    office: Office, alert: Alert, stands: Stands, mailoutbox: list[EmailMessage]
) -> None:
    plan(now=MORNING)
    sent(MORNING)
    snooze(alerts=Alert.objects.all(), by=office.owner, until=(NOW + timedelta(days=7)).date(), now=MORNING)
    for days, state in ((6, "snoozed"), (7, "open")):
        raise_alerts(now=NOW + timedelta(days=days))
        plan(now=NOW + timedelta(days=days))
        escalate(now=NOW + timedelta(days=days))
        assert Alert.objects.get().state == state
    assert (told("back"), told("escalated")) == (["Owner"], [])
    assert sent(MORNING + timedelta(days=7)) == 1
    assert "put off until today" in mailoutbox[-1].body


def test_it_comes_back_on_the_companys_day(
    office: Office, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    Projection.objects.create(name="accounts", said={"zone": "Asia/Shanghai"})
    snooze(alerts=Alert.objects.all(), by=office.owner, until=date(2026, 3, 9), now=NOW)
    raise_alerts(now=datetime(2026, 3, 8, 15, tzinfo=UTC))
    assert Alert.objects.get().state == "snoozed"
    raise_alerts(now=datetime(2026, 3, 8, 18, tzinfo=UTC))  # two in the night of the ninth there
    assert Alert.objects.get().state == "open"


# --- quiet ---------------------------------------------------------------------------------------------------

NIGHTS = Manner(quiet_from=19, quiet_to=7, quiet_weekend=True)


@pytest.mark.parametrize(
    ("zone", "moment", "free"),
    [
        ("Europe/Budapest", "2026-03-02 18:59", "2026-03-02 18:59"),
        ("Europe/Budapest", "2026-03-02 19:00", "2026-03-03 07:00"),  # over midnight
        ("Europe/Budapest", "2026-03-03 00:30", "2026-03-03 07:00"),
        ("Europe/Budapest", "2026-03-27 23:00", "2026-03-30 07:00"),  # a weekend whose clocks go forward
        ("Europe/Budapest", "2026-10-23 23:00", "2026-10-26 07:00"),  # and back
        ("America/New_York", "2026-03-06 20:00", "2026-03-09 07:00"),
        ("Asia/Shanghai", "2026-03-02 06:59", "2026-03-02 07:00"),
    ],
)
def test_quiet_hours_end_by_the_members_clock(zone: str, moment: str, free: str) -> None:
    def local(said: str) -> datetime:
        return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    assert free_from(NIGHTS, zone, local(moment)) == local(free)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 11), ("2026-10-24", 13), ("2026-03-07", 12)])
def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer(day: str, hours: int) -> None:
    zone, manner = "Europe/Budapest", Manner(quiet_from=19, quiet_to=7, quiet_weekend=False)
    evening = datetime.fromisoformat(f"{day} 19:00").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert free_from(manner, zone, evening) - evening == timedelta(hours=hours)


def test_quiet_hours_at_noon_do_not_lengthen_a_weekend() -> None:
    noon = Manner(quiet_from=12, quiet_to=14, quiet_weekend=True)
    saturday = datetime(2026, 3, 7, 15, tzinfo=UTC)
    assert free_from(noon, "UTC", saturday) == datetime(2026, 3, 9, 0, tzinfo=UTC)
    assert free_from(noon, "UTC", datetime(2026, 3, 9, 12, 1, tzinfo=UTC)) == datetime(
        2026, 3, 9, 14, tzinfo=UTC
    )


def test_the_daily_mail_keeps_its_hour_when_the_clocks_change() -> None:
    manner = Manner(how="digest", digest_at=8, quiet_weekend=False)
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert next_digest(manner, "Europe/Budapest", saturday) == datetime(2026, 3, 29, 6, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "taken"), [(0, False), (1, True), (8760, True), (2_000_000_000, False)])
def test_a_company_waits_between_an_hour_and_a_year_for_an_answer(hours: int, taken: bool) -> None:
    said = {"digest_at": 8, "quiet_from": 19, "quiet_to": 7, "escalate_hours": hours}
    form = Telling({**said, "how": Manner.How.AT_ONCE}, company=True)

    assert ("escalate_hours" not in form.errors) is taken
