"""Every version of one row, as the book came to know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from keepwell.book import delta
from keepwell.book.book import Book
from keepwell.book.persons import surrogate_of
from keepwell.book.tables import Table, table_named
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

_APART = ("known_at", "load", "gone")


@dataclass(frozen=True)
class Version:
    """A row as it was known from a moment on (naive UTC), by which load; `gone` says that it no longer was there.

    `row` are its columns; days are dates.
    """

    known_at: datetime
    load: int
    gone: bool
    row: dict[str, Any]


def history(book: Book, table: str, key: str | Sequence[str]) -> list[Version]:
    """All versions of the row with that key, oldest first; none where there is no such row.

    A key of several columns is given as a sequence. Contacts are asked for by the id their source knows them by.
    """
    entry = table_named(table)
    values = [key] if isinstance(key, str) else list(key)
    if len(values) != len(entry.key):
        raise KeepwellError(
            _("A row of {table} is known by {columns}.").format(table=table, columns=", ".join(entry.key)),
            seen=", ".join(values),
        )
    manifest, rows = book.manifest, []
    for name in (table, f"{table}_history"):
        version = manifest.tables.get(name)
        if version is not None:
            rows += _found(book, delta.Snapshot(book.store, name, version), entry, values)
    rows.sort(key=lambda row: (row["known_at"], row["load"]))
    return [
        Version(row["known_at"], row["load"], row["gone"], {k: v for k, v in row.items() if k not in _APART})
        for row in rows
    ]


def _found(book: Book, snapshot: delta.Snapshot, table: Table, values: list[str]) -> list[dict[str, Any]]:
    wanted = pc.scalar(True)
    for name, value in zip(table.key, values, strict=True):
        person = table.column(name).refers == "contacts"
        known_as = surrogate_of(book.secret, value) if person else value
        wanted = wanted & (pc.field(name).cast(pa.string()) == known_as)
    place = book.store.arrow_files
    paths = [book.store.arrow_path(f"{delta.folder(snapshot.name)}/{file}") for file in snapshot.files]
    if not paths:
        return []
    found: list[dict[str, Any]] = (
        pads.dataset(paths, schema=snapshot.schema, format="parquet", filesystem=place)
        .to_table(filter=wanted)
        .to_pylist()
    )
    return found
