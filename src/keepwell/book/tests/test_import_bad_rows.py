import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.book.checks import sentences
from keepwell.book.importing import import_files
from keepwell.book.mapping import Mapping
from keepwell.book.quarantine import export, quarantined
from keepwell.book.retrying import retry
from keepwell.book.tests.importing_kit import PURCHASES, SUBSCRIPTIONS, Desk


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


GOOD = "good,A1,2026-01-01,2026-02-01,10.50,EUR\n"


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",A1,2026-01-01,,5,EUR", "subscription_id", "missing_key"),
        ("1,,2026-01-01,,5,EUR", "account_id", "missing_account"),
        ("1,A9,2026-01-01,,5,EUR", "account_id", "unknown_account"),
        ("1,A1,,,5,EUR", "started_on", "missing_value"),
        ("1,A1,soon,,5,EUR", "started_on", "unreadable_date"),
        ("1,A1,2026-02-30,,5,EUR", "started_on", "impossible_date"),
        ("1,A1,0001-01-01,,5,EUR", "started_on", "date_out_of_range"),
        ("1,A1,2026-01-01,9999-12-31,5,EUR", "ended_on", "date_out_of_range"),
        ("1,A1,2026-01-02,2026-01-01,5,EUR", "ended_on", "end_before_start"),
        ("1,A1,2026-01-01,,-5,EUR", "mrr", "negative_amount"),
        ("1,A1,2026-01-01,,NaN,EUR", "mrr", "not_finite"),
        ("1,A1,2026-01-01,,-Infinity,EUR", "mrr", "not_finite"),
        ("1,A1,2026-01-01,,five,EUR", "mrr", "unreadable_number"),
        ("1,A1,2026-01-01,,99999999999999999999,EUR", "mrr", "too_large"),
        ("1,A1,2026-01-01,,1e400,EUR", "mrr", "too_large"),
        ("1,A1,2026-01-01,,,EUR", "mrr", "missing_value"),
        ("1,A1,2026-01-01,,5,", "currency", "missing_currency"),
        ("1,A1,2026-01-01,,5,XYZ", "currency", "unknown_currency"),
        ("1,A1,2026-01-01,5,EUR", "", "wrong_columns"),
    ],
)
def test_a_bad_row_is_put_aside_with_line_column_value_and_reason(desk, line, column, reason):
    report = desk.load("subscriptions", SUBSCRIPTIONS + GOOD + line + "\n")
    assert (report.read, report.loaded, report.quarantined) == (2, 1, 1)
    assert report.reasons == {reason: 1}
    [row] = desk.aside()
    problem = row.problems[0]
    assert (row.file, row.line, problem.column, problem.reason) == ("file.csv", 3, column, reason)
    assert problem.sentence != reason
    if column and problem.value is not None:
        assert problem.value in line
    assert [r["subscription_id"] for r in desk.rows("subscriptions")] == ["good"]


