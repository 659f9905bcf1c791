"""Calls about conversations: which there are, and what was said in one."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations import listing, queries
from keepwell.conversations.actions import mooding, siding
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.models import Conversation, Hit, Turn
from keepwell.conversations.mood.showing import Moods, moods_of
from keepwell.members.rights import Right

router = Router(tags=["conversations"])
Number = Annotated[int, Field(ge=1, lt=2**63)]
Moody = Literal["good", "neutral", "bad", ""]
Ours = Literal["first", "second", "unknown"]


class MoodsShape(Schema):
    """The customer's turns in each mood, and what told it: a language's model with its version, or a member."""

    good: int
    neutral: int
    bad: int
    unsure: int
    model: str


class ConversationShape(Schema):
    """A call, meeting, mail thread, chat, ticket or comment."""

    id: int
    account: str | None
    contact: str | None
    member: int | None
    kind: str
    title: str
    language: str
    state: str
    match: str
    at: datetime
    seconds: float | None
    sound: bool
    confidence: float | None
    version: int
    ours: Annotated[
        Ours | Literal[""],
        Field(description='The channel that is ours, where a person said so afterwards; "" where nobody did'),
    ]
    measures: Annotated[
        dict[str, Any], Field(description="How it was shared between the sides; {} where unknown")
    ]
    mood: Annotated[MoodsShape | None, Field(description="null where none was told or said")]


class Heard(Schema):
    """A rule heard in a turn: `hit` or `negated`; `spans` are places [start, end) in its text."""

    id: int
    rule: str
    rule_version: int
    theme: str
    verdict: str
    spans: list[list[int]]
    cue: str
    judged: str


class MoodShape(Schema):
    """The mood of a turn of the customer's: good, neutral, bad, or "" where it is not sure or not told.

    `chance` is a model's, from 0 to 1, were good and bad ones equally many; `by_hand` where a member said the mood.
    """

    mood: Moody
    by_hand: bool
    chance: float | None


class Feeling(Schema):
    """The mood of a customer's turn as a member says it is; "" takes back what was said."""

    mood: Moody


class Siding(Schema):
    """Which of a recording's two channels is ours."""

    ours: Ours


class TurnShape(Schema):
    """What one speaker said before another spoke; `aside` are stretches quoted, signed or appended."""

    no: int
    side: str
    speaker: str
    contact: str | None
    text: str
    start: float | None
    end: float | None
    at: datetime | None
    confidence: float | None
    channel: Annotated[int | None, Field(description="of a recording with one for each side, from 0")]
    aside: list[list[Any]]
    hits: list[Heard]
    mood: MoodShape | None


class Which(Schema):
    """Which conversations are listed: all that are left out are all."""

    account: Annotated[str, Field(max_length=200)] = ""
    segment: Annotated[str, Field(max_length=120)] = ""
    kind: Literal["", "call", "meeting", "mail", "chat", "ticket", "survey"] = ""
    language: Annotated[str, Field(max_length=10)] = ""
    theme: Annotated[str, Field(max_length=40)] = ""
    state: Annotated[str, Field(max_length=10)] = ""
    member: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    since: Annotated[date | None, Field(description="the first day that is meant")] = None
    until: Annotated[date | None, Field(description="the last day that is meant")] = None


@router.get("/conversations", response=Page[ConversationShape], auth=asks(Right.SEE), summary="Conversations")
def conversations(request: HttpRequest, which: Annotated[Which, Query()], part: Asked) -> Any:
    """Those of accounts that the caller sees, newest first."""
    found = listing.listed(member_of(request), listing.Asked(**which.dict())).defer(None).defer("why")
    return page(found, part, Order("-at", "-pk"), conversation_shape)


@router.get(
    "/conversations/{int:pk}", response=ConversationShape, auth=asks(Right.SEE), summary="One conversation"
)
def conversation(request: HttpRequest, pk: Number) -> Any:
    """What is known of it; its words are its turns."""
    return conversation_shape(queries.conversation_of(member_of(request), pk))


