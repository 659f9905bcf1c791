# ruff: noqa: DTZ001 - moments in the book are naive UTC
"""A book in an object store, on a local server that speaks S3."""

import json
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta

import obstore
import pyarrow as pa
import pytest

from keepwell.book import lock
from keepwell.book.book import Book
from keepwell.book.history import history
from keepwell.book.scratch import place_of
from keepwell.lib.errors import BadBook

NOON = datetime(2026, 1, 1, 12)


@pytest.fixture(scope="module")
def server():
    moto = pytest.importorskip("moto.server")
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def home(server, monkeypatch, request):
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    import boto3

    boto3.client("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket="books")
    return f"s3://books/{abs(hash(request.node.name))}"


def accounts(*names):
    return pa.table({"account_id": [str(i) for i in range(len(names))], "name": list(names)})


def load(book, rows, at=NOON, table="accounts"):
    with book.writer(wait=1) as writer:
        counts = writer.put(table, rows, known_at=at)
        writer.commit()
    return counts


def test_a_remote_book_is_written_and_read_like_a_local_one(home, engine):
    book = Book.create(home, reporting_currency="EUR")
    assert load(book, accounts("x", "y")).loaded == 2
    assert load(book, accounts("x", "z", "new"), NOON + timedelta(days=1)).updated == 1
    book = Book.open(home)

    def names(moment):
        rows = engine.collect(moment.frame("accounts").sort("account_id").select("name"))
        return rows["name"].to_pylist()

    assert names(book.moment(engine)) == ["x", "z", "new"]
    assert names(book.moment(engine, date(2026, 1, 1))) == ["x", "y"]
    assert [v.row["name"] for v in history(book, "accounts", "1")] == ["y", "z"]
    assert load(book, accounts("x", "z", "new"), NOON + timedelta(days=2)).unchanged == 3


def test_a_remote_book_is_cleaned_and_its_persons_erased(home, duck):
    book = Book.create(home)
    rows = {
        "contact_id": ["P-0017", "P-0018"],
        "account_id": ["0", "0"],
        "email": ["z@example.cz", "b@example.cz"],
    }
    load(book, pa.table(rows), table="contacts")
    assert book.erase_person("P-0017").rows == {"contacts": 1}
    book.clean(timedelta(0))
    contents = [bytes(obstore.get(book.store.objects, entry.path).bytes()) for entry in book.store.list("")]
    assert not any(b"z@example.cz" in content or b"P-0017" in content for content in contents)
    assert any(b"b@example.cz" in content for content in contents)
    apart = duck.collect(book.moment(duck).personal("contacts").select("email"))
    assert apart["email"].to_pylist() == ["b@example.cz"]


def test_only_one_writes_to_a_remote_book(home):
    book = Book.create(home)
    with book.writer(), pytest.raises(BadBook, match="writing") as refused, book.writer(wait=0):
        pass
    assert "process" in refused.value.seen
    assert load(book, accounts("x")).loaded == 1


def test_the_lease_of_a_writer_that_died_runs_out(home):
    book = Book.create(home)
    dead = {"writer": "dead", "holder": "process 1", "until": time.time() + 1.5}
    book.store.create(lock.FILE, json.dumps(dead).encode())
    with pytest.raises(BadBook, match="writing"), book.writer(wait=0):
        pass
    time.sleep(1.6)
    assert load(book, accounts("x")).loaded == 1


def test_a_lease_is_renewed_while_the_writer_lives(home, monkeypatch):
    monkeypatch.setattr(lock, "LEASE", 0.9)
    book = Book.create(home)
    with book.writer():
        time.sleep(1.5)
        with pytest.raises(BadBook, match="writing"), book.writer(wait=0):
            pass


def test_a_writer_whose_lease_was_taken_changes_nothing(home, duck):
    book = Book.create(home)
    load(book, accounts("before"))
    with book.writer() as slow:
        slow.put("accounts", accounts("slow"), known_at=NOON)
        taken = {"writer": "dead", "holder": "nobody", "until": 0}
        book.store.replace(lock.FILE, json.dumps(taken).encode(), book.store.tag(lock.FILE))
        load(book, accounts("quick"), NOON + timedelta(hours=1))
        with pytest.raises(BadBook, match="took over"):
            slow.commit()
    names = duck.collect(book.moment(duck).frame("accounts").select("name"))
    assert names["name"].to_pylist() == ["quick"]
    assert load(book, accounts("quick"), NOON + timedelta(hours=2)).unchanged == 1


def test_tables_ahead_of_a_remote_manifest_are_restored(home, duck):
    book = Book.create(home)
    load(book, accounts("before"))
    with book.writer() as writer:
        writer.put("accounts", accounts("never seen"), known_at=NOON + timedelta(hours=1))
        writer.draft("accounts").commit()
        writer.draft("accounts_history").commit()
    assert load(book, accounts("before"), NOON + timedelta(hours=2)).unchanged == 1
    names = duck.collect(book.moment(duck).frame("accounts").select("name"))
    assert names["name"].to_pylist() == ["before"]


def test_a_server_that_cannot_be_reached_is_said(monkeypatch, home):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
    with pytest.raises(BadBook, match="cannot be reached") as refused:
        Book.open("s3://no-such-bucket-anywhere/book")
    assert any("AWS_ENDPOINT_URL" in way for way in refused.value.ways)


# Dies with the rows of a person in hand.
DYING = """
import os, signal, sys
from keepwell.book.book import Book
from keepwell.book.scratch import scratch

book = Book.open(sys.argv[1])
with scratch(book.store) as folder, book.writer() as writer:
    (folder / "rows").write_text("Zdena")
    (writer.staged_folder()).mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_writer_of_a_remote_book_had_in_hand_when_it_died_is_swept_by_the_next(
    home, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(lock, "LEASE", 0.5)
    book = Book.create(home)
    subprocess.run([sys.executable, "-c", DYING, home], check=False)
    assert len(list(place_of(book.store).glob("*.lock"))) == 2
    taken = {"writer": "dead", "holder": "nobody", "until": 0}
    book.store.replace(lock.FILE, json.dumps(taken).encode(), book.store.tag(lock.FILE))
    load(book, accounts("x"))
    assert not list(place_of(book.store).iterdir())
