"""Programs of each sort of member, and an account of theirs: made by hand, no book is needed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account, Contact, Entry, Projection
from keepwell.api.actions import make_token
from keepwell.api.tests.office import ROLES, paying
from keepwell.members.models import Member, Portfolio, Team


@pytest.fixture(autouse=True)
def _uncounted(db: None) -> None:
    caches["calls"].clear()


@pytest.fixture
def people(db: None) -> dict[str, Member]:
    """One member of each sort; the owner owns the account, the team “Ours” looks after its portfolio."""
    teams = {}
    for name in ("Ours", "Theirs"):
        teams[name] = Team.objects.create(name=name)
        teams[name].portfolios.add(Portfolio.objects.create(name=name))
    found = {}
    for name, (role, team) in ROLES.items():
        found[name] = Member.objects.create_user(f"{name}@example.com", "x", name=name.title(), role=role)
        if team:
            found[name].teams.add(teams[team])
    return found


@pytest.fixture
def account(people: dict[str, Member]) -> Account:
    """An account of the owner, in the team's portfolio, with people and a past; and another of strangers."""
    Projection.objects.create(name="standings", said={"currency": "EUR"})
    ours = paying("A1", owner=people["owner"], portfolio=Portfolio.objects.get(name="Ours"), chosen=True)
    for at in range(5):
        who = Contact.objects.create(contact_id=f"c{at}", account=ours, name=f"Name {at}", source_id=f"s{at}")
        Entry.objects.create(
            account=ours,
            at=datetime(2026, 11, 1 + at, tzinfo=UTC),
            kind="touch",
            key=f"touch:{at}",
            data={"channel": "mail", "direction": "out"},
            contact=who,
        )
    paying("B/1", portfolio=Portfolio.objects.get(name="Theirs"))
    return ours


class Program(Client):
    """Calls with a token."""

    def call(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """One call; `headers` are named with underscores."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.generic(
            method,
            f"/api{address}",
            data=b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers=said,
        )


@pytest.fixture
def token(people: dict[str, Member]) -> Callable[..., str]:
    """The secret of a new token of somebody."""

    def made(name: str, scope: str = "manage", lasts: timedelta = timedelta(days=1)) -> str:
        return make_token(member=people[name], name="test", scope=scope, lasts=lasts, now=timezone.now())[1]

    return made


@pytest.fixture
def as_(token: Callable[..., str]) -> Callable[..., Program]:
    """A program that calls as somebody."""

    def program(name: str, scope: str = "manage") -> Program:
        return Program(headers={"Authorization": f"Bearer {token(name, scope)}"})

    return program