@router.get(
    "/conversations/{int:pk}/turns", response=Page[TurnShape], auth=asks(Right.SEE), summary="What was said"
)
def turns(request: HttpRequest, pk: Number, part: Asked) -> Any:
    """Its turns in order, with what rules heard in each."""
    one = queries.conversation_of(member_of(request), pk)
    found = page(queries.turns_of(one), part, Order("no", "pk"), lambda turn: turn)
    return found | {"items": _turn_shapes(found["items"], moods_of(one))}


@router.put(
    "/conversations/{int:pk}/turns/{int:no}/mood",
    response=MoodShape | None,
    auth=asks(Right.ACT),
    summary="Say the mood of a turn",
)
def say_mood(request: HttpRequest, pk: Number, no: Number, said: Feeling) -> Any:
    """It goes before what a model tells, and teaches the next model. Our own turns have no mood."""
    member = member_of(request)
    one = queries.conversation_of(member, pk)
    turn = one.turns.filter(no=no).first()
    if turn is None:
        raise Http404
    mooding.say_mood(turn=turn, mood=said.mood, by=member, now=timezone.now())
    return mood_shape(moods_of(one), turn)


@router.put(
    "/conversations/{int:pk}/ours",
    response=ConversationShape,
    auth=asks(Right.ACT),
    summary="Say which channel is ours",
)
def say_ours(request: HttpRequest, pk: Number, said: Siding) -> Any:
    """Of a recording with two channels: turns get their sides, measures and hits follow. It can be said anew."""
    member = member_of(request)
    one = queries.conversation_of(member, pk)
    siding.say_ours(conversation=one, ours=said.ours, by=member, now=timezone.now())
    return conversation_shape(queries.conversation_of(member, pk))


def conversation_shape(one: Conversation) -> ConversationShape:
    """A conversation as calls tell it."""
    return ConversationShape(
        id=one.pk,
        account=one.account_id,
        contact=one.contact_id,
        member=one.member_id,
        kind=one.kind,
        title=one.title,
        language=one.language,
        state=one.state,
        match=one.match,
        at=one.at,
        seconds=one.seconds,
        sound=sound_of(one) is not None,
        confidence=one.confidence,
        version=one.version,
        ours=cast(Any, one.ours),
        measures=one.measures.get("talk", {}),
        mood=_moods_shape(one),
    )


def _moods_shape(one: Conversation) -> MoodsShape | None:
    felt = getattr(one, "felt", None)
    if felt is None or not felt.good + felt.neutral + felt.bad + felt.unsure:
        return None
    return MoodsShape(
        good=felt.good, neutral=felt.neutral, bad=felt.bad, unsure=felt.unsure, model=felt.model
    )


def mood_shape(moods: Moods, turn: Turn) -> MoodShape | None:
    """The mood of a turn as calls tell it; None where none was told or said."""
    one = moods.turns.get(turn.no)
    if one is None:
        return None
    return MoodShape(
        mood=cast(Moody, one.mood), by_hand=one.said is not None, chance=moods.chances.get(turn.no)
    )


def _turn_shapes(turns: list[Any], moods: Moods) -> list[TurnShape]:
    heard: dict[int, list[Heard]] = {}
    rows = Hit.objects.filter(turn__in=[turn.pk for turn in turns], void_at=None).select_related("rule")
    for hit in rows.order_by("turn__no", "pk"):
        heard.setdefault(hit.turn_id, []).append(hit_shape(hit))
    return [turn_shape(turn, heard.get(turn.pk, []), mood_shape(moods, turn)) for turn in turns]


def hit_shape(hit: Hit) -> Heard:
    """A hit as calls tell it beside its turn."""
    return Heard(
        id=hit.pk,
        rule=hit.rule.name,
        rule_version=hit.version,
        theme=hit.theme,
        verdict=hit.verdict,
        spans=hit.spans,
        cue=hit.cue,
        judged=hit.judged,
    )


def turn_shape(turn: Turn, hits: list[Heard], mood: MoodShape | None) -> TurnShape:
    """A turn as calls tell it."""
    return TurnShape(
        no=turn.no,
        side=turn.side,
        speaker=turn.speaker,
        contact=turn.contact_id,
        text=turn.text,
        start=turn.start,
        end=turn.end,
        at=turn.at,
        confidence=turn.confidence,
        channel=turn.channel,
        aside=turn.pieces,
        hits=hits,
        mood=mood,
    )
