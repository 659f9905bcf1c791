"""An office of five people and a few accounts, as a night would leave it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from keepwell.accounts.models import Account, Standing
from keepwell.members.models import Member, Portfolio, Role, Team

DAY, NOW = date(2026, 3, 1), datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # a Monday, at night


@dataclass
class Office:
    owner: Member
    mate: Member
    manager: Member
    viewer: Member
    stranger: Member
    admin: Member
    team: Team

    def account(self, name: str, **fields: Any) -> Account:
        portfolio = self.team.portfolios.get()
        return Account.objects.create(
            account_id=name, name=name, **{"owner": self.owner, "portfolio": portfolio, **fields}
        )


@pytest.fixture
def office(db: None) -> Office:
    def member(name: str, role: Role = Role.MEMBER) -> Member:
        return Member.objects.create_user(f"{name}@example.com", name=name.title(), role=role)

    ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
    ours.portfolios.add(Portfolio.objects.create(name="Ours"))
    theirs.portfolios.add(Portfolio.objects.create(name="Theirs"))
    made = Office(
        member("owner"),
        member("mate"),
        member("manager", Role.MANAGER),
        member("viewer", Role.VIEWER),
        member("stranger"),
        member("admin", Role.ADMINISTRATOR),
        ours,
    )
    ours.members.add(made.owner, made.mate, made.manager, made.viewer)
    theirs.members.add(made.stranger)
    return made


@pytest.fixture
def stands() -> Callable[..., Standing]:
    """Say how an account stands on a day; what is not said stays as it was."""

    def said(account: Account, **fields: Any) -> Standing:
        one = Standing.objects.filter(pk=account.pk).first() or Standing(
            account=account, day=DAY, kept_by="contract", mrr=100_000, coverage=0.9
        )
        for name, value in fields.items():
            setattr(one, name, value)
        one.save()
        return one

    return said
