"""Lists a page at a time: the cursor holds the last row's place in the order, so that rows that come and go meanwhile
neither repeat nor hide another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from keepwell.api.problems import Problem
from keepwell.api.shapes import Answer
from keepwell.members.ordering import by, may_be_empty
from keepwell.members.paging import FEWER, Pages, Rows, asked_of, stretch

Shape = TypeVar("Shape")
Row = TypeVar("Row", bound=Model)
_SALT = "keepwell.api.paging"


class Page(Answer, Generic[Shape]):
    """Part of a list. `next` is the cursor of the part after it; none where there is nothing more."""

    items: list[Shape]
    next: str | None


class Part(Schema):
    """Which part of a list is asked for."""

    cursor: Annotated[
        str, Field(description="`next` of the part before; none for the first", max_length=2000)
    ] = ""
    limit: Annotated[int, Field(ge=1, le=200, description="how many at most")] = 50


Asked = Annotated[Part, Query()]


@dataclass(frozen=True)
class Order:
    """By a field (“-” before it: downwards), empty ones last; then by `tie`, which is unique."""

    by: str
    tie: str = "pk"

    def __str__(self) -> str:
        return f"{self.by} {self.tie}"


def page(found: Rows[Row], part: Part, order: Order, shape: Callable[[Row], Shape]) -> dict[str, Any]:
    """A part of the rows, each given its shape."""
    ordered = asked_of(found)
    if part.cursor:
        ordered = ordered.then(_further, order, *_read(order, part.cursor)).rarely()
    ordered = ordered.then(_ordered, order)
    if isinstance(found, QuerySet) and (found.query.annotations or found.query.combinator):
        rows = list(ordered.plain()[: part.limit + 1])
        rows, more = rows[: part.limit], len(rows) > part.limit
    elif ordered.alike:  # found by keys: an index has them in their order
        rows = stretch(ordered, 0, part.limit + 1)
        rows, more = rows[: part.limit], len(rows) > part.limit
    else:  # as pages read theirs
        shown = Pages(ordered, part.limit, FEWER).get_page(1)
        rows, more = list(shown), shown.has_next()
    return {"items": [shape(row) for row in rows], "next": _write(order, rows[-1]) if more else None}


def _ordered(found: QuerySet[Row], order: Order) -> QuerySet[Row]:
    return found.order_by(by(found.model, order.by), order.tie)


def _further(found: QuerySet[Row], order: Order, value: Any, tie: Any) -> QuerySet[Row]:
    return found.filter(_after(found.model, order, value, tie))


def _after(model: type[Model], order: Order, value: Any, tie: Any) -> Q:
    name = order.by.removeprefix("-")
    beyond = Q(**{f"{order.tie.removeprefix('-')}__{'lt' if order.tie.startswith('-') else 'gt'}": tie})
    if value is None:
        return Q(**{f"{name}__isnull": True}) & beyond
    way = "lt" if order.by.startswith("-") else "gt"
    after = Q(**{f"{name}__{way}": value}) | (Q(**{name: value}) & beyond)
    if may_be_empty(model, name):
        return after | Q(**{f"{name}__isnull": True})
    return Q(**{f"{name}__{way}e": value}) & after  # so that an index is entered there


def _write(order: Order, row: Model) -> str:
    place = [_plain(_value(row, name.removeprefix("-"))) for name in (order.by, order.tie)]
    return signing.dumps([str(order), *place], salt=_SALT)


def _read(order: Order, cursor: str) -> tuple[Any, Any]:
    try:
        said, value, tie = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        said = value = tie = None
    if said != str(order):
        raise Problem(400, _("This cursor is not one of this list, sorted so. Begin without one."))
    return value, tie


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
