"""Who was erased stays erased: the list that lies beside backups, and what restoring makes of it."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from keepwell.accounts.erasing import erase_contact
from keepwell.accounts.models import Contact
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.book.persons import SOURCE_ID
from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext as _

Erased = set[tuple[str, str]]  # table, and what a key is remembered by


def _list_of(secret: bytes) -> str:
    """The name of the list of a book: told by its secret, which all its backups share, and not telling it."""
    return f"keepwell-erased-{hashlib.sha256(b'erased' + secret).hexdigest()[:16]}.json"


def remember(folder: Path, book: Book) -> None:
    """Add what is erased by now to the list that lies beside the backups."""
    place = folder / _list_of(book.secret)
    found = _listed_in(place) | _erased_in(book)
    written = place.with_suffix(".partial")
    written.write_text(json.dumps(sorted(found)))
    written.rename(place)


def erased_since(folder: Path, secret: bytes, homes: Iterable[str]) -> Erased:
    """What the list beside the backups says is erased, and the books of other homes, which must be the same book."""
    found = _listed_in(folder / _list_of(secret))
    for home in homes:
        book = Book.open(home)
        if book.secret != secret:
            raise BadBook(
                _("The book at {home} is another than that of the backup.").format(home=home),
                ways=[_("Name the home that the backup was made from.")],
            )
        found |= _erased_in(book)
    return found


def erase_again(book: Book, gone: Erased) -> int:
    """Erase from a restored book and its office whoever is on the list; how many persons it had not erased.

    Whom the backup never knew is remembered as well, so that no later load brings them in.
    """
    missing = gone - _erased_in(book)
    if not missing:
        return 0
    persons = {key for table, key in missing if table == "contacts"}
    named = _source_ids(book, persons)
    for key in sorted(
        named.keys() | set(Contact.objects.filter(pk__in=persons).values_list("pk", flat=True))
    ):
        known = Contact.objects.filter(pk=key).first()
        contact = known or Contact(contact_id=key, source_id=named.get(key, ""))
        erase_contact(contact=contact, book=book, by=None)
    book.obey_erased(missing)
    return len(persons)


def _listed_in(place: Path) -> Erased:
    if not place.exists():
        return set()
    return {(table, key) for table, key in json.loads(place.read_text())}


def _erased_in(book: Book) -> Erased:
    engine = engine_named("duckdb")
    try:
        moment = book.moment(engine)
        if not moment.has("erased"):
            return set()
        rows = engine.collect(moment.frame("erased").select("table", "hash")).to_pylist()
        return {(row["table"], row["hash"]) for row in rows}
    finally:
        engine.close()


def _source_ids(book: Book, persons: set[str]) -> dict[str, str]:
    """By surrogate what the source calls those of some persons that the book knows."""
    engine = engine_named("duckdb")
    try:
        moment = book.moment(engine)
        if not persons or not moment.has("contacts"):
            return {}
        rows = engine.collect(moment.personal("contacts").select("contact_id", SOURCE_ID)).to_pylist()
        return {
            row["contact_id"]: row[SOURCE_ID]
            for row in rows
            if row["contact_id"] in persons and row[SOURCE_ID]
        }
    finally:
        engine.close()
