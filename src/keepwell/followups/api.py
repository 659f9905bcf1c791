"""Calls about follow-ups: list, make, change, hand over, do, drop."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.accounts.models import Account
from keepwell.accounts.queries import account_of
from keepwell.alerts.queries import alerts_of
from keepwell.api.door import asks, member_of
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.api.shapes import Answer
from keepwell.followups import api_cadence, api_playbooks, api_talk, queries
from keepwell.followups.actions import handling
from keepwell.followups.actions.handling import Plan
from keepwell.followups.models import FollowUp
from keepwell.lib.text import gettext as _
from keepwell.members.models import Member
from keepwell.members.rights import Right, may_be_handed
from keepwell.reach.actions import HeldBack
from keepwell.reach.api import By, Matters, contact_of, held_back

router = Router(tags=["follow-ups"])
ROUTERS = [router, api_cadence.router, api_playbooks.router, api_talk.router]
ORDERS = {"worth": "-worth", "due": "due", "account": "account__name"}

Number = Annotated[int, Field(ge=1, lt=2**63)]
What = Annotated[str, Field(min_length=1, max_length=300)]
Note = Annotated[str, Field(max_length=5000)]
Person = Annotated[str, Field(max_length=64)]


class FollowUpShape(Answer):
    """A task at an account: one owner, one due day, what to say."""

    id: int
    account: str
    account_name: str
    alert: int | None
    owner: int | None
    team: str
    kind: str
    contact: str | None
    channel: str
    due: date
    what: str
    state: str
    outcome: str
    note: str
    made_at: datetime
    closed_at: datetime | None


class Which(Schema):
    """Which follow-ups are listed, and how."""

    whose: Literal["mine", "team", "free"] = "mine"
    state: Literal["", "open", "done", "dropped"] = "open"
    due: Literal["", "overdue", "today", "week", "later"] = ""
    sort: Literal["worth", "due", "account"] = "worth"
    words: Annotated[str, Field(max_length=200)] = ""


class NewFollowUp(Schema):
    """What is to be done; without an owner, the caller."""

    account: Annotated[str, Field(max_length=200)]
    what: What
    due: date
    owner: Number | None = None
    kind: Literal["contact", "review"] = "contact"
    channel: By = "call"
    contact: Person | None = None
    alert: Number | None = None


class Changes(Schema):
    """What is to be otherwise: what is not named stays as it is."""

    what: What | None = None
    due: date | None = None
    kind: Literal["contact", "review"] | None = None
    channel: By | None = None


class Handing(Schema):
    """To whom it goes, with a word."""

    to: Number
    text: Annotated[str, Field(max_length=1000)] = ""


class Doing(Schema):
    """What came of it: the touch is logged with it. With `anyway`, a reason, also one that the budget holds."""

    outcome: Literal["stays", "better", "waits", "nobody", "leaves"]
    note: Note = ""
    direction: Literal["out", "in"] = "out"
    importance: Matters = "normal"
    anyway: Annotated[str, Field(max_length=300)] = ""


class Dropping(Schema):
    """Why it is not done."""

    note: Note = ""


@router.get("/follow-ups", response=Page[FollowUpShape], auth=asks(Right.SEE), summary="Follow-ups")
def follow_ups(request: HttpRequest, which: Annotated[Which, Query()], part: Asked) -> Any:
    """Those at accounts that the caller sees."""
    found = queries.listed(member_of(request), today=timezone.localdate(), **which.dict())
    return page(found.then(_narrow), part, Order(ORDERS[which.sort]), shape)


_TOLD = (
    "alert", "owner", "team", "kind", "contact", "channel", "due", "what", "worth", "state", "outcome", "note",
    "made_at", "closed_at", "account__name",
)  # fmt: skip


def _narrow(found: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """What calls tell of each, and not how its account stood."""
    found = found.select_related(None).select_related("account")
    return found.only(*_TOLD)


@router.post("/follow-ups", response={201: FollowUpShape}, auth=asks(Right.ACT), summary="Make a follow-up")
def make(request: HttpRequest, said: NewFollowUp) -> Any:
    """Its owner is the caller or a team-mate, who must see the account."""
    member = member_of(request)
    account = account_of(member, said.account)
    alert = None
    if said.alert is not None:
        alert = alerts_of(member).filter(pk=said.alert, account=account).first()
        if alert is None:
            raise Problem(422, _("There is no such alert at this account."))
    plan = Plan(
        account=account,
        due=said.due,
        what=said.what,
        owner=member if said.owner is None else _mate(member, account, said.owner),
        kind=said.kind,
        channel=said.channel,
        contact=contact_of(account, said.contact),
        alert=alert,
    )
    return Status(201, shape(handling.make(plan=plan, by=member, now=timezone.now())))


@router.get("/follow-ups/{int:pk}", response=FollowUpShape, auth=asks(Right.SEE), summary="One follow-up")
def follow_up(request: HttpRequest, pk: Number) -> Any:
    """What is to be done, and where it stands."""
    return shape(queries.follow_up_of(member_of(request), pk))


@router.patch(
    "/follow-ups/{int:pk}", response=FollowUpShape, auth=asks(Right.ACT), summary="Change a follow-up"
)
def change(request: HttpRequest, pk: Number, said: Changes) -> Any:
    """One that is open."""
    found = _found(request, pk)
    values = said.dict(exclude_unset=True, exclude_none=True)
    if not values:
        return shape(found)
    return shape(handling.change(follow_up=found, by=member_of(request), **values))


@router.post(
    "/follow-ups/{int:pk}/hand-over",
    response=FollowUpShape,
    auth=asks(Right.ACT),
    summary="Hand a follow-up over",
)
def hand_over(request: HttpRequest, pk: Number, said: Handing) -> Any:
    """To a team-mate who sees the account."""
    found, member = _found(request, pk), member_of(request)
    to = _mate(member, found.account, said.to)
    done = handling.hand_over(follow_up=found, by=member, to=to, text=said.text, now=timezone.now())
    return shape(done)


@router.post(
    "/follow-ups/{int:pk}/do", response=FollowUpShape, auth=asks(Right.ACT), summary="Say that it is done"
)
def do(request: HttpRequest, pk: Number, said: Doing) -> Any:
    """Refused (409) where the contact budget holds the touch that goes with it."""
    found = _found(request, pk)
    if said.importance == "emergency" and not said.note:
        raise Problem(422, _("Say what the emergency is: it is kept on the trail."))
    try:
        done = handling.do(follow_up=found, by=member_of(request), now=timezone.now(), **said.dict())
    except HeldBack as held:
        raise held_back(held) from None
    return shape(done)


@router.post(
    "/follow-ups/{int:pk}/drop", response=FollowUpShape, auth=asks(Right.ACT), summary="Drop a follow-up"
)
def drop(request: HttpRequest, pk: Number, said: Dropping) -> Any:
    """Close it without doing it."""
    found = _found(request, pk)
    done = handling.drop(follow_up=found, by=member_of(request), note=said.note, now=timezone.now())
    return shape(done)


def shape(one: FollowUp) -> FollowUpShape:
    """A follow-up as calls tell it."""
    return FollowUpShape(
        id=one.pk,
        account=one.account_id,
        account_name=one.account.name,
        alert=one.alert_id,
        owner=one.owner_id,
        team=one.team,
        kind=one.kind,
        contact=one.contact_id,
        channel=one.channel,
        due=one.due,
        what=one.what,
        state=one.state,
        outcome=one.outcome,
        note=one.note,
        made_at=one.made_at,
        closed_at=one.closed_at,
    )


def _found(request: HttpRequest, pk: int) -> FollowUp:
    """The caller sees it, and it is as they read it."""
    FollowUp.objects.select_for_update().filter(pk=pk).order_by().first()
    found = queries.follow_up_of(member_of(request), pk)
    unchanged(request, shape(found))
    return found


def _mate(member: Member, account: Account, pk: int) -> Member:
    found = queries.watchers(account).filter(pk__in=may_be_handed(member).values("pk"), pk=pk).first()
    if found is None:
        raise Problem(422, _("There is no such member in your teams who sees this account."))
    return found
