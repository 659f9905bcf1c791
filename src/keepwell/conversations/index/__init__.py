"""The index of everything said and written: brought up to date in the transaction that changes the words.

FTS5 in SQLite and tsvector in PostgreSQL, over words analysed here: both hold digests, never words. What is meant is
read a little later, by a job: see `meanings`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from keepwell.conversations.index import meanings, postgresql, sqlite
from keepwell.conversations.index.asking import Ask
from keepwell.conversations.index.digests import mark
from keepwell.conversations.index.rows import Period, Row, account_mark, rows_of
from keepwell.conversations.models import Conversation, Index, Indexed, Turn

_STEP = 200  # conversations that are indexed in one transaction


def _engine() -> Any:
    return postgresql if connection.vendor == "postgresql" else sqlite


def put(conversation: Conversation) -> None:
    """Bring the index up to date with a conversation's words. Call it in the transaction that changes them."""
    drop(conversation)
    if conversation.deleted_at is None:
        _write(rows_of(conversation, list(conversation.turns.order_by("no"))))
        meanings.want([conversation])


def drop(conversation: Conversation) -> None:
    """Take a conversation out of the index."""
    Indexed.objects.filter(conversation=conversation).delete()
    meanings.forget([conversation])


def found(
    rows: QuerySet[Indexed],
    ask: Ask,
    marks: Sequence[Sequence[str]],
    page: slice,
    period: Period = (None, None),
    *,
    accounts: Sequence[str] | None = None,
) -> list[int]:
    """Of rows in a period those that hold what is asked for, and a mark of each group: a page of their places.

    Accounts narrow further, None not at all; "" stands for nobody's. The newest come first. Call it within
    `rights.in_order`.
    """
    begin, end = period
    if begin is not None:
        rows = rows.filter(place__gte=begin)
    if end is not None:
        rows = rows.filter(place__lt=end)
    if accounts is not None:
        marks = [*marks, [account_mark(pk) for pk in accounts]]
    places: list[int] = _engine().found(rows, ask, marks, page, period, accounts=accounts)
    return places


def whole() -> bool:
    """Whether everything is in the index, as it is made now."""
    row = Index.objects.first()
    return row is not None and row.mark == mark()


def renew(*, now: datetime, anew: bool = False) -> int:
    """Index what is not, or is another account's by now; all of it where the index is made otherwise now.

    Goes on where it was interrupted. Returns how many conversations were indexed.
    """
    row, _made = Index.objects.get_or_create(pk=1)
    if (anew or row.mark != mark()) and row.making != mark():
        row.mark, row.making, row.last = "", mark(), 0
        row.save()
    done = 0
    if row.making:
        while some := list(Conversation.objects.filter(pk__gt=row.last).order_by("pk")[:_STEP]):
            with transaction.atomic():
                put_all(some)
                row.last = some[-1].pk
                row.save(update_fields=["last"])
            done += len(some)
        row.mark, row.making, row.made_at = mark(), "", now
        row.save()
    strayed = Indexed.objects.exclude(account=Coalesce(F("conversation__account"), Value("")))
    for one in Conversation.objects.filter(pk__in=strayed.order_by().values("conversation")):
        with transaction.atomic():
            put(one)
        done += 1
    return done


def tidy() -> None:
    """Leave nothing in the database's file of what was deleted from the index."""
    _engine().tidy()
    meanings.tidy()


def put_all(some: Sequence[Conversation]) -> None:
    """Bring the index up to date with the words of many. Call it in the transaction that changes them."""
    Indexed.objects.filter(conversation__in=some).delete()
    meanings.forget(some)
    meanings.want([one for one in some if one.deleted_at is None])
    turns: dict[int, list[Turn]] = {}
    for turn in Turn.objects.filter(conversation__in=some).order_by("no"):
        turns.setdefault(turn.conversation_id, []).append(turn)
    _write(row for one in some if one.deleted_at is None for row in rows_of(one, turns.get(one.pk, [])))


def _write(rows: Iterable[Row]) -> None:
    """Write rows; of two at one place, which only an office of millions of turns has, the second stands behind it."""
    coming = {}
    for row in rows:
        while row.indexed.place in coming:
            row.indexed.place += 1
        coming[row.indexed.place] = row
    for place in _taken(list(coming)):
        row = coming.pop(place)
        while place in coming or Indexed.objects.filter(pk=place).exists():
            place += 1  # noqa: PLW2901 - the next free place
        row.indexed.place = place
        coming[place] = row
    if coming:
        _engine().write(coming.values())


def _taken(places: Sequence[int]) -> list[int]:
    found: list[int] = []
    for begin in range(0, len(places), 500):
        found += Indexed.objects.filter(pk__in=places[begin : begin + 500]).values_list("pk", flat=True)
    return found
