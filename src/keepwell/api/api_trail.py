"""The call about the trail: who changed what, and when."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from keepwell.api.door import asks
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members import queries
from keepwell.members.models import Change
from keepwell.members.rights import Right

router = Router(tags=["trail"])

Word = Annotated[str, Field(max_length=200)]


class Sought(Schema):
    """What of it is asked for, "" and null for all: `who` by number or name, `what` by its words ("make token"), the
    `kind` and `key` of what was changed, from one day to another, both included."""

    who: Word = ""
    what: Word = ""
    kind: Word = ""
    key: Word = ""
    since: date | None = None
    until: date | None = None


class DeedShape(Answer):
    """Something that was done: `before` and `after` hold the fields that differ. `member` is null where the night did
    it, or whoever did is there no more."""

    id: int
    at: datetime
    by: str
    member: int | None
    what: str
    kind: str
    key: str
    before: dict[str, Any]
    after: dict[str, Any]


@router.get("/trail", response=Page[DeedShape], auth=asks(Right.ADMINISTER), summary="Who did what")
def trail(request: HttpRequest, sought: Annotated[Sought, Query()], part: Asked) -> Any:  # noqa: ARG001 - as the API calls it
    """The latest first. It is never changed."""
    found = queries.listed(queries.Asked(**sought.dict()))
    return page(found, part, Order("-at", "-pk"), _shape)


def _shape(one: Change) -> DeedShape:
    return DeedShape(
        id=one.pk,
        at=one.at,
        by=one.by,
        member=one.member_id,
        what=one.what,
        kind=one.kind,
        key=one.key,
        before=one.before,
        after=one.after,
    )
