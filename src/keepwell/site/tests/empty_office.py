"""An office with nothing in it, its tables at this version: made once a run, and copied wherever one is needed.

Bringing the tables of a new office to this version takes seconds, for Django follows every change since the first.
Made as the product makes it, by its migrations; whoever begins in a copy finds them done.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from keepwell.site.office import DATABASE, OFFICE
from keepwell.site.tests.office_kit import READY, of_its_own, run
from keepwell.site.tests.postgresql import new_databases, started

RUN = "KEEPWELL_TEST_RUN"  # the folder that all processes of one run of the tests share
MADE = READY + 'from django.core.management import call_command; call_command("migrate", verbosity=0)'
PATTERN = "empty_office"  # the database on PostgreSQL that others are made after


def placed(home: Path) -> Path:
    """A home with an empty office in it."""
    folder = home / OFFICE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place(folder)
    return home


def place(folder: Path) -> None:
    """Put an empty office's database into a folder."""
    file = folder / DATABASE
    file.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as there:
        pour(there)


def pour(there: sqlite3.Connection) -> None:
    """Fill a database of SQLite with the tables of an empty office."""
    with closing(sqlite3.connect(_file())) as here:
        here.backup(there)


def on_postgresql(*names: str) -> AbstractContextManager[list[str]]:
    """The addresses of databases of these names, an empty office in each; they are gone afterwards."""
    return new_databases(*names, after=pattern())


def pattern() -> str:
    """The name of an empty office's database on the tests' PostgreSQL, to make others after."""
    import psycopg

    server = urlsplit(started())
    with (
        _alone("postgresql") as folder,
        psycopg.connect(server.geturl(), autocommit=True) as connection,
    ):
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [PATTERN]).fetchone():
            connection.execute(f"CREATE DATABASE {PATTERN}_half")
            with of_its_own(urlunsplit(server._replace(path=f"/{PATTERN}_half"))):
                run(folder, MADE)
            connection.execute(f"ALTER DATABASE {PATTERN}_half RENAME TO {PATTERN}")
    return PATTERN


def _file() -> Path:
    with _alone("sqlite") as folder:
        file = folder / OFFICE / DATABASE
        if not (folder / "done").exists():
            with of_its_own():
                run(folder, MADE)
            (folder / "done").touch()
    return file


@contextmanager
def _alone(name: str) -> Iterator[Path]:
    """A folder of the run, for as long as no other of its processes is at it."""
    folder = Path(os.environ[RUN]) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
