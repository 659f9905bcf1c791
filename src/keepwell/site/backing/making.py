"""Writing book and office of this home to a file."""

import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from keepwell.book import delta
from keepwell.book.book import SECRET, Book
from keepwell.book.lock import locked
from keepwell.book.manifest import Manifest
from keepwell.book.store import Store
from keepwell.conversations.arriving.incoming import INCOMING, SOUND
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.site.backing import BOOK, FORMAT, OFFICE, SAID
from keepwell.site.backing.erased import remember
from keepwell.site.office import DATABASE, KEY

COPIES = "backing-up"  # a folder of the office
WAIT = 60  # seconds to wait for who is writing to the book
SKIPPED = ("django_migrations",)  # made by bringing the tables to the backup's version


@dataclass(frozen=True)
class Made:
    """What a backup holds."""

    file: Path
    size: int
    manifest: int
    files: int
    office: str


def back_up(file: Path, *, now: datetime) -> Made:
    """Write book and office of this home to a new file. Raises KeepwellError where it is there already."""
    if file.exists():
        raise KeepwellError(
            _("There is a file {file} already.").format(file=file),
            ways=[_("Choose another name: a backup is never written over.")],
        )
    book = Book.open(settings.HOME)
    partial = file.with_name(f"{file.name}.partial")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as out:
            os.fchmod(out.fileno(), 0o600)
            with tarfile.open(fileobj=out, mode="w") as tar, locked(book.store, WAIT):
                manifest = book.manifest
                _say(tar, now, manifest)
                office = _pack_office(tar)
                _pack_sound(tar)
                files = _pack_book(tar, book.store, manifest)
            out.flush()
            os.fsync(out.fileno())
        remember(file.parent, book)  # before there is a backup: none lies there without its list
        partial.rename(file)
    except OSError as error:
        raise KeepwellError(
            _("The backup cannot be written to {file}.").format(file=file), seen=error.strerror or str(error)
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return Made(file, file.stat().st_size, manifest.number, files, office)


def _say(tar: tarfile.TarFile, now: datetime, manifest: Manifest) -> None:
    said = {
        "format": FORMAT,
        "keepwell": version("keepwell"),
        "at": now.isoformat(),
        "manifest": manifest.number,
        "office": connection.vendor,
        "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
    }
    _add(tar, SAID, json.dumps(said, indent=1).encode())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _pack_book(tar: tarfile.TarFile, store: Store, manifest: Manifest) -> int:
    """The newest manifest, the secret, and of each table its log and the files that count; how many."""
    paths = [SECRET, manifest.path]
    for name, number in sorted(manifest.tables.items()):
        place = delta.folder(name)
        paths += [one.path for one in store.list(f"{place}/_delta_log") if "#" not in one.path]
        paths += [f"{place}/{one}" for one in sorted(delta.Snapshot(store, name, number).files)]
    with tempfile.TemporaryDirectory(prefix="keepwell-") as scratch:
        for path in paths:
            if store.local is not None:
                tar.add(store.local / path, f"{BOOK}/{path}")
                continue
            fetched = Path(scratch) / "fetched"
            store.fetch(path, fetched)
            tar.add(fetched, f"{BOOK}/{path}")
            fetched.unlink()
    return len(paths)


def _pack_office(tar: tarfile.TarFile) -> str:
    """The database as it is at one moment, and the key, without which sessions and second factors are void."""
    key = settings.OFFICE / KEY
    if key.exists():
        tar.add(key, f"{OFFICE}/{KEY}")
    with _scratch() as scratch:
        if connection.vendor == "sqlite":
            copy = scratch / DATABASE
            with closing(sqlite3.connect(copy)) as target:
                connection.ensure_connection()
                assert connection.connection is not None
                connection.connection.backup(target)
            tar.add(copy, f"{OFFICE}/{DATABASE}")
        else:
            for table, content in _tables(scratch):
                tar.add(content, f"{OFFICE}/{table}.copy")
                content.unlink()
    return connection.vendor


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for copies of the database. What a backup that was killed left there goes: the book's lock is ours."""
    folder = Path(settings.OFFICE) / COPIES
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _pack_sound(tar: tarfile.TarFile) -> None:
    """The sound of conversations, and files on their way in; one that goes meanwhile is gone."""
    for name in (SOUND, INCOMING):
        folder = settings.OFFICE / name
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.is_file() and not file.is_symlink():
                with suppress(FileNotFoundError):
                    tar.add(file, f"{OFFICE}/{name}/{file.relative_to(folder)}")


def _tables(scratch: Path) -> Iterator[tuple[str, Path]]:
    """Every table of PostgreSQL as it writes tables itself, the names of its columns first, all at one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in sorted(set(connection.introspection.table_names(cursor)) - set(SKIPPED)):
            file = scratch / "table"
            with file.open("wb") as out:
                columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
                out.write(json.dumps(columns).encode() + b"\n")
                with cursor.cursor.copy(f"COPY {quoted(table)} ({listed(columns)}) TO STDOUT") as rows:
                    for chunk in rows:
                        out.write(chunk)
            yield table, file


def quoted(name: str) -> str:
    """A name as the database reads it."""
    return connection.ops.quote_name(name)


def listed(names: Iterable[str]) -> str:
    """Names as the database reads them, comma between."""
    return ", ".join(map(quoted, names))
