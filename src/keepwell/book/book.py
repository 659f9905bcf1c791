"""The book: facts about customers, as append-only versions of rows, in a folder or an object store."""

import os
import secrets
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from keepwell.book import manifest as manifests
from keepwell.book.apart import set_apart
from keepwell.book.cleaning import (
    KEEP,
    Progress,
    Swept,
    compact,
    forget_manifests,
    say_nothing,
    sweep,
    sweep_debris,
)
from keepwell.book.engines import Engine
from keepwell.book.erasing import Erased, erase, let_in_again, obey, tables_naming_persons
from keepwell.book.lock import locked
from keepwell.book.manifest import Manifest
from keepwell.book.moment import Moment, Snapshots
from keepwell.book.scratch import INCOMING, scratch, sweep_abandoned
from keepwell.book.settings import Settings
from keepwell.book.store import Store, telling
from keepwell.book.writer import Writer
from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext as _

SECRET = "secret"  # noqa: S105 - the name of the file it lies in
STAGING = "staging"


class Book:
    """One book. Make it with `Book.create`, find it again with `Book.open`.

    >>> book = Book.create(home, reporting_currency="EUR")    # doctest: +SKIP
    >>> with book.writer() as writer:                         # doctest: +SKIP
    ...     writer.put("accounts", rows, known_at=now)
    ...     writer.commit()
    >>> book.moment(engine).frame("accounts")                 # doctest: +SKIP
    """

    def __init__(self, store: Store, *, unwritten: bool = False) -> None:
        self.store = store
        self.home = store.home
        self._unwritten = unwritten  # as long as nobody commits to it there is no book
        self._no_folder = unwritten and store.local is not None and not store.local.exists()
        self._snapshots: Snapshots = {}  # of tables at versions, which never change

    @classmethod
    def create(
        cls, home: str | Path, *, reporting_currency: str | None = None, time_zone: str = "UTC"
    ) -> "Book":
        """A new, empty book at a folder path or object-store URL.

        Raises BadBook where there is one already, or nothing can be written there.
        """
        store = Store(home)
        settings = Settings(reporting_currency=reporting_currency, time_zone=time_zone)
        _make_folder(store)
        if manifests.newest(store) is not None:
            raise BadBook(
                _("There is a book at {home} already.").format(home=store.home),
                ways=[_("Open it, or choose another place with --home.")],
            )
        _make_secret(store)
        first = Manifest(number=1, at=manifests.now(), settings=settings)
        store.create(first.path, first.to_bytes())
        return cls(store)

    @classmethod
    def open(cls, home: str | Path, *, create: bool = False) -> "Book":
        """The book at a folder path or object-store URL; with `create`, one whose first commit makes it.

        So nothing is left where a first file is refused. Raises BadBook where there is no book, or a newer
        Keepwell made it.
        """
        store = Store(home)
        if manifests.newest(store) is not None:
            return cls(store)
        if create:
            return cls(store, unwritten=True)
        raise BadBook(
            _("There is no book at {home}.").format(home=store.home),
            ways=[
                _("Load a first file, which makes one: keepwell import accounts FILE"),
                _("Say where the book lies with --home, or with KEEPWELL_HOME."),
            ],
        )

    @property
    def manifest(self) -> Manifest:
        """The book's present state; that of an empty one where its first commit is still to come."""
        found = manifests.newest(self.store)
        if found is None and self._unwritten:
            return Manifest(number=0, at=manifests.now(), settings=Settings())
        if found is None:
            raise BadBook(_("The book at {home} is gone.").format(home=self.home))
        return found

    @property
    def secret(self) -> bytes:
        """The salt of surrogates."""
        found = self.store.read(SECRET)
        if found is None:
            raise BadBook(
                _(
                    "The book at {home} has lost its secret, without which persons cannot be told apart."
                ).format(home=self.home),
                ways=[_("Restore the file “secret” from a backup of the folder.")],
            )
        return bytes.fromhex(found.decode())

    @property
    def settings(self) -> Settings:
        """The book's settings as they are now."""
        return self.manifest.settings

    def change_settings(self, **changes: Any) -> Settings:
        """Change some settings and give them all. Raises KeepwellError on an unknown name or a bad value."""
        with self.writer() as writer:
            writer.settle(writer.settings.changed(**changes))
            return writer.commit().settings

    def moment(self, engine: Engine, as_known_on: date | None = None) -> Moment:
        """The book as it is now, or as it was known at the end of a company day, for as long as one reads."""
        return Moment(self.store, self.manifest, engine, as_known_on, self._snapshots)

    def erase_person(
        self, contact_id: str, *, even_unknown: bool = True, progress: Progress = say_nothing
    ) -> Erased:
        """Erase a person for good, by the id the source knows them by; figures stay as they are.

        The files that named them are gone when this returns, also for readers of older cuts. Where nobody is known
        by that id, it is remembered, so that no later load brings them in; without `even_unknown` nothing changes.
        `progress` is called with how many tables are done, how many there are, and which is being gone through.
        """
        with self.writer() as writer:
            self._set_apart(writer)
            erased = erase(writer, contact_id.strip(), even_unknown=even_unknown, tell=progress)
            if erased.remembered:
                writer.commit()
                sweep(self.store, tables_naming_persons(), only_newest=True)
        return erased

    def let_in_again(self, contact_id: str) -> bool:
        """Take back the erasing of an id that nobody was ever known by, as of one mistyped; whether it was one.

        Who was known is erased for good, and stays so.
        """
        with self.writer() as writer:
            found = let_in_again(writer, contact_id.strip())
            if found:
                writer.commit()
        return found

    def obey_erased(self, keys: Iterable[tuple[str, str]]) -> None:
        """Let stay erased who and what was when this book was newer, by what their keys are remembered by."""
        with self.writer() as writer:
            self._set_apart(writer)
            obey(writer, keys)
            writer.commit()
            sweep(self.store, tables_naming_persons(), only_newest=True)

    def _set_apart(self, writer: Writer) -> None:
        """Words that an older Keepwell kept among the facts are moved apart, for erasing to find them."""
        if changed := set_apart(writer):
            writer.commit()
            sweep(self.store, changed, only_newest=True)

    def clean(self, keep: timedelta = KEEP, progress: Progress = say_nothing) -> Swept:
        """Put small files together; take away what no reader younger than `keep` can need, and debris.

        `progress` is called with how many tables are done, how many there are, and which is being put together.
        """
        with self.writer() as writer:
            compact(writer, progress)
            writer.commit()
            gone = forget_manifests(self.store, keep)
            return replace(sweep(self.store), manifests=gone)

    def leave_nothing_empty(self) -> None:
        """Where nobody ever committed to a book that was to be made, remove the empty folders made for it."""
        if self.store.local is None or not self._unwritten or manifests.newest(self.store) is not None:
            return
        for folder in (INCOMING, STAGING, *(["."] if self._no_folder else [])):
            with suppress(OSError):  # it is not there, or not empty
                (self.store.local / folder).rmdir()

    @contextmanager
    def writer(self, *, wait: float = 10) -> Iterator[Writer]:
        """The one writer. What it puts is seen after its `commit`; without that, nothing happened.

        Raises BadBook where somebody else is still writing after `wait` seconds.
        """
        if self._unwritten:
            _make_folder(self.store)
        with locked(self.store, wait), self._staging() as staging:
            if self._unwritten and manifests.newest(self.store) is None:
                _make_secret(self.store)
            writer = Writer(self.store, self.manifest, staging, self.secret)
            try:
                yield writer
            finally:
                writer.close()

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """A folder for what a writer has in hand; what an earlier one left when it died is removed."""
        sweep_abandoned(self.store)
        if self.store.local is None:
            with scratch(self.store) as folder:
                yield folder
            return
        place = self.store.local / STAGING
        if place.exists() and any(place.iterdir()):
            sweep_debris(self.store)
            shutil.rmtree(place, ignore_errors=True)
        staging = place / uuid.uuid4().hex
        with telling(self.home):
            staging.mkdir(parents=True)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _make_folder(store: Store) -> None:
    if store.local is not None:
        with telling(store.home):
            store.local.mkdir(parents=True, exist_ok=True)


def _make_secret(store: Store) -> None:
    """The salt of surrogates, readable only by its owner: with it one could test who is known."""
    salt = secrets.token_bytes(32).hex().encode()
    if store.local is None:
        store.create(SECRET, salt)
        return
    with telling(store.home):
        try:
            handle = os.open(store.local / SECRET, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(handle, "wb") as out:
            out.write(salt)
