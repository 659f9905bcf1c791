"""What people did, on its way back to the book as facts.

A row is put here in the transaction of what it tells, and marked only once the book has it; handed over twice, it is
in the book once, as its key is the same.
"""

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from keepwell.accounts.models import Outgoing
from keepwell.book.book import Book
from keepwell.book.tables import table_named

SOURCE = "office"
AT_ONCE = 10_000


def send(table: str, key: str, row: dict[str, Any]) -> None:
    """Put a row on its way: its columns as `keepwell.book.tables` names them, days and moments as ISO text."""
    Outgoing.objects.create(table=table, key=key, row=row)


def send_all(table: str, rows: list[tuple[str, dict[str, Any]]]) -> None:
    """Put many rows on their way, each with its key."""
    Outgoing.objects.bulk_create(
        [Outgoing(table=table, key=key, row=row) for key, row in rows], batch_size=500
    )


def gather(book: Book, *, now: datetime) -> int:
    """Bring every waiting row to the book; returns how many."""
    brought = 0
    while waiting := list(Outgoing.objects.filter(load=None)[:AT_ONCE]):
        by_table: dict[str, list[Outgoing]] = defaultdict(list)
        for one in waiting:
            by_table[one.table].append(one)
        with book.writer() as writer:
            for table, rows in by_table.items():
                newest = {one.key: one for one in rows}  # of two about one thing the later one
                typed = _typed(table, [one.row for one in newest.values()], book.settings.zone)
                writer.put(table, typed, known_at=now, source=SOURCE)
            load = writer.last_load
            writer.commit()
        Outgoing.objects.filter(pk__in=[one.pk for one in waiting]).update(load=load)
        brought += len(waiting)
    return brought


def _typed(name: str, rows: list[dict[str, Any]], zone: ZoneInfo) -> pa.Table:
    """Rows as the table stores them, each moment with its company day beside it."""
    table = table_named(name)
    for instant in table.instants:
        for row in rows:
            if said := row.get(instant.name):
                moment = datetime.fromisoformat(said)
                row[instant.day_name] = moment.astimezone(zone).date().isoformat()
    return pa.table(
        {
            field.name: pa.array([_value(row.get(field.name), field.type) for row in rows]).cast(field.type)
            for field in table.schema()
        }
    )


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    return date.fromisoformat(value) if pa.types.is_date(kind) else value
