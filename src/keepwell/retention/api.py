"""Calls about retention: any figure of the newest cut, worked out while the caller waits elsewhere; the accounts
behind a line of a statement; and the charts as pictures."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.lib.days import Period
from keepwell.lib.errors import BadBook, KeepwellError
from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.members.models import Member
from keepwell.members.rights import Right
from keepwell.retention import api_segments, queries
from keepwell.retention.asking import Asked as Question
from keepwell.retention.asking import asked_of, refuse_naming
from keepwell.retention.cut import Cut, cut_now
from keepwell.retention.downloads import FORMS, picture
from keepwell.retention.models import Behind, Figure
from keepwell.retention.pictures import CHARTS, drawable
from keepwell.retention.showing import worded

router = Router(tags=["retention"])
ROUTERS = [router, api_segments.router]
SOON = "2"  # seconds after which to look again
ASKED_WITH = {chart.kind: chart.params for chart in CHARTS.values()}
_NOT_YET = (Figure.State.WAITING, Figure.State.RUNNING)

ChartName = Literal[
    "movements-mrr",
    "movements-accounts",
    "churn",
    "retention",
    "cohorts",
    "survival",
    "definitions",
    "cycles",
]
Kind = Literal["statement", "series", "cohorts", "survival", "definitions", "cycles"]
Short = Annotated[str, Field(max_length=300)]
Picture = Literal["svg", "png"]
_PICTURES = {
    "responses": {
        200: {
            "description": "The picture.",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in FORMS.values()},
        }
    }
}


class FigureShape(Schema):
    """A figure of a cut of the book. `result` is its documented JSON form (docs/schemas), once it is worked out."""

    id: int
    kind: str
    asked: dict[str, str]
    covered: date
    state: str
    done: int
    of: int
    made_at: datetime | None
    result: Any


class BehindShape(Schema):
    """An account on a line of a statement, with what it paid a month; amounts are decimals in `currency`."""

    account: str
    name: str
    line: str
    segment: str
    opening: str
    closing: str
    change: str
    currency: str


class Of(Schema):
    """A period (`2026-Q3`, or two days), a column to cut by, and which accounts; as the pages' addresses say it."""

    period: Annotated[str, Field(max_length=20, examples=["2026-Q3"])] = ""
    from_: Annotated[str, Field(max_length=20, alias="from", description="first day")] = ""
    to: Annotated[str, Field(max_length=20, description="the day after the last")] = ""
    grain: Annotated[Literal["", "month", "quarter", "year"], Field(description="of a series or cohorts")] = (
        ""
    )
    by: Short = ""
    where: Annotated[str, Field(max_length=300, description="conditions: segment = Enterprise")] = ""
    segment: Annotated[str, Field(max_length=80, description="the name of a saved one")] = ""
    measure: Literal["", "accounts", "mrr"] = ""


class Line(Schema):
    """A line of a statement."""

    line: Annotated[str, Field(max_length=40, examples=["churned"])] = ""


@router.get(
    "/retention/figures/{int:pk}",
    response={200: FigureShape, 202: FigureShape},
    auth=asks(Right.SEE),
    summary="How far a figure is",
)
def figure(request: HttpRequest, pk: Annotated[int, Field(ge=1, lt=2**63)], response: HttpResponse) -> Any:
    """As it was asked for: 202 until it is there."""
    found = Figure.objects.filter(pk=pk, kind__in=ASKED_WITH).first()
    if found is None:
        raise Http404
    refuse_naming(member_of(request), found.params.get("by", ""), found.params.get("where", ""))
    return _told(found, _cut(), response)


@router.get(
    "/retention/accounts",
    auth=asks(Right.SEE),
    response={200: Page[BehindShape], 202: FigureShape},
    summary="Accounts on a line of a statement",
)
def accounts_behind(
    request: HttpRequest,
    of: Annotated[Of, Query()],
    line: Annotated[Line, Query()],
    part: Asked,
    response: HttpResponse,
) -> Any:
    """Those that the caller sees, by name: 202 until they are there."""
    cut = _cut()
    said = _asked("statement", of, cut, member_of(request))
    found = queries.figure("accounts", said.params("from", "to", "by", "where"), cut.name, now=timezone.now())
    if found.state != Figure.State.DONE:
        return _told(found, cut, response, again=request.get_full_path())
    currency = str((found.result or {}).get("currency", ""))
    listed = queries.behind(member_of(request), found, line=line.line)
    return Status(200, page(listed.rows.plain(), part, Order("name"), lambda one: _behind(one, currency)))


