"""Calls about what is said of a follow-up, and about the feed that a calendar reads."""

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.once import told_once
from keepwell.api.shapes import Answer
from keepwell.followups import queries
from keepwell.followups.actions import arranging, handling
from keepwell.followups.models import Comment, Feed
from keepwell.members.rights import Right

router = Router(tags=["follow-ups"])

Number = Annotated[int, Field(ge=1, lt=2**63)]


class CommentShape(Answer):
    """Something said of a follow-up; `member` is null where whoever said it is there no more."""

    id: int
    member: int | None
    at: datetime
    text: str


class NewComment(Schema):
    """What is said; @name calls a member, who is told."""

    text: Annotated[str, Field(min_length=1, max_length=5000)]


class FeedShape(Answer):
    """Whether a calendar may read the caller's follow-ups, and since when. The address is told once."""

    open: bool
    made_at: datetime | None
    address: str | None


@router.get(
    "/follow-ups/{int:pk}/comments",
    response=list[CommentShape],
    auth=asks(Right.SEE),
    summary="What was said of a follow-up",
)
def comments(request: HttpRequest, pk: Number) -> Any:
    """The oldest first."""
    return [_comment(one) for one in queries.comments_of(queries.follow_up_of(member_of(request), pk))]


@router.post(
    "/follow-ups/{int:pk}/comments",
    response={201: CommentShape},
    auth=asks(Right.ACT),
    summary="Say something of a follow-up",
)
def comment(request: HttpRequest, pk: Number, said: NewComment) -> Any:
    """Whom it calls by name is told, where they see the account."""
    member = member_of(request)
    found = queries.follow_up_of(member, pk)
    return Status(
        201, _comment(handling.comment(follow_up=found, by=member, text=said.text, now=timezone.now()))
    )


@router.get(
    "/follow-ups/calendar", response=FeedShape, auth=asks(Right.SEE), summary="Whether a calendar reads them"
)
def calendar(request: HttpRequest) -> Any:
    """The caller's own follow-ups."""
    return _feed(request, address=None)


@router.post(
    "/follow-ups/calendar",
    response={201: FeedShape},
    auth=asks(Right.SEE, reach=Right.ACT),
    summary="Let a calendar read them",
)
def open_calendar(request: HttpRequest) -> Any:
    """By a new secret address; the one before stops working."""
    told_once(request, "address")
    secret = arranging.open_feed(member=member_of(request), now=timezone.now())
    return Status(201, _feed(request, address=f"{settings.ADDRESS}/followups/calendar/{secret}.ics"))


@router.delete(
    "/follow-ups/calendar",
    response={204: None},
    auth=asks(Right.SEE, reach=Right.ACT),
    summary="Let no calendar read them",
)
def close_calendar(request: HttpRequest) -> Any:
    """The address stops working."""
    arranging.close_feed(member=member_of(request))
    return Status(204, None)


def _comment(one: Comment) -> CommentShape:
    return CommentShape(id=one.pk, member=one.member_id, at=one.at, text=one.text)


def _feed(request: HttpRequest, *, address: str | None) -> FeedShape:
    found = Feed.objects.filter(member=member_of(request)).first()
    return FeedShape(open=found is not None, made_at=found.made_at if found else None, address=address)
