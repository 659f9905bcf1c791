"""Calls about who is calling, and about members and teams."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Router, Schema

from keepwell.api.door import asks, member_of
from keepwell.api.models import Token
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.members.models import Member, Team
from keepwell.members.rights import Right, may

router = Router(tags=["members"])
ROUTERS = [router]


class Named(Schema):
    """A thing with a number and a name."""

    id: int
    name: str


class Me(Schema):
    """Who is calling, and with what."""

    id: int
    name: str
    email: str
    role: str
    language: str
    time_zone: str
    teams: list[Named]
    scope: str | None
    expires_at: datetime | None


class MemberShape(Schema):
    """A member as those who manage see them."""

    id: int
    name: str
    email: str
    role: str
    active: bool
    teams: list[Named]
    joined_at: datetime


class TeamShape(Schema):
    """A team and the portfolios it looks after."""

    id: int
    name: str
    kind: str
    portfolios: list[Named]


@router.get("/me", response=Me, auth=asks(Right.SEE), summary="Who is calling")
def me(request: HttpRequest) -> Any:
    """The member whose token is shown, and how far it reaches."""
    member = member_of(request)
    token: Token | None = getattr(request, "token", None)
    return Me(
        id=member.pk,
        name=member.name,
        email=member.email,
        role=member.role,
        language=member.language,
        time_zone=member.time_zone,
        teams=[Named(id=team.pk, name=team.name) for team in member.teams.all()],
        scope=token.scope if token else None,
        expires_at=token.expires_at if token else None,
    )


@router.get("/members", response=Page[MemberShape], auth=asks(Right.MANAGE), summary="Members")
def members(request: HttpRequest, part: Asked) -> Any:
    """Everybody who signs in or did, by name; to a manager those of their teams."""
    member = member_of(request)
    found = Member.objects.all()
    if not may(member, Right.ADMINISTER):
        found = found.filter(Q(teams__members=member) | Q(pk=member.pk)).distinct()
    return page(found.prefetch_related("teams"), part, Order("name"), _member)


@router.get("/teams", response=Page[TeamShape], auth=asks(Right.ADMINISTER), summary="Teams")
def teams(request: HttpRequest, part: Asked) -> Any:
    """The teams, by name."""
    return page(Team.objects.prefetch_related("portfolios"), part, Order("name"), _team)


def _member(member: Member) -> MemberShape:
    return MemberShape(
        id=member.pk,
        name=member.name,
        email=member.email,
        role=member.role,
        active=member.is_active,
        teams=[Named(id=team.pk, name=team.name) for team in member.teams.all()],
        joined_at=member.joined_at,
    )


def _team(team: Team) -> TeamShape:
    portfolios = [Named(id=one.pk, name=one.name) for one in team.portfolios.all()]
    return TeamShape(id=team.pk, name=team.name, kind=team.kind, portfolios=portfolios)
