# ruff: noqa: DTZ001 - moments in the book are naive UTC
"""Making, opening, locking and cleaning a book."""

import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.book.book import Book
from keepwell.book.cleaning import sweep_debris
from keepwell.book.delta import Draft, latest_version
from keepwell.book.engines import engine_named
from keepwell.book.settings import Settings
from keepwell.lib.errors import BadBook, KeepwellError

NOON = datetime(2026, 1, 1, 12)


def accounts(n, name="x"):
    ids = [str(i) for i in range(n)]
    return pa.table({"account_id": ids, "name": [name] * n})


def load(book, rows, at=NOON, table="accounts"):
    with book.writer() as writer:
        counts = writer.put(table, rows, known_at=at)
        writer.commit()
    return counts


def names(duck, moment):
    return set(duck.collect(moment.frame("accounts").select("name").unique())["name"].to_pylist())


@pytest.fixture
def book(tmp_path):
    return Book.create(tmp_path / "book", reporting_currency="EUR")


def test_a_book_is_made_once(book):
    assert Book.open(book.home).settings.reporting_currency == "EUR"
    with pytest.raises(BadBook, match="already"):
        Book.create(book.home)


def test_where_there_is_no_book_the_ways_to_one_are_said(tmp_path):
    with pytest.raises(BadBook) as missing:
        Book.open(tmp_path / "nowhere")
    assert "--home" in str(missing.value)
    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "nowhere").exists()


def test_a_book_to_be_made_is_there_with_its_first_commit_and_not_before(tmp_path, duck):
    book = Book.open(tmp_path / "book", create=True)
    with book.writer() as writer:
        writer.put("accounts", accounts(3, "never committed"), known_at=NOON)
    with pytest.raises(BadBook, match="no book"):
        Book.open(tmp_path / "book")
    sweep_debris(book.store)
    assert not list((tmp_path / "book" / "tables").rglob("*.parquet"))
    load(book, accounts(1, "committed"))
    assert names(duck, Book.open(tmp_path / "book").moment(duck)) == {"committed"}


def test_the_secret_is_readable_only_by_its_owner_and_not_in_the_manifest(book):
    secret = Path(book.home) / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_bytes() not in (Path(book.home) / book.manifest.path).read_bytes()


def test_a_book_without_its_secret_is_not_written_to(book):
    (Path(book.home) / "secret").unlink()
    with pytest.raises(BadBook, match="secret"), book.writer():
        pass


def test_a_book_made_by_a_newer_version_is_refused(book):
    path = Path(book.home) / book.manifest.path
    newer = json.loads(path.read_text()) | {"format": 99, "unheard_of": True}
    path.with_name("0000000002.json").write_text(json.dumps(newer))
    with pytest.raises(BadBook, match="newer Keepwell") as refused:
        Book.open(book.home)
    assert "pip install --upgrade" in str(refused.value)


def test_a_damaged_manifest_is_said_to_be_damaged(book):
    (Path(book.home) / book.manifest.path).write_text("{")
    with pytest.raises(BadBook, match="damaged"):
        Book.open(book.home)


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadBook):
        Book.create(tmp_path / "file")


