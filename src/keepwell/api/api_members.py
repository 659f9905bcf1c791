"""Calls about members: who there are, what each is trusted with, and who is invited."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.once import told_once
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members import actions, queries
from keepwell.members.forms import Inviting, Placing
from keepwell.members.models import Invitation, Member, Role
from keepwell.members.rights import Right, may

router = Router(tags=["members"])

Number = Annotated[int, Field(ge=1, lt=2**63)]
Trusted = Literal["administrator", "manager", "member", "viewer"]
Teams = Annotated[list[Number], Field(max_length=200, description="the teams' numbers")]


class Named(Answer):
    """A thing with a number and a name."""

    id: int
    name: str


class MemberShape(Answer):
    """A member as those who manage see them; `active` is whether they may sign in."""

    id: int
    name: str
    email: str
    role: str
    active: bool
    teams: list[Named]
    joined_at: datetime


class Placed(Schema):
    """What is to be otherwise: what is not named stays as it is. `active` lets them in no more, or in again."""

    role: Trusted | None = None
    teams: Teams | None = None
    active: bool | None = None


class Ended(Answer):
    """In how many places a member was signed out."""

    ended: int


class InvitationShape(Answer):
    """Somebody invited who has not joined; "" where whoever holds the link says their address."""

    id: int
    email: str
    role: str
    teams: list[Named]
    by: str | None
    made_at: datetime
    expires_at: datetime


class Invited(InvitationShape):
    """An invitation just made. `link` opens it: it is told now and not kept. `mailed` is whether it goes by mail."""

    link: str | None
    mailed: bool


class NewInvitation(Schema):
    """Whom to invite, as what; a manager invites members and viewers into teams of their own."""

    email: Annotated[str, Field(max_length=254)] = ""
    role: Trusted = "member"
    teams: Annotated[Teams, Field(default_factory=list)]


@router.get("/members", response=Page[MemberShape], auth=asks(Right.MANAGE), summary="Members")
def members(request: HttpRequest, part: Asked) -> Any:
    """Everybody who signs in or did, by name; to a manager those of their teams."""
    return page(_seen(request).prefetch_related("teams"), part, Order("name"), member_shape)


@router.get("/members/{int:pk}", response=MemberShape, auth=asks(Right.MANAGE), summary="One member")
def member(request: HttpRequest, pk: Number) -> Any:
    """What they are trusted with; to a manager one of their teams."""
    return member_shape(get_object_or_404(_seen(request), pk=pk))


@router.patch(
    "/members/{int:pk}",
    response=MemberShape,
    auth=asks(Right.ADMINISTER),
    summary="Change what a member may do",
)
def place_member(request: HttpRequest, pk: Number, said: Placed) -> Any:
    """Give a role and teams, let in no more, or in again. One administrator is always left."""
    by, found = member_of(request), _as_read(request, pk)
    if said.role is not None or said.teams is not None:
        before = {"role": found.role, "teams": [team.pk for team in found.teams.all()]}
        asked = filled(Placing(before | said.dict(include={"role", "teams"}, exclude_none=True))).cleaned_data
        actions.place(member=found, by=by, role=Role(asked["role"]), teams=asked["teams"])
    if said.active is not None and said.active != found.is_active:
        (actions.reactivate if said.active else actions.deactivate)(member=found, by=by)
    return member_shape(Member.objects.get(pk=pk))


@router.post(
    "/members/{int:pk}/sign-out", response=Ended, auth=asks(Right.ADMINISTER), summary="Sign a member out"
)
def sign_member_out(request: HttpRequest, pk: Number) -> Any:
    """Wherever they are signed in. Their tokens stand: those end when the member is let in no more."""
    found = get_object_or_404(Member, pk=pk)
    return Ended(ended=actions.sign_out(member=found, by=member_of(request)))


@router.delete(
    "/members/{int:pk}/second-step",
    response={204: None},
    auth=asks(Right.ADMINISTER),
    summary="Take a lost second step away",
)
def forget_second_step(request: HttpRequest, pk: Number) -> Any:
    """App, passkeys and recovery codes of one who has lost them; they sign in with the password alone."""
    actions.forget_second_step(member=get_object_or_404(Member, pk=pk), by=member_of(request))
    return Status(204, None)


@router.get("/invitations", response=Page[InvitationShape], auth=asks(Right.MANAGE), summary="Who is invited")
def invitations(request: HttpRequest, part: Asked) -> Any:
    """Links that nobody has used, the latest first; to a manager those into their own teams."""
    return page(queries.invitations_of(member_of(request)), part, Order("-made_at", "-pk"), _invitation)


@router.post("/invitations", response={201: Invited}, auth=asks(Right.MANAGE), summary="Invite somebody")
def invite(request: HttpRequest, said: NewInvitation) -> Any:
    """By a link that works once, for seven days; mailed where an address is named and mail is set up."""
    by = member_of(request)
    asked = filled(Inviting(said.dict(), by=by)).cleaned_data
    role, into = Role(asked["role"]), asked["teams"]
    secret = actions.invite(role=role, now=timezone.now(), by=by, email=asked["email"], teams=into)
    return Status(201, _told(request, actions.invitation_of(secret, now=timezone.now()), secret))


@router.post(
    "/invitations/{int:pk}/again",
    response=Invited,
    auth=asks(Right.MANAGE),
    summary="Make a new link for somebody",
)
def invite_again(request: HttpRequest, pk: Number) -> Any:
    """For seven days from now; the former link stops working."""
    by = member_of(request)
    found = get_object_or_404(queries.invitations_of(by), pk=pk)
    secret = actions.invite_again(invitation=found, by=by, now=timezone.now())
    return _told(request, actions.invitation_of(secret, now=timezone.now()), secret)


@router.delete(
    "/invitations/{int:pk}", response={204: None}, auth=asks(Right.MANAGE), summary="Withdraw an invitation"
)
def withdraw_invitation(request: HttpRequest, pk: Number) -> Any:
    """Its link stops working."""
    by = member_of(request)
    actions.withdraw(invitation=get_object_or_404(queries.invitations_of(by), pk=pk), by=by)
    return Status(204, None)


def member_shape(one: Member) -> MemberShape:
    """A member as calls tell them."""
    return MemberShape(
        id=one.pk,
        name=one.name,
        email=one.email,
        role=one.role,
        active=one.is_active,
        teams=named(one.teams.all()),
        joined_at=one.joined_at,
    )


def named(things: Any) -> list[Named]:
    """Things by number and name."""
    return [Named(id=one.pk, name=one.name) for one in things]


def _seen(request: HttpRequest) -> Any:
    """Whom the page of members shows whoever calls."""
    by = member_of(request)
    if may(by, Right.ADMINISTER):
        return Member.objects.all()
    return Member.objects.filter(pk__in=[one.pk for one in queries.people_of(by)])


def _as_read(request: HttpRequest, pk: int) -> Member:
    found = actions.hold_still(get_object_or_404(Member, pk=pk))
    unchanged(request, member_shape(found))
    return found


def _invitation(one: Invitation) -> InvitationShape:
    return InvitationShape(**_of_invitation(one))


def _of_invitation(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.pk,
        "email": one.email,
        "role": one.role,
        "teams": named(one.teams.all()),
        "by": one.invited_by.name if one.invited_by else None,
        "made_at": one.made_at,
        "expires_at": one.expires_at,
    }


def _told(request: HttpRequest, made: Invitation | None, secret: str) -> Invited:
    assert made is not None
    told_once(request, "link")
    by, mails = member_of(request), bool(made.email) and settings.MAIL_SET_UP
    link = settings.ADDRESS + reverse("members:join", args=[secret])
    if mails:  # a mail server may take its time: nobody waits for it within a transaction
        transaction.on_commit(lambda: actions.mail_invitation(email=made.email, link=link, by=by))
    return Invited(**_of_invitation(made), link=link, mailed=mails)
