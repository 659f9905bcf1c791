"""Bringing book and office of a backup to an empty home."""

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from keepwell.book import manifest as manifests
from keepwell.book.book import SECRET, Book
from keepwell.book.store import Store
from keepwell.conversations.arriving.incoming import INCOMING, SOUND
from keepwell.lib.errors import BadBook, BadInput
from keepwell.lib.text import gettext as _
from keepwell.site.backing import APART, BOOK, FORMAT, OFFICE, SAID, left_off
from keepwell.site.backing.erased import erase_again, erased_since
from keepwell.site.backing.making import listed, quoted
from keepwell.site.office import DATABASE, KEY


@dataclass(frozen=True)
class Restored:
    """What came back, and how many persons were erased who had been when a later list was written."""

    manifest: int
    files: int
    erased: int


def restore(file: Path, *, erased_of: Iterable[str] = ()) -> Restored:
    """Bring book and office of a backup to this home, which must be empty; `erased_of` are homes or backups whose
    erased persons stay erased too.

    Raises KeepwellError where something is here already, or the backup is not one, or a newer Keepwell made it.
    """
    store = Store(settings.HOME)
    _refuse_occupied(store)
    with _opened(file) as tar:
        said = _said(tar, file)
        gone = erased_since(file.parent, _secret(tar), erased_of)
        # Where the book is a folder, nobody opens it before who was erased is.
        place = store if store.local is None else Store(store.local / APART)
        files = _unpack_book(tar, place, said["manifest"])
        _unpack_office(tar, said)
    erased = erase_again(Book.open(place.home), gone)
    if store.local is not None:
        _move(store.local / APART, store.local)
    return Restored(said["manifest"], files, erased)


def _secret(tar: tarfile.TarFile) -> bytes:
    try:
        return bytes.fromhex(_read(tar, f"{BOOK}/{SECRET}").decode())
    except ValueError as error:
        raise BadInput(_("The backup holds no secret of a book.")) from error


def _move(source: Path, target: Path) -> None:
    """Bring a book to where it belongs, its manifests last: before them there is no book."""
    for one in sorted(source.iterdir(), key=lambda path: path.name == manifests.FOLDER):
        one.rename(target / one.name)
    source.rmdir()


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except (tarfile.TarError, OSError) as error:
        raise BadInput(_("{file} cannot be read as a backup.").format(file=file), seen=str(error)) from error


