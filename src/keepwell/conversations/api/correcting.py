"""Calls about words put right by hand: of a turn, and those that a new transcript has no place for."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations import queries
from keepwell.conversations.actions import unplaced
from keepwell.conversations.actions.correcting import correct
from keepwell.conversations.api.clips import Number, Place
from keepwell.conversations.learning.forms import Correcting
from keepwell.conversations.models import Conversation, Correction, Turn, Unplaced
from keepwell.conversations.transcript.unplaced import Shown, shown_waiting, waiting_in
from keepwell.members.models import Member
from keepwell.members.rights import Right

router = Router(tags=["conversations"])
Before = Annotated[
    str | None,
    Field(
        max_length=100_000,
        description="what stood there when the caller looked: refused where that is another",
    ),
]


class CorrectionShape(Schema):
    """Words of a turn as somebody put them right."""

    turn: int
    before: str
    after: str
    by: int | None
    at: datetime


class CorrectedWords(Schema):
    """What was said in a turn."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    before: Before = None


class UnplacedShape(Schema):
    """What was corrected in a turn that is in no transcript any more. `near` are turns that are nearest now."""

    id: int
    turn: Annotated[int, Field(description="which turn it was")]
    start: float | None
    before: str
    after: str
    by: int | None
    at: datetime
    near: list[int]


class Placing(Schema):
    """On which turn it is put."""

    turn: Place
    before: Before = None


class Left(Schema):
    """How many corrections of the conversation wait for a place."""

    waiting: int


@router.get(
    "/conversations/{int:pk}/corrections",
    response=Page[CorrectionShape],
    auth=asks(Right.SEE),
    summary="Corrections of a conversation",
)
def corrections(request: HttpRequest, pk: Number, part: Asked) -> Any:
    """Those that stand in its turns, the newest first."""
    one = queries.conversation_of(member_of(request), pk)
    rows = Correction.objects.filter(turn__conversation=one).select_related("turn")
    return page(rows, part, Order("-at", "-pk"), _shape)


@router.put(
    "/conversations/{int:pk}/turns/{int:no}/text",
    response=CorrectionShape | None,
    auth=asks(Right.ACT),
    summary="Put a turn's words right",
)
def correct_turn(request: HttpRequest, pk: Number, no: Number, said: CorrectedWords) -> Any:
    """Of a call or meeting; rules hear it anew. null where it stood so already."""
    member = member_of(request)
    one = queries.conversation_of(member, pk)
    turn = _spoken(one).turns.filter(no=no).first()
    if turn is None:
        raise Http404
    text = filled(Correcting(said.dict())).cleaned_data["text"]
    made = correct(turn=turn, text=text, by=member, now=timezone.now(), before=said.before)
    return _shape(made) if made else None


@router.get(
    "/conversations/{int:pk}/unplaced",
    response=Page[UnplacedShape],
    auth=asks(Right.SEE),
    summary="Corrections without a place",
)
def unplaced_corrections(request: HttpRequest, pk: Number, part: Asked) -> Any:
    """Those that a new transcript has no turn for: they wait until somebody places or drops them."""
    one = queries.conversation_of(member_of(request), pk)
    said = page(waiting_in(one).select_related("conversation"), part, Order("no", "pk"), lambda row: row)
    return said | {"items": [_waits(shown) for shown in shown_waiting(said["items"])]}


@router.post(
    "/conversations/{int:pk}/unplaced/{int:waits}/place",
    response=Left,
    auth=asks(Right.ACT),
    summary="Place a correction",
)
def place_correction(request: HttpRequest, pk: Number, waits: Number, said: Placing) -> Any:
    """On a turn of the new transcript: its words go into its history."""
    member = member_of(request)
    found = _found(member, pk, waits)
    unplaced.place(unplaced=found, no=said.turn, by=member, now=timezone.now(), before=said.before)
    return _left(found)


@router.post(
    "/conversations/{int:pk}/unplaced/{int:waits}/drop",
    response=Left,
    auth=asks(Right.ACT),
    summary="Drop a correction",
)
def drop_correction(request: HttpRequest, pk: Number, waits: Number) -> Any:
    """The new transcript's words stay as they are. It can be taken back."""
    member = member_of(request)
    found = _found(member, pk, waits)
    unplaced.drop(unplaced=found, by=member, now=timezone.now())
    return _left(found)


@router.post(
    "/conversations/{int:pk}/unplaced/{int:waits}/back",
    response=Left,
    auth=asks(Right.ACT),
    summary="Take a dropped correction back",
)
def put_correction_back(request: HttpRequest, pk: Number, waits: Number) -> Any:
    """It waits for a place again."""
    member = member_of(request)
    found = _found(member, pk, waits)
    unplaced.put_back(unplaced=found, by=member)
    return _left(found)


def _spoken(one: Conversation) -> Conversation:
    if one.kind not in queries.SPOKEN:  # what somebody wrote is as they wrote it
        raise Http404
    return one


def _found(member: Member, pk: int, waits: int) -> Unplaced:
    found = queries.conversation_of(member, pk).unplaced.filter(pk=waits).first()
    if found is None:
        raise Http404
    return found


def _left(found: Unplaced) -> Left:
    return Left(waiting=waiting_in(found.conversation).count())


def _shape(fix: Correction) -> CorrectionShape:
    turn = fix.turn
    assert isinstance(turn, Turn), "those without one are told as unplaced"
    return CorrectionShape(turn=turn.no, before=fix.before, after=fix.after, by=fix.by_id, at=fix.at)


def _waits(shown: Shown) -> UnplacedShape:
    return UnplacedShape(
        id=shown.unplaced.pk,
        turn=shown.unplaced.no,
        start=shown.unplaced.start,
        before=shown.before,
        after=shown.after,
        by=shown.last.by_id,
        at=shown.last.at,
        near=[near.turn.no for near in shown.near],
    )
