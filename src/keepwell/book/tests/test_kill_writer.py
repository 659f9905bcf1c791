"""Killed at any moment, the book is as before or as after."""

from pathlib import Path

import narwhals as nw
import pytest

from keepwell.book.book import Book
from keepwell.book.delta import latest_version
from keepwell.book.engines import engine_named
from keepwell.book.tests.killing import killed_at_random_moments

# Each round says one new thing in every row of three tables, adds a row of its own, and cleans.
ROUNDS = """
from datetime import datetime, timedelta
import pandas  # DuckDB looks for it when it is handed a table: once here instead of once in every process
import pyarrow as pa
import pyarrow.dataset
from keepwell.book.book import Book
from keepwell.book.tables import all_tables

all_tables()
book = sys.argv[1]

def work(number):
    opened = Book.open(book)
    with opened.writer() as writer:
        at = writer.last_load // 3 + 1
        known = datetime(2026, 1, 1) + timedelta(hours=at)
        ids = [str(n) for n in range(20)] + [f"new {at}"]
        word = pa.array([str(at)] * len(ids))
        account = pa.array(ids)
        writer.put("accounts", pa.table({"account_id": account, "name": word}), known_at=known)
        writer.put("contacts", pa.table(
            {"contact_id": account, "account_id": account, "role": word, "name": word}), known_at=known)
        writer.put("subscriptions", pa.table(
            {"subscription_id": account, "account_id": account, "product": word}), known_at=known, snapshot=True,
            confirmed=True)
        writer.commit()
    if number % 3 == 0:
        opened.clean(timedelta(0))
"""


def rounds_seen(home: Path, duck) -> int:
    """The round the book is at, having made sure that all its tables are at the same one."""
    book = Book.open(home)
    moment = book.moment(duck)
    at = moment.last_load // 3
    assert moment.last_load == 3 * at

    def counted(frame, column, n):
        wanted = frame.filter(nw.col(column) == str(at)).select(nw.len())
        assert duck.collect(wanted)[0][0].as_py() == n, column

    counted(moment.frame("accounts"), "name", 21)
    counted(moment.frame("contacts"), "role", 21)
    counted(moment.personal("contacts"), "name", 21)
    counted(moment.frame("subscriptions"), "product", 21)
    assert duck.collect(moment.frame("accounts").select(nw.len()))[0][0].as_py() == 20 + at
    assert duck.collect(moment.frame("subscriptions").select(nw.len()))[0][0].as_py() == 21
    assert duck.collect(moment.versions("accounts").select(nw.len()))[0][0].as_py() == 21 * at
    assert duck.collect(moment.frame("loads").select(nw.len()))[0][0].as_py() == 3 * at
    return at


@pytest.mark.slow
def test_killed_at_any_moment_the_book_is_as_before_or_as_after(tmp_path):
    home = tmp_path / "book"
    Book.create(home)
    before = ended = 0
    duck = engine_named("duckdb", {"threads": "1"})
    for _number in killed_at_random_moments(ROUNDS, home, times=126):
        at = rounds_seen(home, duck)
        assert at in (before, before + 1)
        ended += at == before + 1
        before = at
    duck.close()
    assert 10 < ended < 126  # some were killed early, some late
    Book.open(home).clean()
    for name, version in Book.open(home).manifest.tables.items():
        with Book.open(home).writer() as writer:
            writer.draft(name)
            writer.commit()
        assert latest_version(Book.open(home).store, name) == Book.open(home).manifest.tables[name] >= version
