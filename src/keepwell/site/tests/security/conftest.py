"""Two teams that see nothing of each other, with something of every sort at an account of each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client

from keepwell.accounts.models import Account, Contact, Entry, Standing
from keepwell.alerts.models import Alert, Reason, Threshold
from keepwell.followups.models import FollowUp, Playbook, Version
from keepwell.members.models import Member, Portfolio, Role, Team
from keepwell.reach.models import Reservation

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
PASSWORD = "a sentence nobody guesses"


@dataclass
class Side:
    """A team, who is in it, and an account of theirs with what is at it."""

    team: Team
    portfolio: Portfolio
    member: Member
    manager: Member
    account: Account
    contact: Contact
    alert: Alert
    follow_up: FollowUp
    reservation: Reservation

    def client(self, who: str = "member") -> Client:
        """The browser of one of them."""
        browser = Client()
        browser.force_login(getattr(self, who))
        return browser


def side(name: str) -> Side:
    low = name.lower()
    team, portfolio = Team.objects.create(name=name), Portfolio.objects.create(name=name)
    team.portfolios.add(portfolio)
    people = {}
    for role in (Role.MEMBER, Role.MANAGER):
        people[role] = Member.objects.create_user(
            f"{role}@{low}.example", PASSWORD, name=f"{name} {role.title()}", role=role
        )
        people[role].teams.add(team)
    account = Account.objects.create(account_id=f"{name}1", name=f"{name} Inc", portfolio=portfolio)
    Standing.objects.create(
        account=account, day=date(2026, 6, 1), kept_by="contract", mrr=100_00, worth=50_00, risk=0.6, health="poor",
    )  # fmt: skip
    contact = Contact.objects.create(
        contact_id=f"{low}c",
        account=account,
        name=f"{name} Person",
        email=f"p@{low}.example",
        source_id=f"{low}s",
    )
    Entry.objects.create(
        account=account, at=NOW, kind="touch", key=f"touch:{name}", data={"channel": "mail"}, contact=contact
    )
    alert = Alert.objects.create(
        account=account, day=date(2026, 6, 1), opened_at=NOW, owner=people[Role.MEMBER]
    )
    Reason.objects.create(
        alert=alert, account=account, trigger="risk_high", seen={"value": 0.6}, began_at=NOW
    )
    follow_up = FollowUp.objects.create(
        account=account,
        owner=people[Role.MEMBER],
        what=f"{name} secret plan",
        due=date(2026, 6, 3),
        made_at=NOW,
    )
    reservation = Reservation.objects.create(
        account=account,
        member=people[Role.MEMBER],
        channel="call",
        day=date(2099, 1, 1),
        team="customer_success",
    )
    return Side(
        team,
        portfolio,
        people[Role.MEMBER],
        people[Role.MANAGER],
        account,
        contact,
        alert,
        follow_up,
        reservation,
    )


@pytest.fixture
def ours(db: None) -> Side:
    return side("Ours")


@pytest.fixture
def theirs(db: None) -> Side:
    found = side("Theirs")
    Threshold.objects.create(
        trigger="risk_high", whom=f"account:{found.account.pk}", level="account", account=found.account,
        threshold=0.9, near=0.8,
    )  # fmt: skip
    return found


@pytest.fixture
def playbook(db: None) -> Playbook:
    made = Playbook.objects.create(name="Save")
    step: dict[str, Any] = {"day": 0, "team": "", "channel": "call", "what": "Ask", "review": False}
    Version.objects.create(playbook=made, number=1, steps=[step])
    return made


@pytest.fixture(autouse=True)
def _uncounted(db: None) -> None:
    """What other tests have counted does not hold somebody up here."""
    cache.clear()
    caches["calls"].clear()
