"""Calls about who is calling; and those about members, teams and the trail, whose room may not know of calls."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from keepwell.api import api_members, api_teams, api_trail
from keepwell.api.api_members import Named, named
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.models import Token
from keepwell.api.shapes import Answer
from keepwell.members.actions import change_profile
from keepwell.members.forms import Profile
from keepwell.members.models import Member
from keepwell.members.rights import Right

router = Router(tags=["members"])
ROUTERS = [router, api_members.router, api_teams.router, api_trail.router]


class Me(Answer):
    """Who is calling, and with what."""

    id: int
    name: str
    email: str
    role: str
    language: str
    time_zone: str
    theme: str
    teams: list[Named]
    scope: str | None
    expires_at: datetime | None


class MyChanges(Schema):
    """What is to be otherwise: what is not named stays as it is. "" is the language of the browser."""

    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    language: Annotated[str, Field(max_length=10)] | None = None
    time_zone: Annotated[str, Field(max_length=60)] | None = None
    theme: Literal["auto", "light", "dark"] | None = None


@router.get("/me", response=Me, auth=asks(Right.SEE), summary="Who is calling")
def me(request: HttpRequest) -> Any:
    """The member whose token is shown, and how far it reaches."""
    return _me(request, member_of(request))


@router.patch(
    "/me", response=Me, auth=asks(Right.SEE, reach=Right.ACT), summary="Change what is said of oneself"
)
def change_me(request: HttpRequest, said: MyChanges) -> Any:
    """One's own name, language, time zone and colours."""
    found = Member.objects.select_for_update().get(pk=member_of(request).pk)
    unchanged(request, _me(request, found))
    before = {name: getattr(found, name) for name in Profile.Meta.fields}
    form = filled(Profile(before | said.dict(exclude_none=True), instance=Member.objects.get(pk=found.pk)))
    change_profile(member=found, said=form.cleaned_data)
    return _me(request, Member.objects.get(pk=found.pk))


def _me(request: HttpRequest, member: Member) -> Me:
    token: Token | None = getattr(request, "token", None)
    return Me(
        id=member.pk,
        name=member.name,
        email=member.email,
        role=member.role,
        language=member.language,
        time_zone=member.time_zone,
        theme=member.theme,
        teams=named(member.teams.all()),
        scope=token.scope if token else None,
        expires_at=token.expires_at if token else None,
    )