def _said(tar: tarfile.TarFile, file: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(_read(tar, SAID))
        # What a newer one says beside its format may have other names: nothing else of it is read.
        newer = said["format"] > FORMAT or bool(
            {tuple(one) for one in said["migrations"]}
            - set(MigrationExecutor(connection).loader.disk_migrations)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(_("{file} is no backup of Keepwell.").format(file=file)) from error
    if newer:
        raise BadInput(
            _("{file} was made by a newer Keepwell.").format(file=file),
            seen=str(said.get("keepwell", "")),
            ways=[_("Update Keepwell: pip install --upgrade keepwell")],
        )
    if said["office"] != connection.vendor:
        raise BadInput(
            _("The office in {file} was on {there}, and this one is on {here}.").format(
                file=file, there=said["office"], here=connection.vendor
            ),
            ways=[_("Restore it on the kind of database it came from: see DATABASE_URL.")],
        )
    return said


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    try:
        entry = tar.getmember(name)
        found = tar.extractfile(entry) if _plain(entry) else None
    except KeyError:
        found = None
    if found is None:
        raise BadInput(_("The backup does not hold {name}.").format(name=name))
    return found.read()


def _plain(entry: tarfile.TarInfo) -> bool:
    """Whether an entry is a file as we pack it: no link, no device, nothing that is mostly holes."""
    return entry.isfile() and not entry.issparse()


def _refuse_occupied(store: Store) -> None:
    refuse_unfinished(store.home)
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if tables or manifests.newest(store) is not None:
        raise BadBook(
            _("There is a book or an office at {home} already.").format(home=store.home),
            ways=[_("Restore into an empty place: keepwell --home ./restored restore FILE")],
        )


def refuse_unfinished(home: str) -> None:
    """Raise BadBook where a backup was being brought back and the process was killed: who was erased may be there."""
    if left_off(home):
        raise BadBook(
            _("A backup began to be brought back to {home}, and is not whole.").format(home=home),
            ways=[_("Empty the folder, and the database where it has one apart, and restore again.")],
        )


def _unpack_book(tar: tarfile.TarFile, store: Store, number: int) -> int:
    """Every file of the book, the manifest last: before it there is no book."""
    last = f"{manifests.FOLDER}/{number:010d}.json"
    entries = [e for e in tar.getmembers() if e.name.startswith(f"{BOOK}/")]
    for entry in entries:
        if not _plain(entry) or ".." in Path(entry.name).parts:
            raise BadInput(_("The backup holds a file outside of its folder."), seen=entry.name)
    entries.sort(key=lambda e: e.name.endswith(last))
    for entry in entries:
        path = entry.name.removeprefix(f"{BOOK}/")
        source = tar.extractfile(entry)
        assert source is not None
        with tempfile.TemporaryDirectory(prefix="keepwell-") as scratch:
            target = Path(scratch) / "file" if store.local is None else _below(store.local, path)
            _write(source, target)
            if store.local is None:
                store.send(target, path)
    return len(entries)


def _below(home: Path, path: str) -> Path:
    """A path of the backup below the home; one that leads elsewhere is refused."""
    target = (home / path).resolve()
    if not target.is_relative_to(home.resolve()):
        raise BadInput(_("The backup holds a file outside of its folder."), seen=path)
    return target


def _write(source: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        while chunk := source.read(1 << 20):
            out.write(chunk)
        os.fsync(out.fileno())


def _unpack_office(tar: tarfile.TarFile, said: dict[str, Any]) -> None:
    """The database at the version it was saved at, and then forward to this one; the key last."""
    names = {e.name: e for e in tar.getmembers() if _plain(e) and e.name.startswith(f"{OFFICE}/")}
    if connection.vendor == "sqlite":
        connection.close()
        target = Path(connection.settings_dict["NAME"])
        for leftover in (
            target,
            target.with_name(f"{target.name}-wal"),
            target.with_name(f"{target.name}-shm"),
        ):
            leftover.unlink(missing_ok=True)  # it was seen to hold no table
        _write(io.BytesIO(_read(tar, f"{OFFICE}/{DATABASE}")), target)
    else:
        _migrate_to({(room, name) for room, name in said["migrations"]})
        _copy_in(tar, [name for name in names if name.endswith(".copy") and name.count("/") == 1])
    if (key := f"{OFFICE}/{KEY}") in names:
        place = settings.OFFICE / KEY
        place.unlink(missing_ok=True)
        _write(io.BytesIO(_read(tar, key)), place)
    _unpack_sound(tar, list(names))
    call_command("migrate", interactive=False, verbosity=0)


def _unpack_sound(tar: tarfile.TarFile, names: Iterable[str]) -> None:
    """The sound of conversations, and files that were on their way in."""
    for name in names:
        below = name.removeprefix(f"{OFFICE}/")
        if Path(below).parts[0] not in (SOUND, INCOMING):
            continue
        if ".." in Path(below).parts:
            raise BadInput(_("The backup holds a file outside of its folder."), seen=name)
        source, target = tar.extractfile(name), _below(Path(settings.OFFICE), below)
        assert source is not None
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(source, target)


def _migrate_to(applied: set[tuple[str, str]]) -> None:
    """Bring empty tables to the version at which just these migrations had been applied."""
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    last = [
        one
        for one in sorted(applied)
        if not any(child.key in applied and child.key[0] == one[0] for child in nodes[one].children)
    ]
    executor.migrate(last)


def _copy_in(tar: tarfile.TarFile, names: list[str]) -> None:
    """Every table in one transaction: who points at whom is checked at its end."""
    tables = {name.removeprefix(f"{OFFICE}/").removesuffix(".copy"): name for name in sorted(names)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {listed(tables)} CASCADE")
        for table, name in tables.items():
            source = tar.extractfile(name)
            assert source is not None
            columns = json.loads(source.readline())
            with cursor.cursor.copy(f"COPY {quoted(table)} ({listed(columns)}) FROM STDIN") as rows:
                while chunk := source.read(1 << 20):
                    rows.write(chunk)
        for table in tables:
            for sequence in connection.introspection.get_sequences(cursor, table):
                column = sequence["column"]
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({quoted(column)}), 1),"  # noqa: S608 - names of our own tables, quoted
                    f" max({quoted(column)}) IS NOT NULL) FROM {quoted(table)}",
                    [quoted(table), column],
                )