IN_A_POOR_PLACE = """
import os, resource, signal, sys, datetime
import pyarrow as pa
from keepwell.book.book import Book
from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext
gettext("read the texts while their files may be read")
home, trouble = sys.argv[1:]
if trouble == "permission":
    os.setgid(65534), os.setuid(65534)
else:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    n = 200_000
    rows = pa.table({"account_id": [str(i) for i in range(n)], "name": [str(i * 7919 % n) for i in range(n)]})
    with Book.open(home).writer() as writer:
        writer.put("accounts", rows, known_at=datetime.datetime(2026, 1, 1))
        writer.commit()
except BadBook as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("trouble", "words"), [("permission", "cannot be written"), ("disk", "The disk is full")]
)
def test_a_place_that_cannot_be_written_is_said_and_leaves_the_book_as_it_was(tmp_path, duck, trouble, words):
    if trouble == "permission" and os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    home = Path("/tmp") / f"keepwell-test-{os.getpid()}-{trouble}"  # reachable for another user
    try:
        book = Book.create(home)
        load(book, accounts(3))
        done = subprocess.run(
            [sys.executable, "-c", IN_A_POOR_PLACE, str(home), trouble],
            capture_output=True,
            text=True,
            check=False,
        )
        assert words in done.stdout, done.stderr
        assert names(duck, book.moment(duck)) == {"x"}
        assert load(book, accounts(3, "y")).updated == 3
    finally:
        shutil.rmtree(home)


def test_only_one_writes_at_a_time(book):
    with book.writer(), pytest.raises(BadBook, match="writing") as refused, book.writer(wait=0.1):
        pass
    assert f"process {os.getpid()}" in str(refused.value)
    with book.writer(wait=0.1):
        pass


def test_a_writer_waits_for_the_one_before(book, duck):
    def slowly():
        with book.writer() as writer:
            writer.put("accounts", accounts(2, "first"), known_at=NOON)
            time.sleep(0.5)
            writer.commit()

    thread = threading.Thread(target=slowly)
    thread.start()
    time.sleep(0.2)
    load(book, accounts(2, "second"), NOON + timedelta(hours=1))
    thread.join()
    assert names(duck, book.moment(duck)) == {"second"}


def test_nothing_is_seen_before_the_commit_or_without_it(book, duck):
    load(book, accounts(2, "before"))
    with book.writer() as writer:
        writer.put("accounts", accounts(2, "after"), known_at=NOON)
        assert names(duck, book.moment(duck)) == {"before"}
    assert names(duck, book.moment(duck)) == {"before"}


def test_several_puts_of_one_commit_see_each_other(book, duck):
    with book.writer() as writer:
        writer.put("accounts", accounts(2, "one"), known_at=NOON)
        assert writer.put("accounts", accounts(2, "one"), known_at=NOON).unchanged == 2
        assert writer.put("accounts", accounts(3, "two"), known_at=NOON).updated == 2
        writer.commit()
        assert writer.put("accounts", accounts(3, "two"), known_at=NOON).unchanged == 3
        writer.commit()
    assert names(duck, book.moment(duck)) == {"two"}
    loads = duck.collect(book.moment(duck).frame("loads").sort("load").select("load"))
    assert loads["load"].to_pylist() == [1, 2, 3, 4]


def test_a_writer_that_was_overtaken_changes_nothing(book, duck):
    load(book, accounts(2, "before"))
    with book.writer() as writer:
        writer.put("accounts", accounts(2, "after"), known_at=NOON)
        path = Path(book.home) / book.manifest.path
        shutil.copy(path, path.with_name(f"{book.manifest.number + 1:010d}.json"))
        with pytest.raises(BadBook, match="took over"):
            writer.commit()


def test_tables_ahead_of_the_manifest_are_restored(book, duck):
    load(book, accounts(2, "before"))
    with book.writer() as writer:
        wider = accounts(2, "never seen").append_column("colour", pa.array(["red", "red"]))
        writer.put("accounts", wider, known_at=NOON + timedelta(hours=1))
        for name in ("accounts", "accounts_history"):
            writer.draft(name).commit()  # as far as a writer gets that dies before its manifest
    assert latest_version(book.store, "accounts") > book.manifest.tables["accounts"]
    assert latest_version(book.store, "accounts_history") is not None
    assert names(duck, book.moment(duck)) == {"before"}
    counts = load(book, accounts(3, "before"), NOON + timedelta(hours=2))
    assert (counts.loaded, counts.updated, counts.unchanged) == (1, 0, 2)
    assert latest_version(book.store, "accounts_history") is None
    assert "colour" not in book.moment(duck).columns("accounts")
    assert names(duck, book.moment(duck)) == {"before"}


def test_debris_of_a_writer_that_died_is_swept_by_the_next(book):
    load(book, accounts(2))
    home = Path(book.home)
    debris = [home / "tables/accounts/part-123.parquet#1", home / "tables/accounts/part-456.parquet"]
    for path in debris:
        path.write_bytes(b"half")
    left = home / "staging" / "left-behind"
    left.mkdir(parents=True)
    (left / "rows_1.parquet").write_bytes(b"half")
    load(book, accounts(2))
    assert not any(path.exists() for path in debris)
    assert list((home / "staging").iterdir()) == []
    sweep_debris(book.store)
    assert load(book, accounts(2)).unchanged == 2


def test_cleaning_puts_small_files_together_and_forgets_old_cuts(book, duck):
    for n in range(12):
        load(book, pa.table({"account_id": [str(n)], "name": ["x"]}))
    before = len(Draft(book.store, "accounts", book.manifest.tables["accounts"], Path(book.home)).files)
    swept = book.clean(timedelta(0))
    after = Draft(book.store, "accounts", book.manifest.tables["accounts"], Path(book.home))
    assert (before, len(after.files), after.rows) == (12, 1, 12)
    assert swept.files > 12
    assert swept.manifests == 13
    assert len(list(Path(book.home).glob("tables/accounts/*.parquet"))) == 1
    assert load(book, accounts(12)).unchanged == 12


def test_a_reader_keeps_its_moment_while_others_write_and_clean(book, duck):
    load(book, accounts(20, "then"))
    moment = book.moment(duck)
    for n in range(10):
        load(book, accounts(20, f"now {n}"), NOON + timedelta(hours=n + 1))
    book.clean()
    assert names(duck, moment) == {"then"}
    assert names(duck, book.moment(duck)) == {"now 9"}


WRITING = """
import sys, time, datetime
import pyarrow as pa
from keepwell.book.book import Book
book = Book.open(sys.argv[1])
for n in range(1, 13):
    ids = pa.array([str(i) for i in range(30)])
    word = pa.array([str(n)] * 30)
    at = datetime.datetime(2026, 1, 2) + datetime.timedelta(hours=n)
    with book.writer() as writer:
        writer.put("accounts", pa.table({"account_id": ids, "name": word}), known_at=at)
        subs = {"subscription_id": ids, "account_id": ids, "product": word}
        writer.put("subscriptions", pa.table(subs), known_at=at)
        writer.commit()
    if n % 5 == 0:
        book.clean()
    time.sleep(0.1)  # so that a reader on a busy machine gets its turn
