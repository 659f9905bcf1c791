"""Calls about touches and the contact budget: log one, see what was logged, may one be reached."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from keepwell.accounts.models import Account, Contact
from keepwell.accounts.queries import account_of
from keepwell.api.door import asks, member_of
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.lib.text import gettext as _
from keepwell.members.rights import Right
from keepwell.reach import actions, api_budget, queries, saying
from keepwell.reach.actions import HeldBack, Said
from keepwell.reach.budget import Answer, Message, day_of, may_reach
from keepwell.reach.models import Reservation, Touch

router = Router(tags=["reach"])
ROUTERS = [router, api_budget.router]

By = Literal["call", "mail", "meeting", "chat", "letter"]
Matters = Literal["normal", "important", "emergency"]
AccountId = Annotated[str, Field(max_length=200)]


class MayReach(Schema):
    """The contact budget's answer: from when, held by what, in words; `because` says for whose messages."""

    allowed: bool
    day: date
    until: date | None
    by: str
    why: str
    because: str


class TouchShape(Schema):
    """A contact of ours with them, or of theirs with us."""

    id: int
    account: str
    contact: str | None
    member: int | None
    team: str
    channel: str
    direction: str
    importance: str
    at: datetime
    topic: str
    note: str


class NewTouch(Schema):
    """A touch that has happened. With `anyway`, a reason, one that the budget holds is logged all the same."""

    account: AccountId
    contact: Annotated[str, Field(max_length=64)] | None = None
    channel: By
    direction: Literal["out", "in"] = "out"
    importance: Matters = "normal"
    at: AwareDatetime | None = None
    topic: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=5000)] = ""
    anyway: Annotated[str, Field(max_length=300)] = ""


class ReservationShape(Schema):
    """A day that a team holds with a contact or account: `open`, `used` or `given back`."""

    id: int
    account: str
    contact: str | None
    member: int | None
    team: str
    channel: str
    importance: str
    day: date
    topic: str
    state: str


class NewReservation(Schema):
    """A day to be held, from today on."""

    account: AccountId
    contact: Annotated[str, Field(max_length=64)] | None = None
    channel: By
    importance: Matters = "normal"
    day: date
    topic: Annotated[str, Field(max_length=200)] = ""


class Wish(Schema):
    """What somebody wants to send."""

    channel: By
    contact: Annotated[str, Field(max_length=64)] = ""
    importance: Matters = "normal"
    on: Annotated[date | None, Field(description="today, unless said")] = None


@router.get("/touches", response=Page[TouchShape], auth=asks(Right.SEE), summary="Touches with an account")
def touches(request: HttpRequest, account: AccountId, part: Asked) -> Any:
    """Those that members logged, the latest first."""
    found = account_of(member_of(request), account).touches.all()
    return page(found, part, Order("-at", "-pk"), touch_shape)


@router.post("/touches", response={201: TouchShape}, auth=asks(Right.ACT), summary="Log a touch")
def log(request: HttpRequest, said: NewTouch) -> Any:
    """Refused (409) where the contact budget holds it: the problem says by what and until when."""
    member, now = member_of(request), timezone.now()
    account = account_of(member, said.account)
    if said.importance == "emergency" and not said.topic:
        raise Problem(422, _("Say what the emergency is: it is kept on the trail."))
    asked = Said(
        account=account,
        contact=contact_of(account, said.contact),
        channel=said.channel,
        team=queries.team_of(member),
        importance=said.importance,
        topic=said.topic,
        note=said.note,
        direction=said.direction,
    )
    try:
        touch, _new = actions.log(said=asked, by=member, at=said.at or now, now=now, anyway=said.anyway)
    except HeldBack as held:
        raise held_back(held) from None
    return Status(201, touch_shape(touch))


