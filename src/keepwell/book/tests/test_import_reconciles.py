"""Whatever stands in a file: every row is accounted for, and loading it twice changes nothing."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepwell.book.book import Book
from keepwell.book.importing import import_files
from keepwell.book.tests.importing_kit import NOW, PURCHASES, SHARED, SUBSCRIPTIONS, Desk

EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"

cells = {
    "id": st.sampled_from(["1", "2", "3", "4", "", "=1+1"]),
    "account": st.sampled_from(["A1", "A2", "A9", "", " A1 "]),
    "start": st.sampled_from(["2026-01-01", "2026-02-30", "0001-01-01", "x", "", "2025-05-05"]),
    "end": st.sampled_from(["", "2026-03-01", "9999-12-31", "2020-01-01"]),
    "mrr": st.sampled_from(["5", "-5", "NaN", "", "1,000.50", "5.255"]),
    "currency": st.sampled_from(["EUR", "HUF", "", "XXX"]),
}
rows = st.lists(st.tuples(*cells.values()), min_size=1, max_size=12)
ragged = st.sampled_from(["", "\n", "1,2\n", "1,2,3,4,5,6,7,8\n", '"open\n'])


def line(row):
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\n"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=rows, tail=ragged, keyed=st.booleans(), occurred=st.booleans())
def test_every_row_is_accounted_for_and_a_second_load_changes_nothing(rows, tail, keyed, occurred):
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name))
        header, body = SUBSCRIPTIONS, "".join(map(line, rows))
        if not keyed:
            header, body = SUBSCRIPTIONS.partition(",")[2], "".join(line(row[1:]) for row in rows)
        text = header + body + tail
        how = {"known_at": "occurred" if occurred else None, "decimal_mark": "."}
        first = desk.load("subscriptions", text, **how)
        content, aside = desk.rows("subscriptions"), desk.aside()
        again = desk.load("subscriptions", text, **how)
        assert again.read == first.read >= len(rows)
        assert again.quarantined == first.quarantined == len(aside)
        assert (again.loaded, again.updated) == (0, 0)
        assert desk.rows("subscriptions") == content
        assert [(a.id, a.line, a.problems) for a in desk.aside()] == [
            (a.id, a.line, a.problems) for a in aside
        ]


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the public data set {name} is not at hand")
    return path


def test_online_retail_reconciles_with_its_returns_and_equal_lines(tmp_path):
    book = Book.create(tmp_path / "home")
    files = [shared("online_retail/online_retail.parquet")]
    how = {
        "mapping": EXAMPLES / "online_retail.toml",
        "create_accounts": True,
        "known_at": "occurred",
        "now": NOW,
    }
    report = import_files(book, "purchases", files, **how)
    assert report.reconciles
    assert (report.read, report.loaded, report.quarantined) == (541_909, 406_829, 135_080)
    assert (report.reasons, report.accounts_created) == ({"missing_account": 135_080}, 4_372)
    desk = object.__new__(Desk)
    desk.book = book
    rows = desk.rows("purchases")
    assert sum(r["amount"] < 0 for r in rows) == 8_905
    assert len({r["purchase_id"] for r in rows}) == 406_829
    again = import_files(book, "purchases", files, **how)
    assert (again.loaded, again.updated, again.unchanged, again.quarantined) == (0, 0, 406_829, 135_080)


def test_cdnow_is_read_with_the_mapping_in_the_docs(tmp_path):
    book = Book.create(tmp_path / "home")
    files = [shared("cdnow/CDNOW_master.txt")]
    report = import_files(
        book, "purchases", files, mapping=EXAMPLES / "cdnow.toml", create_accounts=True, now=NOW
    )
    assert (report.read, report.loaded, report.accounts_created) == (69_659, 69_659, 23_570)


def test_a_large_clean_file_is_loaded_row_by_row_the_same_way(tmp_path):
    desk = Desk(tmp_path)
    lines = "".join(f"{i},A{i % 3 + 1},2026-01-{i % 28 + 1:02},{i}.25,EUR\n" for i in range(50_000))
    assert desk.load("purchases", PURCHASES + lines).loaded == 50_000
    assert sum(r["amount"] for r in desk.rows("purchases")) == sum(100 * i + 25 for i in range(50_000))