class OfChart(Of):
    """What is asked, and how its chart is drawn: `size` narrow is for a phone; `bare` leaves its title out."""

    theme: Literal["light", "dark"] = "light"
    size: Literal["", "narrow"] = ""
    bare: bool = False


@router.get(
    "/retention/charts/{name}.{form}",
    response={200: None, 202: FigureShape},
    auth=asks(Right.SEE),
    summary="A chart of retention as a picture",
    openapi_extra=_PICTURES,
)
def chart(
    request: HttpRequest,
    name: ChartName,
    form: Picture,
    of: Annotated[OfChart, Query()],
    response: HttpResponse,
) -> Any:
    """As the pages draw it: 202 until its figure is there, 404 where there is nothing to draw."""
    cut = _cut()
    kind, params = CHARTS[name].kind, CHARTS[name].params
    said = _asked(kind, of, cut, member_of(request))
    found = queries.figure(kind, said.params(*params), cut.name, now=timezone.now())
    if found.state != Figure.State.DONE:
        return _told(found, cut, response, again=request.get_full_path())
    if not drawable(kind, found.result):
        raise Http404
    shown = {"theme": of.theme, "size": of.size, "title": not of.bare}
    return HttpResponse(picture(name, form, found.result, said, **shown), content_type=FORMS[form])


@router.get(
    "/retention/{kind}",
    response={200: FigureShape, 202: FigureShape},
    auth=asks(Right.SEE),
    summary="A figure of retention",
)
def retention(request: HttpRequest, kind: Kind, of: Annotated[Of, Query()], response: HttpResponse) -> Any:
    """Worked out once a cut: 202 with the address to look at (Location) until it is there."""
    cut = _cut()
    said = _asked(kind, of, cut, member_of(request))
    found = queries.figure(kind, said.params(*ASKED_WITH[kind]), cut.name, now=timezone.now())
    return _told(found, cut, response)


def _cut() -> Cut:
    """The newest cut. Raises Problem (409) where there is nothing to measure."""
    try:
        return cut_now()
    except BadBook:  # says where on the machine it was looked for, which is not for whoever calls
        raise Problem(409, _("There is no book that can be read.")) from None
    except KeepwellError as wrong:
        raise Problem(409, wrong.wrong, ways=list(wrong.ways)) from None


def _asked(kind: str, of: Of, cut: Cut, reader: Member) -> Question:
    given = {name: str(value) for name, value in of.dict(by_alias=True).items() if value}
    return asked_of(kind, given, cut, reader)


def _told(found: Figure, cut: Cut, response: HttpResponse, again: str = "") -> Status[FigureShape]:
    if found.state == Figure.State.FAILED:
        said = found.error or {}
        raise Problem(
            422, said.get("wrong") or _("It could not be worked out."), ways=list(said.get("ways") or ())
        )
    waits = found.state in _NOT_YET
    if waits:
        response["Location"] = again or f"/api/retention/figures/{found.pk}"
        response["Retry-After"] = SOON
    told = FigureShape(
        id=found.pk,
        kind=found.kind,
        asked=found.params,
        covered=cut.covered,
        state=found.state,
        done=found.done,
        of=found.of,
        made_at=found.made_at,
        result=None if waits else _worded(found),
    )
    return Status(202 if waits else 200, told)


def _worded(found: Figure) -> Any:
    """Its result in the caller's language; one that is not of a period has no words."""
    if not {"from", "to"} <= found.params.keys():
        return found.result
    begin, end = (date.fromisoformat(str(found.params[name])) for name in ("from", "to"))
    return worded(found.result, Period(begin, end))


def _behind(one: Behind, currency: str) -> BehindShape:
    return BehindShape(
        account=one.account_id,
        name=one.name,
        line=one.line,
        segment=one.segment,
        opening=str(to_decimal(one.opening, currency)),
        closing=str(to_decimal(one.closing, currency)),
        change=str(to_decimal(one.change, currency)),
        currency=currency,
    )