"""


def test_a_reader_sees_one_moment_while_another_process_writes(book, duck):
    load(book, accounts(30, "0"))
    ids = [str(i) for i in range(30)]
    subs = {"subscription_id": ids, "account_id": ["0"] * 30, "product": ["0"] * 30}
    load(book, pa.table(subs), table="subscriptions")
    writing = subprocess.Popen([sys.executable, "-c", WRITING, book.home], stderr=subprocess.PIPE, text=True)
    seen = set()
    while writing.poll() is None:
        moment = book.moment(duck)
        first = names(duck, moment)
        products = moment.frame("subscriptions").select("product").unique()
        assert set(duck.collect(products)["product"].to_pylist()) == first == names(duck, moment)
        assert len(first) == 1
        assert duck.collect(moment.frame("accounts").select(nw.len()))[0][0].as_py() == 30
        seen |= first
    assert writing.returncode == 0, writing.stderr.read()
    assert names(duck, book.moment(duck)) == {"12"}
    assert len(seen) > 2


def test_settings_are_kept_in_the_manifest(book):
    book.change_settings(fiscal_start=4, data_from=date(2024, 1, 1), policies={"grace_days": 7})
    again = Book.open(book.home).settings
    assert (again.fiscal_start, again.data_from, again.policies) == (4, date(2024, 1, 1), {"grace_days": 7})
    assert again.reporting_currency == "EUR"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reporting_currency": "EURO"}, "EUR"),
        ({"time_zone": "Europe/Prag"}, "time zone"),
        ({"fiscal_start": 13}, "1 to 12"),
        ({"time_zome": "UTC"}, "time_zone"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(book, change, words):
    with pytest.raises(KeepwellError) as refused:
        book.change_settings(**change)
    assert words in str(refused.value)


def test_the_time_zone_is_fixed_by_the_first_load(book):
    book.change_settings(time_zone="Europe/Prague")
    load(book, accounts(1))
    with pytest.raises(KeepwellError, match="time zone cannot change"):
        book.change_settings(time_zone="Asia/Tokyo")


@given(
    st.builds(
        Settings,
        reporting_currency=st.sampled_from([None, "EUR", "JPY"]),
        time_zone=st.sampled_from(["UTC", "Asia/Shanghai"]),
        fiscal_start=st.integers(1, 12),
        data_from=st.none() | st.dates(),
        policies=st.dictionaries(st.text(), st.integers() | st.text()),
    )
)
def test_settings_survive_being_written_down(settings):
    assert Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_covered_is_the_smallest_over_the_sources(book, duck):
    with book.writer() as writer:
        writer.cover("subscriptions", "billing", date(2026, 3, 1))
        writer.cover("subscriptions", "shop", date(2026, 2, 1))
        writer.commit()
    moment = book.moment(duck)
    assert moment.covered("subscriptions") == date(2026, 2, 1)
    assert moment.covered("purchases") is None
    assert moment.cut.manifest == 2


def test_derived_tables_are_appended_to_and_replaced(book, duck, tmp_path):
    frame = duck.frame(pa.table({"n": [1, 2]}))
    with book.writer() as writer:
        writer.append("ledger", duck.write(frame, tmp_path / "a"))
        writer.append("ledger", pa.table({"n": [3]}))
        writer.commit()
    assert sorted(duck.collect(book.moment(duck).frame("ledger"))["n"].to_pylist()) == [1, 2, 3]
    with book.writer() as writer:
        writer.replace("ledger", pa.table({"n": [4], "m": ["new"]}))
        writer.commit()
    assert duck.collect(book.moment(duck).frame("ledger")).to_pylist() == [{"n": 4, "m": "new"}]


def test_memory_stays_bounded_while_a_long_stream_is_put(book):
    batch = pa.record_batch({"account_id": pa.array([str(i) for i in range(50_000)])})

    def batches():
        for n in range(40):
            yield pa.record_batch(
                {"account_id": pa.array([f"{n}-{i}" for i in range(50_000)]), "name": batch.column(0)}
            )

    schema = pa.schema([("account_id", pa.string()), ("name", pa.string())])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with book.writer() as writer:
        reader = pa.RecordBatchReader.from_batches(schema, batches())
        assert writer.put("accounts", reader, known_at=NOON, unique=True).loaded == 2_000_000
        writer.commit()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # kilobytes


def test_an_unknown_engine_is_refused():
    with pytest.raises(KeepwellError, match="duckdb or spark"):
        engine_named("dukdb")