def _as_jsonl(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def _as_parquet(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path)


def _as_xlsx(path, rows):
    sheet = openpyxl.Workbook()
    # A spreadsheet writes characters that XML may not have by their number.
    values = [[str(value).replace("\0", "_x0000_") for value in row.values()] for row in rows]
    for line in [list(rows[0]), *values]:
        sheet.active.append(line)
    sheet.save(path)


def _as_wide_csv(path, rows):
    lines = [list(rows[0]), *(list(map(str, row.values())) for row in rows)]
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-16")


@pytest.mark.parametrize(
    ("write", "name"),
    [(_as_jsonl, "a.jsonl"), (_as_parquet, "a.parquet"), (_as_xlsx, "a.xlsx"), (_as_wide_csv, "a.csv")],
)
def test_a_null_character_puts_its_row_aside_and_no_other_whatever_the_form(desk, tmp_path, write, name):
    rows = [
        {"account_id": "B1", "name": "Good", "note": "fine"},
        {"account_id": "B2", "name": "Dam\0aged", "note": "fine"},
        {"account_id": "B\x003", "name": "Good", "note": "fine"},
        {"account_id": "B4", "name": "Good", "note": "\0"},
    ]
    write(tmp_path / name, rows)
    report = import_files(desk.book, "accounts", [tmp_path / name])
    assert (report.read, report.loaded, report.quarantined) == (4, 1, 3)
    assert report.reasons == {"null_character": 3}
    found = {(p.column, p.value) for row in desk.aside() for p in row.problems}
    assert found == {("name", "Dam␀aged"), ("account_id", "B␀3"), ("note", "␀")}
    assert "null character" in desk.aside()[0].problems[0].sentence
    assert "\0" not in str(desk.rows("accounts"))


def test_what_is_put_aside_for_a_null_character_is_told_by_every_engine(desk, engine):
    desk.load("accounts", '{"account_id": "B1", "name": "x\\u0000y"}\n{"account_id": "B2"}\n', name="a.jsonl")
    [row] = quarantined(desk.book.moment(engine))
    assert (row.reason, row.problems[0].value, row.row["name"]) == ("null_character", "x␀y", "x\0y")


def test_a_row_with_a_null_character_is_exported_corrected_and_taken_in(desk, tmp_path):
    lines = '{"account_id": "B1", "name": "x\\u0000y"}\n{"account_id": "B2", "name": "u\\u0000v"}\n'
    desk.load("accounts", lines, name="a.jsonl")
    out = tmp_path / "wrong.csv"
    export(desk.aside(), out)
    assert b"\0" not in out.read_bytes()
    retry(desk.book, file=out)
    assert len(desk.aside()) == 2, "nothing was corrected: the sign that stands for it is no correction"
    out.write_text(out.read_text(encoding="utf-8-sig").replace(",x␀y", ",xy"), encoding="utf-8")
    retry(desk.book, file=out)
    assert [row.row["account_id"] for row in desk.aside()] == ["B2"]
    assert {r["account_id"]: r["name"] for r in desk.rows("accounts")}["B1"] == "xy"


def test_every_reason_has_its_sentence():
    for reason, said in sentences().items():
        assert said.format(column="c", value="v") != reason


def test_every_thing_wrong_with_a_row_is_named(desk):
    desk.load("subscriptions", SUBSCRIPTIONS + "1,A9,2026-02-30,,NaN,XYZ\n")
    [row] = desk.aside()
    assert {p.reason for p in row.problems} == {
        "unknown_account",
        "impossible_date",
        "not_finite",
        "unknown_currency",
    }


def test_a_key_with_two_meanings_puts_all_its_rows_aside(desk):
    report = desk.load(
        "subscriptions",
        SUBSCRIPTIONS + GOOD + "1,A1,2026-01-01,,5,EUR\n2,A1,2026-01-01,,5,EUR\n1,A1,2026-01-01,,6,EUR\n",
    )
    assert (report.loaded, report.quarantined) == (2, 2)
    assert {(row.line, row.reason) for row in desk.aside()} == {(3, "duplicate_key"), (5, "duplicate_key")}


def test_a_good_row_whose_key_also_stands_in_a_bad_one_is_put_aside_too(desk):
    report = desk.load(
        "subscriptions", SUBSCRIPTIONS + GOOD + "1,A1,2026-01-01,,5,EUR\n1,A1,2026-01-01,,x,EUR\n"
    )
    assert (report.loaded, report.quarantined) == (1, 2)


def test_the_second_of_two_equal_lines_with_a_key_is_unchanged(desk):
    report = desk.load("subscriptions", SUBSCRIPTIONS + GOOD + GOOD)
    assert (report.read, report.loaded, report.unchanged) == (2, 1, 1)


def test_equal_lines_without_a_key_are_all_kept_and_loading_them_again_changes_nothing(desk):
    lines = "account_id,occurred_at,amount,currency\n" + "A1,2026-01-01,5,EUR\n" * 3
    assert desk.load("purchases", lines).loaded == 3
    assert desk.load("purchases", lines).unchanged == 3
    more = desk.load("purchases", lines + "A1,2026-01-01,5,EUR\n", name="more.csv")
    assert (more.loaded, more.unchanged) == (1, 3)


def test_the_line_is_right_after_fields_of_several_lines_and_empty_lines(desk):
    text = PURCHASES.replace("currency", "currency,product") + (
        '1,A1,2026-01-01,5,EUR,"a\nb\nc"\n\n2,A9,2026-01-01,5,EUR,x\n3,A1\n4,A8,2026-01-01,5,EUR,"d\ne"\n'
    )
    desk.load("purchases", text)
    assert [(row.line, row.reason) for row in desk.aside()] == [
        (6, "unknown_account"),
        (7, "wrong_columns"),
        (8, "unknown_account"),
    ]


def test_a_formula_in_a_name_is_stored_as_it_is(desk):
    desk.load("accounts", 'account_id,name\nA7,"=HYPERLINK(""http://x"")"\n')
    assert {r["account_id"]: r["name"] for r in desk.rows("accounts")}["A7"] == '=HYPERLINK("http://x")'


def test_an_unknown_choice_and_an_unreadable_flag_are_put_aside(desk):
    report = desk.load(
        "contacts",
        "contact_id,account_id,seniority,opted_out\n1,A1,boss,no\n2,A1,Manager,perhaps\n3,A1,STAFF,yes\n",
    )
    assert report.reasons == {"unknown_choice": 1, "unreadable_flag": 1}


def test_9999_means_no_end_where_the_mapping_says_so(desk):
    mapping = Mapping("subscriptions", open_end=("9999-12-31",))
    desk.load("subscriptions", SUBSCRIPTIONS + "1,A1,2026-01-01,9999-12-31,5,EUR\n", mapping=mapping)
    assert desk.rows("subscriptions")[0]["ended_on"] is None


def test_accounts_merged_in_a_circle_are_refused(desk):
    report = desk.load("accounts", "account_id,merged_into\nB1,B2\nB2,B3\nB3,B1\nB4,A1\nB5,nobody\n")
    assert report.reasons == {"merge_cycle": 3, "unknown_account": 1}
    assert report.loaded == 1


def test_accounts_are_made_from_ids_where_asked(desk):
    text = PURCHASES + "1,N1,2026-01-01,5,EUR\n2,N2,2026-01-02,5,EUR\n3,A1,2026-01-02,5,EUR\n"
    report = desk.load("purchases", text, create_accounts=True)
    assert (report.loaded, report.quarantined, report.accounts_created) == (3, 0, 2)
    assert {r["account_id"] for r in desk.rows("accounts")} == {"A1", "A2", "A3", "N1", "N2"}


def test_rows_put_aside_are_not_gone_in_a_snapshot(desk):
    desk.load(
        "subscriptions",
        SUBSCRIPTIONS + "1,A1,2026-01-01,,5,EUR\n2,A1,2026-01-01,,5,EUR\n3,A1,2026-01-01,,5,EUR\n",
    )
    report = desk.load(
        "subscriptions",
        SUBSCRIPTIONS + "1,A1,2026-01-01,,5,EUR\n2,A1,never,,5,EUR\n",
        snapshot=True,
        confirm=True,
    )
    assert (report.gone, report.quarantined) == (1, 1)
    assert {r["subscription_id"] for r in desk.rows("subscriptions")} == {"1", "2"}


def test_a_snapshot_that_takes_much_away_is_asked_about(desk, tmp_path):
    desk.load("subscriptions", SUBSCRIPTIONS + "".join(f"{i},A1,2026-01-01,,5,EUR\n" for i in range(10)))
    asked = []
    file = desk.file(SUBSCRIPTIONS + "1,A1,2026-01-01,,5,EUR\n")
    report = import_files(
        desk.book, "subscriptions", [file], snapshot=True, confirm=lambda error: asked.append(error) is None
    )
    assert report.gone == 9
    assert len(asked) == 1
