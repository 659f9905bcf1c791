"""Pages ask the database few questions, and no more of them for a large office than for a small one."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keepwell.accounts.models import Account, Contact, Entry, Standing
from keepwell.alerts.actions.tallying import tally
from keepwell.alerts.models import Alert, Reason
from keepwell.conversations.models import Clip, Conversation, Hit, Turn
from keepwell.conversations.models import Rule as Heard
from keepwell.followups.models import FollowUp, Playbook, Rhythm, Version
from keepwell.members.models import Member, Portfolio, Role, Team
from keepwell.reach.models import Rule, Touch
from keepwell.site import speed

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
TODAY = NOW.date()
MOST = 11
PAGES = (
    "/", "/?whose=team", "/accounts/", "/accounts/?sort=risk&words=company", "/alerts/",
    "/alerts/?state=all&sort=worth", "/alerts/scores", "/alerts/thresholds",
    "/followups/", "/followups/?whose=team&due=overdue", "/followups/board",
    "/followups/?whose=team&words=call", "/followups/cadence", "/followups/playbooks", "/reach/",
    "/search?words=company", "/conversations/", "/conversations/?theme=price&sort=account", "/conversations/clips/",
    "/conversations/topics", "/conversations/coaching",
)  # fmt: skip
SETTINGS = ("/settings/", "/members/", "/members/teams", "/members/portfolios", "/members/trail")
OF_ACCOUNT = ("/accounts/A0", "/accounts/nights/A0", "/conversations/brief/A0")


def _fill(begin: int, end: int, *, owner: Member, portfolio: Portfolio) -> None:
    for n in range(begin, end):
        account = Account.objects.create(
            pk=f"A{n}", name=f"Company {n}", segment=f"S{n % 3}", owner=owner, portfolio=portfolio
        )
        Standing.objects.create(account=account, day=TODAY, kept_by="contract", risk=0.4, worth=1000 + n)
        person = Contact.objects.create(pk=f"k{n}", account=account, name=f"Ann Company {n}")
        Entry.objects.create(account=account, at=NOW, kind="ticket", key=f"t{n}", data={"ticket_id": f"t{n}"})
        alert = Alert.objects.create(account=account, day=TODAY, opened_at=NOW, owner=owner)
        Reason.objects.create(alert=alert, account=account, trigger="risk_high", began_at=NOW)
        late = TODAY - timedelta(days=3)
        FollowUp.objects.create(
            account=account, owner=owner, contact=person, due=late, what="Call", made_at=NOW
        )
        Touch.objects.create(account=account, member=owner, contact=person, channel="call", at=NOW, day=TODAY)
        talk = Conversation.objects.create(
            account=account, source="upload", key=f"c{n}", kind="call", at=NOW, arrived_at=NOW, member=owner
        )
        turn = Turn.objects.create(conversation=talk, no=1, side="them", text="It is dear.")
        rule, _new = Heard.objects.get_or_create(name="Dear", made_at=NOW, changed_at=NOW)
        Hit.objects.create(
            key=f"h{n}", conversation=talk, turn=turn, account=account, rule=rule, version=1, theme="price",
            verdict="hit", spans=[[6, 10]], at=NOW, found_at=NOW,
        )  # fmt: skip
        Clip.objects.create(conversation=talk, first=1, last=1, title="Dear", by=owner, at=NOW)
        Rhythm.objects.create(account=account, stage="value", spoken_at=NOW, speak_by=late)


@pytest.fixture(autouse=True)
def _nothing_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a page may be slow; that it is then noted is no question of the page's."""
    monkeypatch.setattr(speed, "SLOW", math.inf)


@pytest.fixture
def people() -> dict[str, Member]:
    team, portfolio = Team.objects.create(name="North"), Portfolio.objects.create(name="All")
    team.portfolios.add(portfolio)
    Rule.objects.create(most=2, days=7)
    playbook = Playbook.objects.create(name="Save")
    Version.objects.create(playbook=playbook, number=1, steps=[])
    found: dict[str, Member] = {}
    for role in (Role.ADMINISTRATOR, Role.MEMBER):
        found[role] = Member.objects.create_user(f"{role}@example.com", "x", name=role, role=role)
        found[role].teams.add(team)
    return found


def _asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return len(asked)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MEMBER])
def test_a_page_asks_little_and_as_little_of_many_accounts_as_of_few(
    role: str, people: dict[str, Member]
) -> None:
    client, portfolio = Client(), Portfolio.objects.get(name="All")
    client.force_login(people[role])
    addresses = (*PAGES, *OF_ACCOUNT, *(SETTINGS if role == Role.ADMINISTRATOR else ()))
    _fill(0, 3, owner=people[role], portfolio=portfolio)
    tally(now=NOW + timedelta(days=1))
    few = {address: _asked(client, address) for address in addresses}
    _fill(3, 40, owner=people[role], portfolio=portfolio)
    tally(now=NOW + timedelta(days=1))
    many = {address: _asked(client, address) for address in addresses}
    # A list that goes on over the page is counted: one question more, however long it is.
    assert {address: n for address, n in many.items() if n > few[address] + 1} == {}
    assert {address: n for address, n in many.items() if n > MOST} == {}
