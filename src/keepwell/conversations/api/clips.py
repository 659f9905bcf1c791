"""Calls about clips: which there are, keeping one, taking it out and putting it back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations import queries
from keepwell.conversations.actions import clipping
from keepwell.conversations.learning import library
from keepwell.conversations.learning.forms import LONGEST, MOST_TAGS
from keepwell.conversations.learning.library import ShownClip, shown_clips
from keepwell.conversations.models import Clip
from keepwell.members.rights import Right

router = Router(tags=["clips"])
Number = Annotated[int, Field(ge=1, lt=2**63)]
Place = Annotated[int, Field(ge=1, lt=2**31)]
Themes = Literal[
    "", "leaving", "competitor", "price", "complaint", "no_results", "decision_maker_gone", "praise"
]


class SpokenShape(Schema):
    """A turn of a clip."""

    side: str
    speaker: str
    text: str


class ClipShape(Schema):
    """A stretch of a conversation that is kept to learn from; `start` and `end` are seconds of its sound."""

    id: int
    conversation: int
    account: str | None
    first: int
    last: int
    start: float | None
    end: float | None
    kind: str
    title: str
    why: str
    theme: str
    audience: str
    tags: list[str]
    template: bool
    by: int | None
    at: datetime
    turns: list[SpokenShape]


class NewClip(Schema):
    """A stretch from one turn to another, both with it."""

    first: Place
    last: Place
    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["good", "warning"] = "good"
    why: Annotated[str, Field(max_length=1000)] = ""
    theme: Themes = ""
    audience: Literal["", "executive", "manager", "staff"] = ""
    tags: list[Annotated[str, Field(min_length=1, max_length=LONGEST)]] = Field(
        default_factory=list, max_length=MOST_TAGS
    )
    template: bool = False


class Which(Schema):
    """Which clips are listed: all that are left out are all."""

    account: Annotated[str, Field(max_length=200)] = ""
    words: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["", "good", "warning"] = ""
    theme: Themes = ""
    audience: Literal["", "executive", "manager", "staff"] = ""
    tag: Annotated[str, Field(max_length=LONGEST)] = ""
    template: bool = False
    mine: bool = False


@router.get("/clips", response=Page[ClipShape], auth=asks(Right.SEE), summary="Clips")
def clips(request: HttpRequest, which: Annotated[Which, Query()], part: Asked) -> Any:
    """Those of conversations that the caller sees, the newest first."""
    found = library.listed(member_of(request), library.Asked(**which.dict()))
    said = page(found, part, Order("-at", "-pk"), lambda clip: clip)
    return said | {"items": [clip_shape(one) for one in shown_clips(said["items"])]}


@router.get("/clips/{int:pk}", response=ClipShape, auth=asks(Right.SEE), summary="One clip")
def clip(request: HttpRequest, pk: Number) -> Any:
    """Its words, and where its sound is."""
    return _shape(library.clip_of(member_of(request), pk))


@router.post(
    "/conversations/{int:pk}/clips", response={201: ClipShape}, auth=asks(Right.ACT), summary="Keep a clip"
)
def keep_clip(request: HttpRequest, pk: Number, said: NewClip) -> Any:
    """Of turns that are there, the first before the last."""
    member = member_of(request)
    one = queries.conversation_of(member, pk)
    made = clipping.keep(conversation=one, said=said.dict(), by=member, now=timezone.now())
    return Status(201, _shape(made))


@router.put("/clips/{int:pk}", response=ClipShape, auth=asks(Right.ACT), summary="Change a clip")
def change_clip(request: HttpRequest, pk: Number, said: NewClip) -> Any:
    """By whoever kept it, or a manager."""
    member = member_of(request)
    Clip.objects.select_for_update().filter(pk=pk).order_by().first()
    found = library.clip_of(member, pk)
    unchanged(request, _shape(found))
    clipping.change(clip=found, said=said.dict(), by=member)
    return _shape(library.clip_of(member, pk))


@router.post("/clips/{int:pk}/remove", response=ClipShape, auth=asks(Right.ACT), summary="Take a clip out")
def remove_clip(request: HttpRequest, pk: Number) -> Any:
    """By whoever kept it, or a manager. It can be put back for thirty days."""
    member = member_of(request)
    found = library.clip_of(member, pk)
    clipping.remove(clip=found, by=member, now=timezone.now())
    return _shape(found)


@router.post("/clips/{int:pk}/back", response=ClipShape, auth=asks(Right.ACT), summary="Put a clip back")
def put_clip_back(request: HttpRequest, pk: Number) -> Any:
    """One that was taken out."""
    member = member_of(request)
    clipping.put_back(clip=library.clip_of(member, pk, removed=True), by=member)
    return _shape(library.clip_of(member, pk))


def _shape(clip: Clip) -> ClipShape:
    return clip_shape(shown_clips([clip])[0])


def clip_shape(shown: ShownClip) -> ClipShape:
    """A clip as calls tell it."""
    clip = shown.clip
    return ClipShape(
        id=clip.pk,
        conversation=clip.conversation_id,
        account=clip.conversation.account_id,
        first=clip.first,
        last=clip.last,
        start=clip.start,
        end=clip.end,
        kind=clip.kind,
        title=clip.title,
        why=clip.why,
        theme=clip.theme,
        audience=clip.audience,
        tags=clip.tags,
        template=clip.template,
        by=clip.by_id,
        at=clip.at,
        turns=[SpokenShape(side=turn.side, speaker=turn.who, text=turn.text) for turn in shown.turns],
    )
