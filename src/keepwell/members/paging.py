"""A list a page at a time, at a cost that does not grow with the list: counted up to a bound, one page fetched.

Few rows are found once: their keys are counted, and sorted. Of many the first are met by walking in their order. What
is sorted is keys alone; the rows of the page are read whole afterwards.

Whether a list was of few or of many is remembered. PostgreSQL is then asked at once for the keys in their order: they
are counted, and those of the page are read. So what is remembered says how to ask, and never what is answered.
"""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

from keepwell.members.ordering import order_of, sorted_apart
from keepwell.members.ready import Asked, ready

Row = TypeVar("Row", bound=Model)
Rows = QuerySet[Row] | Asked[Row]  # of a list that is asked for again and again, by a question that is ready

COUNTED = 500  # rows that are counted; beyond there are "more than" so many
FEWER = 250  # the same of lists that everybody opens all day, and of which nobody asks how many there are
LAST = (
    200  # the last page that can be turned to: who looks further narrows the list, or takes it away as a file
)


class Part(Page):
    """One page; whether there is another is known from one row more."""

    def __init__(self, rows: list[Any], number: int, pages: "Pages", *, further: bool) -> None:
        super().__init__(rows, number, pages)
        self.further = further

    def has_next(self) -> bool:
        """Whether a page follows that can be turned to."""
        return self.further and self.number < LAST

    def next_page_number(self) -> int:
        """The number of the page that follows."""
        return self.number + 1

    def previous_page_number(self) -> int:
        """The number of the page before."""
        return self.number - 1


class Pages(Paginator):
    """A list of rows that are there; `count` is at most `counted`, and `more` says whether there are more."""

    def __init__(self, rows: Rows[Any], per_page: int, counted: int = COUNTED) -> None:
        self.asked, self.counted = asked_of(rows), counted
        super().__init__(
            cast("Sequence[Any]", self.asked), per_page
        )  # what the base does with them is done here

        self._far = False  # a page was found beyond all that are counted
        name = self.asked.known_by() if connection.vendor == "postgresql" else None
        self._name = None if name is None else (name, counted)
        self._many = _many.get(self._name)  # when it was asked last; None where that is not known
        if self._many and not self.asked.alike:
            self._many = None  # so many may be far apart in its order

    @cached_property
    def _keys(self) -> list[Any]:
        """The keys that are counted; in their order where it is known whether they were many."""
        most = self.counted + 1
        if self._many is None:
            keys = self.asked.then(_first_keys, most).weighed().rows()
        elif self._many:
            keys = self.asked.then(_keys_in_order, most).in_order().rows()
        else:
            keys = self.asked.then(_keys_sorted, most).weighed().rows()
        _remember(self._name, len(keys) == most)
        return keys

    @property
    def count(self) -> int:
        """How many there are, as far as they are counted."""
        return self.counted if self._far else min(len(self._keys), self.counted)

    @property
    def more(self) -> bool:
        """Whether there are more than are counted."""
        return self._far or len(self._keys) > self.counted

    def get_page(self, number: Any) -> Part:
        """A page by its number; the first where that is none, the last one counted where there is nothing."""
        try:
            wanted = min(max(int(number), 1), LAST)
        except (TypeError, ValueError):
            wanted = 1
        rows = self._rows(wanted)
        if not rows and wanted > 1:
            wanted = max(-(-self.count // self.per_page), 1)
            rows = self._rows(wanted)
        return Part(rows[: self.per_page], wanted, self, further=len(rows) > self.per_page)

    def _rows(self, number: int) -> list[Any]:
        begin = (number - 1) * self.per_page
        end = begin + self.per_page + 1
        if self._many and begin >= self.counted:
            rows = stretch(self.asked, begin, end)
            self._far = bool(rows)
            return rows
        if self._many is not None and (end <= len(self._keys) or not self.more):
            return self.asked.then(_these, keys=self._keys[begin:end]).by_keys().rows()
        if self.more:
            return stretch(self.asked, begin, end)
        return self.asked.then(_of_keys, begin, end, keys=self._keys).by_keys().rows()


_many: dict[Any, bool] = {}  # lists of this process, and whether they had more than are counted
_KEPT = 20_000


def _remember(name: Any, many: bool) -> None:
    if name is None:
        return
    if len(_many) >= _KEPT:
        _many.clear()
    _many[name] = many


def stretch(found: Rows[Row], begin: int, end: int) -> list[Row]:
    """Some rows of a long list, in its order: their keys are sorted alone, and only theirs are read whole."""
    return asked_of(found).then(_stretch, begin, end).in_order().rows()


def asked_of(found: Rows[Row]) -> Asked[Row]:
    """A list as a question."""
    return found if isinstance(found, Asked) else ready(lambda: found)().rarely()


def _first_keys(found: QuerySet[Any, Any], most: int) -> QuerySet[Any, Any]:
    return found.order_by().values_list("pk", flat=True)[:most]


def _keys_in_order(found: QuerySet[Any, Any], most: int) -> QuerySet[Any, Any]:
    return found.values_list("pk", flat=True)[:most]


def _keys_sorted(found: QuerySet[Any, Any], most: int) -> QuerySet[Any, Any]:
    return sorted_apart(found).values_list("pk", flat=True)[:most]


def _these(found: QuerySet[Any, Any], *, keys: Sequence[Any]) -> QuerySet[Any, Any]:
    return _like(found, keys)


def _stretch(found: QuerySet[Any, Any], begin: int, end: int) -> QuerySet[Any, Any]:
    return _like(found, found.values("pk")[begin:end])


def _of_keys(found: QuerySet[Any, Any], begin: int, end: int, *, keys: Sequence[Any]) -> QuerySet[Any, Any]:
    return _stretch(_like(found, keys), begin, end)


def _like(found: QuerySet[Row], keys: Any) -> QuerySet[Row]:
    """The rows of some keys, with as much of each and in the order that `found` has."""
    rows = found.model._default_manager.filter(pk__in=keys).order_by(*order_of(found))
    rows.query.select_related = found.query.select_related
    rows.query.deferred_loading = found.query.deferred_loading
    return rows.prefetch_related(*found._prefetch_related_lookups)  # type: ignore[attr-defined]  # Django has no way to ask
