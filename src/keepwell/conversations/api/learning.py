"""Calls about what is learnt from conversations: topics over time, and how members hold theirs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations.api.clips import Number
from keepwell.conversations.learning import coaching
from keepwell.conversations.learning import topics as learning
from keepwell.members.models import Member
from keepwell.members.rights import Right

router = Router(tags=["conversations"])


class WhichTopics(Schema):
    """Which conversations are counted, and by what."""

    by: Literal["quarter", "month"] = "quarter"
    segment: Annotated[str, Field(max_length=120)] = ""
    kind: Literal["", "call", "meeting", "mail", "chat", "ticket", "survey"] = ""


class PeriodShape(Schema):
    """A month or quarter; `going` while it is not over."""

    first: date
    last: date
    going: bool


class ShareShape(Schema):
    """Of `base` accounts spoken with the `n` that spoke of it, with the interval of 95%; `few`: of under ten."""

    n: int
    base: int
    share: float | None
    low: float | None
    high: float | None
    few: bool


class ChangeShape(Schema):
    """By how much the share rose between the last two periods that are over, with the interval of 95%."""

    change: float
    low: float
    high: float


class TopicShape(Schema):
    """A theme: a share for each period."""

    theme: str
    shares: list[ShareShape]
    change: ChangeShape | None


class TopicsShape(Schema):
    """Themes, those that rose most first."""

    periods: list[PeriodShape]
    topics: list[TopicShape]


class FiguresShape(Schema):
    """How conversations were held over ninety days; null where it cannot be told. Rates are an hour of talk."""

    conversations: int
    spoken: int
    share: float | None
    monologue: Annotated[float | None, Field(description="seconds, in the middle case")]
    questions: float | None
    interruptions: float | None
    pauses: float | None
    reply_hours: float | None
    themes: dict[str, int]


class CoachedShape(Schema):
    """A member's figures up to `until`; `before` are those of the ninety days before."""

    member: int
    name: str
    until: datetime
    figures: FiguresShape


class CoachingShape(CoachedShape):
    """A member's figures beside the others of their teams; `team` is null where they are too few to hide one."""

    before: FiguresShape
    team: FiguresShape | None


@router.get(
    "/conversations/topics", response=TopicsShape, auth=asks(Right.SEE), summary="What customers speak of"
)
def topics(request: HttpRequest, which: Annotated[WhichTopics, Query()]) -> Any:
    """Of the accounts that were spoken with, the share in which each theme was heard, period by period."""
    asked = learning.Asked(**which.dict())
    found = learning.topics(member_of(request), asked, today=timezone.localdate())
    return TopicsShape(
        periods=[PeriodShape(first=one.first, last=one.last, going=one.going) for one in found.periods],
        topics=[
            TopicShape(
                theme=row.theme, shares=[_share(one) for one in row.shares], change=_change(row.change)
            )
            for row in found.rows
        ],
    )


@router.get(
    "/conversations/coaching",
    response=Page[CoachedShape],
    auth=asks(Right.MANAGE),
    summary="How members hold conversations",
)
def coached_members(request: HttpRequest, part: Asked) -> Any:
    """Those of the caller's teams, by name. That they were looked at is theirs to see."""
    member, now = member_of(request), timezone.now()
    said = page(coaching.coached(member), part, Order("name"), lambda one: one)
    some: list[Member] = said["items"]
    found, until = coaching.lately([one.pk for one in some], now=now)
    coaching.look(members=[one for one in some if found[one.pk].conversations], by=member, now=now)
    items = [
        CoachedShape(member=one.pk, name=one.name, until=_day(until), figures=_figures(found[one.pk]))
        for one in some
    ]
    return said | {"items": items}


@router.get(
    "/conversations/coaching/{int:pk}",
    response=CoachingShape,
    auth=asks(Right.SEE),
    summary="How one member holds conversations",
)
def coached_member(request: HttpRequest, pk: Number) -> Any:
    """The caller's own, or a manager's of their teams; that it was looked at is the member's to see."""
    member, now = member_of(request), timezone.now()
    one = coaching.member_for(member, pk)
    coaching.look(members=[one], by=member, now=now)
    found, until = coaching.lately([pk], now=now)
    mates = coaching.of_team(one, until=until)
    return CoachingShape(
        member=one.pk,
        name=one.name,
        until=_day(until),
        figures=_figures(found[pk]),
        before=_figures(coaching.figures([pk], until=until - coaching.PAST)[pk]),
        team=_figures(mates) if mates else None,
    )


def _share(one: learning.Share) -> ShareShape:
    low, high = one.between or (None, None)
    return ShareShape(n=one.n, base=one.base, share=one.share, low=low, high=high, few=one.few)


def _change(one: learning.Difference | None) -> ChangeShape | None:
    return None if one is None else ChangeShape(change=one.points, low=one.low, high=one.high)


def _figures(one: coaching.Figures) -> FiguresShape:
    return FiguresShape(**vars(one))


def _day(until: datetime) -> datetime:
    """To the minute, lest an answer is another one each time it is read."""
    return until.replace(second=0, microsecond=0)
