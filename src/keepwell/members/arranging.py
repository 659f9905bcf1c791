"""What is written of teams and portfolios."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model

from keepwell.members.audit import record
from keepwell.members.models import Member, Portfolio, Team


def save_team(*, team: Team, by: Member, name: str, kind: str, portfolios: Iterable[Portfolio]) -> Team:
    """Make a team, or change one."""
    with transaction.atomic():
        before = _of_team(Team.objects.select_for_update().get(pk=team.pk)) if team.pk else {}
        team.name, team.kind = name, kind
        team.save()
        team.portfolios.set(portfolios)
        _told("team", by=by, of=team, before=before, after=_of_team(team))
    return team


def drop_team(*, team: Team, by: Member) -> None:
    """Dissolve a team. Its members stay, and see what their other teams look after."""
    with transaction.atomic():
        record("drop team", by=by, of=team, before=_of_team(team))
        team.delete()


def save_portfolio(*, portfolio: Portfolio, by: Member, name: str, condition: str, place: int) -> Portfolio:
    """Make a portfolio, or change one; the next night brings accounts into it."""
    with transaction.atomic():
        before = (
            _of_portfolio(Portfolio.objects.select_for_update().get(pk=portfolio.pk)) if portfolio.pk else {}
        )
        portfolio.name, portfolio.condition, portfolio.place = name, condition, place
        portfolio.save()
        _told("portfolio", by=by, of=portfolio, before=before, after=_of_portfolio(portfolio))
    return portfolio


def drop_portfolio(*, portfolio: Portfolio, by: Member) -> None:
    """Take a portfolio away; the next night brings its accounts into others."""
    with transaction.atomic():
        record("drop portfolio", by=by, of=portfolio, before=_of_portfolio(portfolio))
        portfolio.delete()


def move_up(*, portfolio: Portfolio, by: Member) -> None:
    """Let a portfolio be asked before the one that is now asked before it."""
    with transaction.atomic():
        ordered = list(Portfolio.objects.select_for_update())
        at = next(n for n, one in enumerate(ordered) if one.pk == portfolio.pk)
        if at == 0:
            return
        ordered[at - 1], ordered[at] = ordered[at], ordered[at - 1]
        for n, one in enumerate(ordered, 1):
            Portfolio.objects.filter(pk=one.pk).update(place=n * 10)
        record("move portfolio up", by=by, of=portfolio, before={"asked": at + 1}, after={"asked": at})


def _told(thing: str, *, by: Member, of: Model, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    record(f"{'change' if before else 'make'} {thing}", by=by, of=of, before=before, after=after)


def _of_team(team: Team) -> dict[str, Any]:
    named = sorted(team.portfolios.values_list("name", flat=True))
    return {"name": team.name, "kind": team.kind, "portfolios": named}


def _of_portfolio(portfolio: Portfolio) -> dict[str, Any]:
    return {"name": portfolio.name, "condition": portfolio.condition, "asked": portfolio.place}
