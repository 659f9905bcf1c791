"""Whole imports killed at any moment: the book is as before or as after, and no scratch of theirs stays behind."""

import os
import signal
import subprocess
import sys

import pytest

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.book.importing import import_files
from keepwell.book.scratch import INCOMING, scratch
from keepwell.book.tests.killing import killed_at_random_moments

# Each round imports one more file of its own: 30 good purchases of accounts that no file of accounts named, and three
# rows that cannot be taken in.
IMPORTS = """
from datetime import UTC, datetime
from pathlib import Path
import pandas  # DuckDB looks for it when it is handed a table: once here instead of once in every process
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
from keepwell.book.book import Book
from keepwell.book.importing import import_files
from keepwell.book.reading import delimited, jsonlines, parquet, sheets
from keepwell.book.tables import all_tables

all_tables()

def work(number):
    book = Book.open(sys.argv[1])
    at = book.manifest.last_load // 2 + 1
    report = import_files(book, "purchases", [Path(sys.argv[2]) / f"{at}.csv"], create_accounts=True)
    assert report.reconciles
"""
GOOD, BAD = 30, 3


def write_round(folder, at):
    lines = ["purchase_id,account_id,occurred_at,amount,currency"]
    lines += [f"{at}-{n},{at}-{n % 5},2026-01-{n % 28 + 1:02},{n}.50,EUR" for n in range(GOOD)]
    lines += [f"{at}-x,{at}-0,2026-02-30,1,EUR", f"{at}-y,{at}-0,2026-01-01,much,EUR", f"{at}-z,{at}-0"]
    (folder / f"{at}.csv").write_text("\n".join(lines) + "\n")


def imports_seen(home, duck):
    """How many imports the book holds, having made sure that it holds them wholly and once."""
    moment = Book.open(home).moment(duck)
    at, odd = divmod(moment.last_load, 2)
    assert not odd
    if not at:
        assert not moment.has("purchases")
        return 0
    purchases = duck.collect(moment.frame("purchases").select("purchase_id"))["purchase_id"].to_pylist()
    assert len(purchases) == len(set(purchases)) == GOOD * at
    accounts = duck.collect(moment.frame("accounts").select("account_id"))["account_id"].to_pylist()
    assert len(accounts) == len(set(accounts)) == 5 * at
    assert sum(moment.quarantined().values()) == BAD * at
    loads = duck.collect(moment.frame("loads")).to_pylist()
    assert sum(load["loaded"] for load in loads) == (GOOD + 5) * at
    assert sum(load["quarantined"] for load in loads if load["table"] == "purchases") == BAD * at
    return at


@pytest.mark.slow
def test_an_import_killed_at_any_moment_is_there_or_not_and_the_next_one_works(tmp_path):
    home = tmp_path / "book"
    Book.create(home, reporting_currency="EUR")
    for at in range(1, 54):
        write_round(tmp_path, at)
    before = ended = 0
    duck = engine_named("duckdb", {"threads": "1"})
    for _number in killed_at_random_moments(IMPORTS, home, tmp_path, times=50):
        now = imports_seen(home, duck)
        assert now in (before, before + 1)
        ended += now - before
        before = now
    duck.close()
    assert 5 < ended < 50  # some were killed early, some late
    book = Book.open(home)
    report = import_files(book, "purchases", [tmp_path / f"{before + 1}.csv"], create_accounts=True)
    assert (report.read, report.loaded, report.quarantined) == (GOOD + BAD, GOOD, BAD)
    assert report.reconciles
    again = import_files(book, "purchases", [tmp_path / f"{before + 1}.csv"], create_accounts=True)
    assert (again.loaded, again.unchanged, again.quarantined) == (0, GOOD, BAD)
    assert not list((home / INCOMING).iterdir())


# Stops for good in the middle of an import, with the rows of the file lying in its scratch.
STUCK = """
import sys, time
from pathlib import Path
from keepwell.book.book import Book
from keepwell.book.importing import import_files

def stop(said):
    if said.startswith("Loading"):
        print("midway", flush=True)
        time.sleep(60)

import_files(Book.open(sys.argv[1]), "contacts", [Path(sys.argv[2])], progress=stop)
"""


def killed_midway(home, file):
    """An import killed with SIGKILL while what it read lies in the book's folder."""
    process = subprocess.Popen([sys.executable, "-c", STUCK, home, file], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "midway\n"
    assert any(path.is_file() and path.stat().st_size for path in (home / INCOMING).glob("*/*"))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert list((home / INCOMING).glob("*/*"))


def import_again(book, _file, folder):
    (folder / "more.csv").write_text("account_id\nb\n")
    import_files(book, "accounts", [folder / "more.csv"])


AFTERWARDS = {
    "another import": import_again,
    "cleaning": lambda book, _file, _folder: book.clean(),
    "erasing": lambda book, _file, _folder: book.erase_person("P-0017"),
    "any other writing": lambda book, _file, _folder: book.change_settings(reporting_currency="CZK"),
}


@pytest.mark.parametrize("what", AFTERWARDS)
def test_what_a_killed_import_had_in_hand_is_swept_by(what, tmp_path):
    book, file = Book.create(tmp_path / "book"), tmp_path / "contacts.csv"
    (tmp_path / "accounts.csv").write_text("account_id\na\n")
    import_files(book, "accounts", [tmp_path / "accounts.csv"])
    file.write_text("contact_id,account_id,name\nP-0017,a,Zdena Novakova\nP-0018,nobody,Zdena Novakova\n")
    killed_midway(tmp_path / "book", file)
    AFTERWARDS[what](book, file, tmp_path)
    assert not list((tmp_path / "book" / INCOMING).iterdir())


def test_a_running_import_keeps_what_it_has_in_hand_while_others_write(tmp_path):
    book = Book.create(tmp_path / "book")
    with scratch(book.store) as ours:
        (ours / "rows").write_text("rows")
        book.clean()
        assert (ours / "rows").read_text() == "rows"
    assert not list((tmp_path / "book" / INCOMING).iterdir())
