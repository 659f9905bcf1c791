"""Pages go by the clock of whoever reads them."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account, Entry
from keepwell.alerts.models import Alert
from keepwell.followups.models import FollowUp
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)  # in Auckland it is the morning of the second


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(account_id="A", name="Acme")


def reader(zone: str) -> Client:
    member = Member.objects.create_user(
        f"{zone.lower().replace('/', '-')}@example.com", name=zone, role=Role.ADMINISTRATOR, time_zone=zone
    )
    client = Client()
    client.force_login(member)
    return client


def test_a_moment_is_told_by_ones_own_clock(account: Account) -> None:
    alert = Alert.objects.create(account=account, day=LATE.date(), opened_at=LATE)
    assert "1 Mar 2026, 8:30 p.m." in reader("UTC").get(f"/alerts/{alert.pk}").content.decode()
    assert "2 Mar 2026, 9:30 a.m." in reader("Pacific/Auckland").get(f"/alerts/{alert.pk}").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


def test_what_is_due_today_goes_by_ones_own_day(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATE)
    FollowUp.objects.create(account=account, due=date(2026, 3, 2), what="Ask them", made_at=LATE)
    at = "/followups/?whose=team&due=today"
    assert "Ask them" not in reader("UTC").get(at).content.decode()
    assert "Ask them" in reader("Pacific/Auckland").get(at).content.decode()


def test_a_day_that_the_book_knows_is_the_same_day_everywhere(account: Account) -> None:
    Entry.objects.create(
        account=account, at=datetime(2026, 3, 5, tzinfo=UTC), kind="ticket", key="t", data={"subject": "X"}
    )
    assert "5 Mar 2026" in reader("America/Los_Angeles").get("/accounts/A").content.decode()


def test_a_zone_that_there_is_not_is_taken_for_utc(account: Account) -> None:
    alert = Alert.objects.create(account=account, day=LATE.date(), opened_at=LATE)
    assert "8:30 p.m." in reader("Mars/Base").get(f"/alerts/{alert.pk}").content.decode()
