"""Where the office is kept: beside the book, in a folder of its own, with its key and its database.

Said by the environment: KEEPWELL_HOME (the book), KEEPWELL_OFFICE (the office's folder), DATABASE_URL (PostgreSQL in
place of the folder's SQLite file), KEEPWELL_PREPARED (0: nothing is prepared in PostgreSQL), KEEPWELL_URL (what
people open).
"""

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url

OFFICE, DATABASE, KEY = "office", "office.sqlite3", "secret.key"


def book_home() -> str:
    """Where the book lives: a folder or an object-store URL."""
    if home := os.environ.get("KEEPWELL_HOME", ""):
        return home
    from platformdirs import user_data_dir

    return user_data_dir("keepwell", appauthor=False)


def office_folder() -> Path:
    """The office's folder, made if there is none: readable by its owner only."""
    folder = _place_of(book_home())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def has_office(home: str) -> bool:
    """Whether the book at `home` has an office: nothing is made by asking."""
    return bool(os.environ.get("DATABASE_URL", "")) or (_place_of(home) / DATABASE).exists()


def _place_of(home: str) -> Path:
    if named := os.environ.get("KEEPWELL_OFFICE", ""):
        return Path(named).expanduser()
    if "://" in home:  # a book on an object store has its office on this machine
        from platformdirs import user_data_dir

        return Path(user_data_dir("keepwell", appauthor=False)) / OFFICE
    return Path(home).expanduser() / OFFICE


def secret_key(folder: Path) -> str:
    """The key that signs sessions and links, made once and readable by its owner only."""
    if named := os.environ.get("KEEPWELL_SECRET_KEY", ""):
        return named
    file = folder / KEY
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as out:
        made = secrets.token_urlsafe(64)
        out.write(made)
    return made


def database(folder: Path) -> dict[str, Any]:
    """What Django is told of the database.

    SQLite begins each transaction as a writer: told only later, two that write at once fail instead of waiting.
    """
    if url := os.environ.get("DATABASE_URL", ""):
        said = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
        return said | {"PLANNED": os.environ.get("KEEPWELL_PREPARED", "1") != "0"}  # see members/planned.py
    file = folder / DATABASE
    os.close(
        os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    )  # readable by its owner only, whoever made the folder
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        },
    }
