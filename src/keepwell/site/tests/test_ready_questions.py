"""Questions that are put together once give what those give that are put together anew, on every page."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client

from keepwell.alerts.actions.tallying import tally
from keepwell.alerts.models import Alert, Deed, Delivery
from keepwell.followups.models import Comment, FollowUp, Mention
from keepwell.members.models import Member, Portfolio, Role, Team
from keepwell.members.planned import Planned
from keepwell.members.ready import Asked
from keepwell.members.rights import in_order
from keepwell.site.tests.test_few_questions import NOW, OF_ACCOUNT, PAGES, SETTINGS, _fill

pytestmark = pytest.mark.django_db

FURTHER = (
    "/?whose=all", "/accounts/?segment=S1&whose=mine&sort=name", "/accounts/?health=poor", "/accounts/?page=2",
    "/alerts/?trigger=risk_high&whose=mine", "/alerts/?segment=S2&sort=account", "/alerts/?account=A30",
    "/followups/?due=week&sort=due", "/followups/?due=today&whose=free", "/followups/?due=later&state=done",
    "/followups/board?whose=team", "/followups/cadence?show=reviews&whose=mine", "/followups/cadence?stage=value",
    "/accounts/A30", "/accounts/A30?kind=ticket", "/accounts/A0?before=2026-01-01T00:00:00%2B00:00|7",
)  # fmt: skip


OF_OFFICE = (
    "/members/trail?what=sign+in&who=1",
    "/members/trail?kind=members.member&since=2020-01-01",
    "/settings/health",
)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each question found that was asked, all of them held against the plain ones."""
    found: list[int] = []
    rows = Asked.rows

    def both(self: Asked[Any]) -> list[Any]:
        ready = rows(self)
        with in_order() if self.walked else nullcontext():
            plain = list(self.plain())
        assert len(ready) == len(plain)
        assert [type(one) for one in ready] == [type(one) for one in plain]
        assert _said(ready) == _said(plain)
        found.append(len(ready))
        return ready

    monkeypatch.setattr(Asked, "rows", both)
    return found


def _said(rows: list[Any]) -> list[Any]:
    return [_read(one, 2) if isinstance(one, Model) else one for one in rows]


def _read(one: Model, deep: int) -> dict[str, Any]:
    """What was read of a row, and of those that it leads to and that were read with it."""
    said = {name: value for name, value in vars(one).items() if name != "_state"}
    for name, to in one._state.fields_cache.items():
        if deep:
            said[f"to {name}"] = None if to is None else _read(to, deep - 1)
    return said


def test_whoever_asks_the_answer_is_the_plain_one(compared: list[int]) -> None:
    _open_every_page()
    assert sum(compared) > 1000


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans nothing that is worth keeping")
@pytest.mark.django_db(transaction=True)
def test_what_postgresql_planned_once_is_the_plain_answer_too(
    compared: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[bool] = []
    asked = Planned.asked

    def noted(self: Planned, values: Any) -> list[Any] | None:
        rows = asked(self, values)
        planned.append(rows is not None)
        return rows

    monkeypatch.setattr(Planned, "asked", noted)
    _open_every_page(times=2)  # for lists are asked in another way again
    assert sum(compared) > 1000
    assert len(planned) > 300
    assert all(planned)  # none was refused or lost


def _open_every_page(times: int = 1) -> None:
    ours, theirs = Team.objects.create(name="North"), Team.objects.create(name="South")
    portfolios = [Portfolio.objects.create(name=name) for name in ("One", "Two", "Three")]
    ours.portfolios.add(*portfolios[:2])
    theirs.portfolios.add(portfolios[2])
    people = {}
    for name, role, team in (
        ("a", Role.ADMINISTRATOR, None), ("m", Role.MANAGER, ours), ("n", Role.MEMBER, theirs),
        ("o", Role.MEMBER, None), ("v", Role.VIEWER, ours),
    ):  # fmt: skip
        people[name] = Member.objects.create_user(f"{name}@example.com", "x", name=name, role=role)
        if team:
            people[name].teams.add(team)
    for n, (owner, portfolio) in enumerate(zip("mnovm", [*portfolios, *portfolios[:2]], strict=True)):
        _fill(n * 10, n * 10 + 10, owner=people[owner], portfolio=portfolio)
    tally(now=NOW + timedelta(days=1))
    for one in people.values():
        client = Client()
        client.force_login(one)
        for address in (*PAGES, *OF_ACCOUNT, *FURTHER, *_of_each_owner()) * times:
            assert client.get(address).status_code in (200, 404), address
        for address in (*SETTINGS, *OF_OFFICE):
            assert client.get(address).status_code in (200, 403), address


def _of_each_owner() -> Iterator[str]:
    """An alert and a follow-up of every owner, answered and talked about."""
    for alert in Alert.objects.filter(account__in=("A0", "A10", "A20", "A30", "A40")).order_by("pk"):
        follow_up = FollowUp.objects.get(account=alert.account_id)
        by = follow_up.owner
        if not alert.deeds.exists():
            Deed.objects.create(alert=alert, by=by, at=NOW, to="acknowledged", batch=uuid4())
            Delivery.objects.create(
                member=by, why="new", key=f"{alert.pk}", made_at=NOW, due_at=NOW
            ).alerts.add(alert)
            comment = Comment.objects.create(follow_up=follow_up, member=by, at=NOW, text="@a look")
            Mention.objects.create(comment=comment, member=Member.objects.get(name="a"))
            follow_up.alert = alert
            follow_up.save()
        yield f"/alerts/{alert.pk}"
        yield f"/followups/{follow_up.pk}"
