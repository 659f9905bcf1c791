import os
import resource
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.book.importing import import_files
from keepwell.book.tests.importing_kit import PURCHASES, SUBSCRIPTIONS, Desk
from keepwell.lib.errors import BadInput


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def refused(desk, content, table="purchases", name="file.csv", **how):
    before = desk.book.manifest.number
    with pytest.raises(BadInput) as caught:
        desk.load(table, content, name=name, **how)
    assert desk.book.manifest.number == before
    return str(caught.value)


def test_an_empty_file_is_refused(desk):
    assert "is empty" in refused(desk, "")


def test_a_byte_order_mark_alone_is_an_empty_file(desk):
    assert "is empty" in refused(desk, b"\xef\xbb\xbf")


def test_a_header_without_rows_is_refused(desk):
    assert "has a header but no rows" in refused(desk, PURCHASES)


def test_the_wrong_delimiter_is_named_with_the_one_that_fits(desk):
    said = refused(desk, PURCHASES.replace(",", ";") + "1;A1;2026-01-01;5;EUR\n", delimiter=",")
    assert "one column only" in said
    assert "--delimiter ';'" in said


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"%PDF-1.7", b"PAR1", b"SQLite format 3", b"\x89PNG\r\n"])
def test_a_binary_renamed_csv_is_refused(desk, start):
    assert "is not text" in refused(desk, start + b"\0\1\2" * 1000)


def test_a_parquet_file_renamed_csv_is_told_its_right_name(desk, tmp_path):
    whole = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"a": [1]}), whole)
    assert "rename it to orders.parquet" in refused(desk, whole.read_bytes(), name="orders.csv")


def test_zero_bytes_inside_a_text_are_refused(desk):
    assert "NUL" in refused(desk, PURCHASES.encode() + b"1,A1,2026-01-01,5,EUR\n" * 1000 + b"\0\0,")


def test_a_null_character_in_the_name_of_a_column_is_refused(desk):
    assert "na␀me" in refused(desk, '{"account_id": "A1", "na\\u0000me": 1}\n', "accounts", "rows.jsonl")


def test_a_truncated_parquet_file_is_refused(desk, tmp_path):
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"a": list(range(10_000))}), whole)
    said = refused(desk, whole.read_bytes()[:-100], name="cut.parquet")
    assert "cut off" in said


def test_a_damaged_parquet_file_is_refused(desk, tmp_path):
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"a": list(range(10_000))}), whole)
    data = bytearray(whole.read_bytes())
    data[-60:-20] = b"\xff" * 40
    assert "damaged" in refused(desk, bytes(data), name="bad.parquet")


def test_a_column_named_twice_is_refused(desk):
    assert "same column twice" in refused(desk, "account_id,Amount,amount\nA1,1,2\n")


def test_a_line_over_16_mb_is_refused(desk):
    assert "longer than 16 MB" in refused(desk, PURCHASES + "x" * (17 * 2**20))


def test_a_10_gb_stream_without_line_breaks_fails_early_in_constant_memory(desk, tmp_path):
    pipe, written = tmp_path / "stream.csv", 0
    os.mkfifo(pipe)

    def pour():
        nonlocal written
        chunk = b"x" * 2**20
        try:
            with pipe.open("wb") as out:
                for _ in range(10 * 1024):
                    out.write(chunk)
                    written += len(chunk)
        except BrokenPipeError:
            pass

    thread = threading.Thread(target=pour)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    thread.start()
    with pytest.raises(BadInput, match="longer than 16 MB"):
        import_files(desk.book, "purchases", [pipe])
    thread.join()
    assert written < 64 * 2**20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 * 1024


def test_a_good_stream_through_a_pipe_is_loaded(desk, tmp_path):
    pipe = tmp_path / "stream.csv"
    os.mkfifo(pipe)
    thread = threading.Thread(target=lambda: pipe.write_text(PURCHASES + "1,A1,2026-01-01,5,EUR\n"))
    thread.start()
    report = import_files(desk.book, "purchases", [pipe])
    thread.join()
    assert (report.read, report.loaded) == (1, 1)


def test_a_file_that_does_not_exist_is_said_so(desk, tmp_path):
    with pytest.raises(BadInput, match="There is no file"):
        import_files(desk.book, "purchases", [tmp_path / "none.csv"])


def test_a_missing_column_brings_near_names_and_a_mapping_to_start_from(desk):
    said = refused(
        desk, "subscription_id,account_id,starts_on,mrr,currency\n1,A1,2026-01-01,5,EUR\n", "subscriptions"
    )
    assert "started_on" in said
    assert "starts_on" in said
    assert 'table = "subscriptions"' in said


def test_no_currency_at_all_is_asked_for(desk):
    said = refused(desk, "subscription_id,account_id,started_on,mrr\n1,A1,2026-01-01,5\n", "subscriptions")
    assert "--currency EUR" in said


def test_days_that_can_be_read_two_ways_are_asked_for(desk):
    said = refused(desk, SUBSCRIPTIONS + "1,A1,01/02/2026,,5,EUR\n2,A1,03/04/2026,,5,EUR\n", "subscriptions")
    assert "--date-order dmy" in said
    assert "--date-order mdy" in said


def test_numbers_that_can_be_read_two_ways_are_asked_for(desk):
    said = refused(desk, SUBSCRIPTIONS.replace(",", ";") + "1;A1;2026-01-01;;1.234;EUR\n", "subscriptions")
    assert "--decimal-mark" in said


def test_a_folder_without_files_is_refused(desk, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput, match="no file that can be imported"):
        import_files(desk.book, "purchases", [tmp_path / "folder"])


def test_a_mapping_for_another_table_is_refused(desk, tmp_path):
    kept = tmp_path / "m.toml"
    kept.write_text('table = "accounts"\n')
    assert "not for purchases" in refused(desk, PURCHASES + "1,A1,2026-01-01,5,EUR\n", mapping=kept)


def test_brackets_around_json_are_refused(desk):
    assert "one object on each line" in refused(desk, '[\n{"a": 1}\n]', name="rows.json")


def test_headers_values_and_names_written_as_sql_are_only_text(desk):
    """Column names and texts of a file are put into statements: none of them may end its quotation."""
    evil = """x'"); COPY (SELECT 1) TO 'stolen.csv'; --"""
    quoted = '"' + evil.replace('"', '""') + '"'
    text = f"account_id,name,{quoted}\nA9,{quoted},{quoted}\n,{quoted},{quoted}\n"
    report = desk.load("accounts", text, name="it's; --.csv")
    assert (report.loaded, report.quarantined) == (1, 1)
    assert desk.rows("accounts")[-1]["name"] == evil
    assert evil in desk.aside()[0].row.values()
    assert not any(path.name == "stolen.csv" for path in desk.folder.rglob("*"))