@router.get(
    "/reservations",
    response=Page[ReservationShape],
    auth=asks(Right.SEE),
    summary="Days reserved with an account",
)
def reservations(request: HttpRequest, account: AccountId, part: Asked) -> Any:
    """Those that stand, were used or were given back, the latest day first."""
    found = account_of(member_of(request), account).reservations.all()
    return page(found, part, Order("-day", "-pk"), _reservation_shape)


@router.post("/reservations", response={201: ReservationShape}, auth=asks(Right.ACT), summary="Reserve a day")
def reserve(request: HttpRequest, said: NewReservation) -> Any:
    """Refused (409) where the contact budget has no room on that day: the problem says by what and until when."""
    member, now = member_of(request), timezone.now()
    account = account_of(member, said.account)
    asked = Said(
        account=account,
        contact=contact_of(account, said.contact),
        channel=said.channel,
        team=queries.team_of(member),
        importance=said.importance,
        topic=said.topic,
    )
    try:
        made = actions.reserve(said=asked, by=member, day=said.day, now=now)
    except HeldBack as held:
        raise held_back(held) from None
    return Status(201, _reservation_shape(made))


@router.post(
    "/reservations/{int:pk}/give-back",
    response=ReservationShape,
    auth=asks(Right.ACT),
    summary="Give a reserved day back",
)
def give_back(request: HttpRequest, pk: int) -> Any:
    """One that is used or given back already stays as it is."""
    member = member_of(request)
    found = queries.reservation_of(member, pk)
    actions.give_back(reservation=found, by=member)
    found.refresh_from_db()
    return _reservation_shape(found)


@router.get(
    "/accounts/{path:account_id}/budget",
    response=MayReach,
    auth=asks(Right.SEE),
    summary="May they be reached",
)
def budget(request: HttpRequest, account_id: str, wish: Annotated[Wish, Query()]) -> Any:
    """Whether a message may go out on a day, to a contact or to anybody there; asking holds nobody."""
    member, today = member_of(request), day_of(timezone.now())
    account = account_of(member, account_id)
    contact = contact_of(account, wish.contact)
    on = wish.on or today
    if not today <= on <= today + actions.AHEAD:
        raise Problem(
            422, _("Ask of a day from today up to {days} days ahead.").format(days=actions.AHEAD.days)
        )
    message = Message(account, contact, wish.channel, queries.team_of(member), wish.importance)
    return _answer(may_reach(message, on=on, today=today))


def contact_of(account: Account, contact: str | None) -> Contact | None:
    """A person at an account; none where none is named. Raises Problem where nobody there is called so."""
    if not contact:
        return None
    found = account.contacts.filter(pk=contact, left_on=None).first()
    if found is None:
        raise Problem(422, _("This person is not at this account."))
    return found


def held_back(held: HeldBack) -> Problem:
    """The contact budget's refusal, with its answer."""
    return Problem(409, held.wrong, ways=list(held.ways), budget=_answer(held.answer).model_dump(mode="json"))


def _answer(answer: Answer) -> MayReach:
    return MayReach(
        allowed=answer.allowed,
        day=answer.day,
        until=answer.until,
        by=answer.by,
        why="" if answer.allowed else saying.why(answer),
        because="" if answer.allowed else saying.because(answer),
    )


def _reservation_shape(one: Reservation) -> ReservationShape:
    return ReservationShape(
        id=one.pk,
        account=one.account_id,
        contact=one.contact_id,
        member=one.member_id,
        team=one.team,
        channel=one.channel,
        importance=one.importance,
        day=one.day,
        topic=one.topic,
        state=one.state,
    )


def touch_shape(touch: Touch) -> TouchShape:
    """A touch as calls tell it."""
    return TouchShape(
        id=touch.pk,
        account=touch.account_id,
        contact=touch.contact_id,
        member=touch.member_id,
        team=touch.team,
        channel=touch.channel,
        direction=touch.direction,
        importance=touch.importance,
        at=touch.at,
        topic=touch.topic,
        note=touch.note,
    )
