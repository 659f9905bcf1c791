# ruff: noqa: DTZ001 - moments in the book are naive UTC
"""Files that hold all that is stored are taken into an empty table as they are, but never where they name persons."""

import tempfile
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.book.book import Book
from keepwell.book.tables import table_named
from keepwell.book.tests.importing_kit import SUBSCRIPTIONS, Desk

MONDAY = datetime(2026, 1, 5, 8)


def finished(table: str, rows: list[dict], file: Path) -> Path:
    """A file of rows with all that is stored of each."""
    entry = table_named(table)
    tail = [("known_at", pa.timestamp("us")), ("load", pa.int64()), ("gone", pa.bool_())]
    schema = pa.schema([*entry.schema(), *[pa.field(*f) for f in tail]])
    said = {"known_at": MONDAY, "load": 1, "gone": False}
    pq.write_table(pa.Table.from_pylist([{**row, **said} for row in rows], schema=schema), file)
    return file


def put(book: Book, table: str, file: Path) -> list[Path]:
    """The files of the table after the file was put."""
    with book.writer() as writer:
        counts = writer.put(table, [file], known_at=MONDAY, unique=True, finished=True)
        writer.commit()
    assert counts.loaded == pq.read_metadata(file).num_rows
    return list(Path(book.home).glob(f"tables/{table}/*.parquet"))


ACCOUNTS = [{"account_id": "a", "name": "Alpha"}, {"account_id": "b", "name": "Beta"}]
WHEN = {"occurred_at": datetime(2026, 1, 2), "occurred_on": date(2026, 1, 2)}
OF_PERSONS = {
    "events": {"event_id": "e1", "account_id": "a", "contact_id": "P-0017", "kind": "login", **WHEN},
    "touches": {"touch_id": "h1", "account_id": "a", "contact_id": "P-0017", "channel": "mail", **WHEN},
    "tickets": {"ticket_id": "t1", "account_id": "a", "contact_id": "P-0017", "subject": "P-0017 called"},
    "contacts": {"contact_id": "P-0017", "account_id": "a", "name": "P-0017"},
}  # fmt: skip


def test_a_finished_file_is_taken_as_it_is(tmp_path):
    book, file = Book.create(tmp_path / "book"), finished("accounts", ACCOUNTS, tmp_path / "rows.parquet")
    [stored] = put(book, "accounts", file)
    assert stored.samefile(file)


def test_a_first_import_stores_all_that_a_row_carries(tmp_path):
    desk = Desk(tmp_path, accounts="")
    desk.load("accounts", "account_id\nA1\n")
    desk.load("subscriptions", SUBSCRIPTIONS + "S1,A1,2026-01-01,,5,EUR\n")
    [stored] = Path(desk.book.home).glob("tables/subscriptions/*.parquet")
    assert pq.read_schema(stored).names[-3:] == ["known_at", "load", "gone"]
    assert [row["mrr"] for row in desk.rows("subscriptions")] == [500]


@pytest.mark.parametrize("table", OF_PERSONS)
def test_a_contact_id_never_lies_among_the_facts(table, tmp_path):
    book = Book.create(tmp_path / "book")
    put(book, table, finished(table, [OF_PERSONS[table]], tmp_path / "rows.parquet"))
    for file in (p for p in Path(book.home).rglob("*") if p.is_file()):
        content = file.read_bytes()
        if file.suffix == ".parquet":
            content += str(pq.read_table(file).to_pylist()).encode()
        assert b"P-0017" not in content or file.parent.name == f"{table}_personal", file


@pytest.mark.parametrize("table", ["events", "touches"])
def test_a_contact_id_in_a_file_never_lies_among_the_facts(table, tmp_path):
    desk = Desk(tmp_path)
    row = OF_PERSONS[table]
    desk.load(
        table, ",".join(row) + "\n" + ",".join(str(value) for value in row.values()).replace(",a,", ",A1,")
    )
    stored = [
        pq.read_table(file).to_pylist() for file in (tmp_path / "home").glob(f"tables/{table}/*.parquet")
    ]
    [[found]] = stored
    assert len(found["contact_id"]) == 32
    for file in (p for p in (tmp_path / "home").rglob("*") if p.is_file()):
        assert b"P-0017" not in file.read_bytes(), file
    assert "P-0017" not in str(stored)


def test_a_file_that_lacks_what_is_stored_is_written_anew(tmp_path):
    book, file = Book.create(tmp_path / "book"), tmp_path / "rows.parquet"
    pq.write_table(pa.table({"account_id": ["a"]}), file)
    [stored] = put(book, "accounts", file)
    assert not stored.samefile(file)
    assert pq.read_table(stored)["gone"].to_pylist() == [False]


def test_a_finished_file_on_another_disk_is_copied(tmp_path):
    other = Path("/dev/shm")
    if not other.exists() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("There is no second file system here.")
    with tempfile.TemporaryDirectory(dir=other) as elsewhere:
        file = finished("accounts", ACCOUNTS, Path(elsewhere) / "rows.parquet")
        [stored] = put(Book.create(tmp_path / "book"), "accounts", file)
        assert stored.read_bytes() == file.read_bytes()
