"""An office with an administrator, a manager and their team, and somebody of another team."""

from collections.abc import Callable

import pytest
from django.test import Client

from keepwell.members.models import Member, Portfolio, Role, Team

PASSWORD = "a sentence nobody guesses"


@pytest.fixture
def people(db: None) -> dict[str, Member]:
    ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
    ours.portfolios.add(Portfolio.objects.create(name="Ours"))
    found = {}
    for name, role, team in (
        ("administrator", Role.ADMINISTRATOR, None),
        ("manager", Role.MANAGER, ours),
        ("member", Role.MEMBER, ours),
        ("viewer", Role.VIEWER, ours),
        ("stranger", Role.MEMBER, theirs),
    ):
        found[name] = Member.objects.create_user(
            f"{name}@example.com", PASSWORD, name=name.title(), role=role
        )
        if team:
            found[name].teams.add(team)
    return found


@pytest.fixture
def as_(people: dict[str, Member]) -> Callable[[str], Client]:
    def client(name: str) -> Client:
        made = Client()
        made.force_login(people[name])
        return made

    return client
