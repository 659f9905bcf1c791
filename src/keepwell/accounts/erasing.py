"""A person's data, taken out for them or erased for good: in the book, in the office, and after a restored backup.

The book goes first: it keeps a salted hash of whoever it erased and lets nothing of them in again. Should the process
die in between, erasing again does the rest, and so does the night: whom the book has erased, it erases here.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Any

import narwhals as nw
from django.db import transaction
from django.db.models import Q

from keepwell.accounts.models import Contact, Entry, Outgoing
from keepwell.accounts.projecting.entries import key_of
from keepwell.accounts.rooms import added
from keepwell.accounts.timeline import Kind, all_kinds
from keepwell.accounts.unnaming import forget_pages, unname
from keepwell.api.models import Kept
from keepwell.book.book import Book
from keepwell.book.cleaning import Progress, say_nothing
from keepwell.book.engines import Engine, engine_named
from keepwell.book.erasing import Erased
from keepwell.book.moment import Moment
from keepwell.book.tables import all_tables, table_named
from keepwell.members.audit import record
from keepwell.members.models import Member

AT_ONCE = 500  # keys asked for in one statement
_SAID = ("topic", "note", "text", "comment", "subject", "name")  # of an entry: what may be a person's words
_FIELDS = (
    "contact_id", "source_id", "name", "email", "phone", "role", "language", "seniority", "channel", "opted_out",
    "left_on",
)  # fmt: skip


def export(*, contact: Contact, book: Book, engine: Engine, by: Member) -> dict[str, Any]:
    """Everything that is known of a person, as JSON can hold it; that it was taken out is on the trail."""
    found: dict[str, Any] = {
        "contact": {name: _plain(getattr(contact, name)) for name in _FIELDS},
        "timeline": [
            {"at": _plain(one.at), "kind": one.kind, **one.data} for one in contact.entries.order_by("at")
        ],
        "office": {one.name: one.export(contact) for one in added("erase", "ERASERS")},
        "book": _in_book(book.moment(engine), engine, contact.contact_id),
    }
    record("export contact", by=by, of=contact)
    return found


def erase_contact(*, contact: Contact, book: Book, by: Member | None, tell: Progress = say_nothing) -> Erased:
    """Erase a person everywhere; figures stay as they are. Raises BadBook where somebody else is writing the book."""
    erased = book.erase_person(contact.source_id or contact.contact_id, progress=tell)
    counts = dict(erased.rows) | {"quarantine": erased.quarantined}
    with transaction.atomic():
        _erase_here(contact, by, {"rows": counts})
        _forget_words(erased)
    if erased.before:  # what was taken then is not told again
        engine = engine_named("duckdb")
        try:
            _forget_gone(book.moment(engine), engine)
        finally:
            engine.close()
    forget_pages()
    return erased


def erase_as_the_book(book: Book, engine: Engine) -> int:
    """Erase in the office whom the book has erased: by the command line, or by a process that was killed then."""
    moment = book.moment(engine)
    if not moment.has("erased"):
        return 0
    rows = engine.collect(moment.frame("erased").filter(nw.col("table") == "contacts").select("hash"))
    gone = rows.column("hash").to_pylist()
    found = [
        one
        for begin in range(0, len(gone), AT_ONCE)
        for one in Contact.objects.filter(pk__in=gone[begin : begin + AT_ONCE])
    ]
    for contact in found:
        with transaction.atomic():
            _erase_here(contact, None, {})
    if found:
        _forget_gone(moment, engine)
        forget_pages()
    return len(found)


def _erase_here(contact: Contact, by: Member | None, told: dict[str, Any]) -> None:
    erase_in_office(contact)
    record("erase contact", by=by, of=contact, after=told)
    Contact.objects.filter(pk=contact.pk).delete()


def erase_in_office(contact: Contact) -> None:
    """Take a person's words and name out of everything that the office holds of them, or that names them."""
    for room in added("erase", "ERASERS"):
        room.erase(contact)
    for entry in Entry.objects.filter(contact=contact.pk):
        entry.data = {name: value for name, value in entry.data.items() if name not in _SAID}
        entry.contact = None
        entry.save(update_fields=["data", "contact"])
    for row in Outgoing.objects.filter(row__contact_id=contact.source_id) if contact.source_id else ():
        words = {name: "" for name in _SAID if row.row.get(name)}
        row.row = row.row | {"contact_id": None} | words
        row.save(update_fields=["row"])
    Kept.objects.filter(_answered(contact)).delete()
    unname(contact)


def _answered(contact: Contact) -> Q:
    """Answers kept for programs that tell of a person: their call is answered anew."""
    asked = Q(body__contains=contact.contact_id)
    for word in (contact.name, contact.email, contact.source_id):
        if word:
            asked |= Q(body__contains=word) | Q(body__contains=json.dumps(word)[1:-1])
    return asked


def _in_book(moment: Moment, engine: Engine, surrogate: str) -> dict[str, list[dict[str, Any]]]:
    """The personal rows under a surrogate, and the facts that bear it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in all_tables().values():
        if table.personal and moment.has(f"{table.name}_personal"):
            frame = moment.personal(table.name)
            if "contact_id" in frame.collect_schema().names():
                rows = engine.collect(frame.filter(nw.col("contact_id") == surrogate)).to_pylist()
                found[f"{table.name} (personal)"] = [_row(row) for row in rows]
        if table.has("contact_id") and moment.has(table.name):
            rows = engine.collect(
                moment.frame(table.name).filter(nw.col("contact_id") == surrogate)
            ).to_pylist()
            found[table.name] = [_row(row) for row in rows]
    return {name: rows for name, rows in found.items() if rows}


def _forget_words(erased: Erased) -> None:
    """Take from timelines the words whose row in the book has been erased, whoever's account they stand at."""
    for kind in all_kinds().values():
        taken = erased.keys.get(kind.table, []) if kind.personal else []
        columns = table_named(kind.table).key if taken else ()
        _forget_entries(kind, (key_of(kind, columns, dict(zip(columns, one, strict=True))) for one in taken))


def _forget_gone(moment: Moment, engine: Engine) -> None:
    """Take from timelines all words of rows that the book still has, and no words of any more."""
    for kind in all_kinds().values():
        if not kind.personal or not moment.has(kind.table):
            continue
        columns = list(table_named(kind.table).key)
        rows = moment.frame(kind.table).select(*columns)
        if moment.has(f"{kind.table}_personal"):
            rows = rows.join(moment.personal(kind.table).select(*columns), on=columns, how="anti")
        for batch in engine.batches(rows):
            _forget_entries(kind, (key_of(kind, tuple(columns), row) for row in batch.to_pylist()))


def _forget_entries(kind: Kind, keys: Iterable[str]) -> None:
    """Take the words of persons from the entries of a kind under these keys."""
    coming = iter(keys)
    while some := list(islice(coming, AT_ONCE)):
        for entry in Entry.objects.filter(kind=kind.name, key__in=some):
            if any(entry.data.get(name) for name in kind.personal):
                entry.data = entry.data | dict.fromkeys(kind.personal)
                entry.save(update_fields=["data"])


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
