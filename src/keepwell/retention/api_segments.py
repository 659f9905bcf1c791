"""Calls about saved segments: conditions with a name, and how many accounts pay in each now."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.api.shapes import Answer
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.models import Member
from keepwell.members.rights import Right
from keepwell.retention import actions, queries
from keepwell.retention.cut import cut_now
from keepwell.retention.models import Figure, Segment

router = Router(tags=["retention"])

Number = Annotated[int, Field(ge=1, lt=2**63)]


class SegmentShape(Answer):
    """A condition with a name, for everybody here; `mine` is whether the caller may change it."""

    id: int
    name: str
    where: str
    by: int | None
    made_at: datetime
    mine: bool


class CountedSegment(SegmentShape):
    """The same with how many accounts of it pay now and what, as a decimal in `currency`; null as long as that is
    worked out, and where `wrong` says why it cannot be."""

    accounts: int | None
    mrr: str | None
    currency: str | None
    wrong: str


class NewSegment(Schema):
    """A name, and a condition as people type it: segment = Enterprise and country in (DE, AT)."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    where: Annotated[str, Field(min_length=1, max_length=400)]


@router.get("/segments", response=Page[CountedSegment], auth=asks(Right.SEE), summary="Saved segments")
def segments(request: HttpRequest, part: Asked) -> Any:
    """By name, counted over the whole company as the page of segments does; ask again for what is not there yet."""
    member = member_of(request)
    found = page(queries.segments(), part, Order("name"), lambda one: one)
    counts = _counts(found["items"])
    return found | {
        "items": [CountedSegment(**_shape(one, member).dict(), **counts[one.pk]) for one in found["items"]]
    }


@router.post("/segments", response={201: SegmentShape}, auth=asks(Right.ACT), summary="Save a segment")
def save_segment(request: HttpRequest, said: NewSegment) -> Any:
    """One of that name is changed, by whoever made it and by who manages."""
    member = member_of(request)
    return Status(201, _shape(actions.name_segment(name=said.name, where=said.where, by=member), member))


@router.delete(
    "/segments/{int:pk}", response={204: None}, auth=asks(Right.ACT), summary="Forget a saved segment"
)
def remove_segment(request: HttpRequest, pk: Number) -> Any:
    """One's own, or as who manages."""
    member = member_of(request)
    found = get_object_or_404(Segment.objects.select_for_update().order_by(), pk=pk)
    unchanged(request, _shape(found, member))
    if not actions.may_change(member, found):
        raise Problem(403, _("This segment is not yours."))
    actions.remove_segment(segment=found, by=member)
    return Status(204, None)


def _shape(one: Segment, member: Member) -> SegmentShape:
    return SegmentShape(
        id=one.pk,
        name=one.name,
        where=one.where,
        by=one.made_by_id,
        made_at=one.made_at,
        mine=actions.may_change(member, one),
    )


def _counts(saved: list[Segment]) -> dict[int, dict[str, Any]]:
    """What is known of each by now; what is not is asked for."""
    told = [one for one in saved if not queries.of_now(one)]
    found = {one.pk: _now(one) for one in saved if one not in told}
    try:
        asked, cut, now = [{"where": one.where} for one in told], cut_now(), timezone.now()
        made = zip(told, queries.figures("count", asked, cut.name, now=now), strict=True)
        return found | {one.pk: _made(figure) for one, figure in made}
    except KeepwellError:  # it may say where on the machine the book was looked for
        return found | {one.pk: _count(wrong=_("There is no book that can be read.")) for one in told}


def _now(one: Segment) -> dict[str, Any]:
    try:
        accounts, mrr, currency = queries.standing_now(one)
    except KeepwellError as wrong:
        return _count(wrong=wrong.wrong)
    return _count(accounts, str(mrr), currency)


def _made(figure: Figure) -> dict[str, Any]:
    if figure.state == Figure.State.FAILED:
        return _count(wrong=(figure.error or {}).get("wrong", ""))
    told = figure.result if figure.state == Figure.State.DONE and figure.result else {}
    return _count(told.get("accounts"), told.get("mrr"), told.get("currency"))


def _count(
    accounts: int | None = None, mrr: str | None = None, currency: str | None = None, wrong: str = ""
) -> dict[str, Any]:
    return {"accounts": accounts, "mrr": mrr, "currency": currency, "wrong": wrong}
