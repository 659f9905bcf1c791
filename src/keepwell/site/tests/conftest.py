"""A small book that a night takes seconds for, and members to look at its pages."""

import os
import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client

from keepwell.book.book import Book
from keepwell.book.tables import table_named
from keepwell.members.models import Member, Role
from keepwell.site.tests.empty_office import RUN

COVERED = date(2026, 6, 1)
ACCOUNTS = 60


def rows(table: str, said: list[dict[str, Any]]) -> pa.Table:
    schema = table_named(table).schema()
    return pa.Table.from_pylist([{**dict.fromkeys(schema.names), **row} for row in said], schema=schema)


def make_book(home: Path) -> Book:
    """A book of sixty accounts since March, a contact and a ticket at each."""
    shutil.copytree(_small_book(), home, dirs_exist_ok=True)
    return Book.open(home)


@cache
def _small_book() -> Path:
    """The book that others are copies of, made once: that takes most of a second."""
    home = Path(tempfile.mkdtemp(prefix="book-", dir=os.environ[RUN])) / "home"
    numbers = range(ACCOUNTS)
    book = Book.create(home, reporting_currency="EUR")
    known = datetime(2026, 6, 1, tzinfo=UTC)
    said = {
        "accounts": [
            {"account_id": f"a{n}", "name": f"Company {n}", "segment": "Small" if n % 4 else "Enterprise"}
            for n in numbers
        ],
        "contacts": [
            {
                "contact_id": f"k{n}",
                "account_id": f"a{n}",
                "name": f"Person {n}",
                "email": f"p{n}@example.com",
            }
            for n in numbers
        ],
        "subscriptions": [
            {
                "subscription_id": f"s{n}",
                "account_id": f"a{n}",
                "started_on": date(2026, 3, 1 + n % 28),
                "mrr": 10_000 + n,
                "currency": "EUR",
            }
            for n in numbers
        ],
        "tickets": [
            {
                "ticket_id": f"t{n}",
                "account_id": f"a{n}",
                "opened_at": datetime(2026, 4, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(days=n % 50),
                "opened_on": date(2026, 4, 1) + timedelta(days=n % 50),
                "subject": f"Question {n}",
            }
            for n in numbers
        ],
    }
    with book.writer() as writer:
        for table, found in said.items():
            writer.put(table, rows(table, found), known_at=known, source="file")
            writer.cover(table, "file", COVERED)
        writer.commit()
    return home


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """The home of the small book, with the office's folder in it."""
    place = tmp_path / "home"
    make_book(place)
    settings.HOME, settings.OFFICE = str(place), place / "office"
    settings.OFFICE.mkdir()
    return place


@pytest.fixture
def admin(db: None) -> Client:
    """An administrator, signed in."""
    client = Client()
    client.force_login(
        Member.objects.create_user("ada@example.com", "x", name="Ada", role=Role.ADMINISTRATOR)
    )
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    """Somebody who may only look, signed in."""
    client = Client()
    client.force_login(Member.objects.create_user("vi@example.com", "x", name="Vi", role=Role.VIEWER))
    return client
