import json
from datetime import date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.book.importing import import_files
from keepwell.book.tests.importing_kit import PURCHASES, SUBSCRIPTIONS, Desk
from keepwell.lib.days import number
from keepwell.lib.errors import BadInput

at = datetime.fromisoformat


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


HUNGARIAN = "Árvíztűrő Tükörfúrógép Zrt."
SIMPLIFIED = "北京的客户公司和上海的软件技术有限公司"
TRADITIONAL = "臺灣的客戶公司與香港的軟體技術有限公司"


@pytest.mark.parametrize(
    ("codec", "said", "name"),
    [
        ("utf-8", "utf-8", HUNGARIAN + SIMPLIFIED),
        ("utf-8-sig", "utf-8", HUNGARIAN),
        ("utf-16", "utf-16", HUNGARIAN + TRADITIONAL),
        ("utf-16-le", "utf-16-le", HUNGARIAN),
        ("utf-16-be", "utf-16-be", HUNGARIAN),
        ("cp1250", "windows-1250", HUNGARIAN),
        ("gb18030", "gb18030", SIMPLIFIED),
        ("big5", "big5", TRADITIONAL),
    ],
)
def test_the_encoding_is_found_and_said(desk, codec, said, name):
    text = f"account_id,name\nB1,{name}\nB2,plain\nB3,{name} second\n"
    report = desk.load("accounts", text.encode(codec))
    assert report.files[0].encoding == said
    assert {r["account_id"]: r["name"] for r in desk.rows("accounts")}["B3"] == f"{name} second"


def test_a_sheet_asked_of_a_file_that_has_none_is_refused(desk):
    for name, content in (
        ("rows.csv", "account_id,name\nB1,One\n"),
        ("rows.jsonl", '{"account_id": "B1"}\n'),
    ):
        with pytest.raises(BadInput, match="no workbook and has no sheets") as told:
            desk.load("accounts", content.encode(), name=name, sheet="March")
        assert told.value.ways


def test_an_encoding_can_be_forced(desk):
    desk.load(
        "accounts", "account_id,name\nB1,Société Générale Ñandú\n".encode("cp1252"), encoding="windows-1252"
    )
    assert {r["account_id"]: r["name"] for r in desk.rows("accounts")}["B1"] == "Société Générale Ñandú"


def test_a_byte_that_is_no_utf_8_far_down_is_noticed(desk):
    lines = "".join(f"B{i},plain\n" for i in range(200_000))
    report = desk.load("accounts", f"account_id,name\n{lines}".encode() + "C,tűrő\n".encode("cp1250"))
    assert report.files[0].encoding == "windows-1250"
    assert report.loaded == 200_001


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_and_said(desk, delimiter):
    report = desk.load("purchases", (PURCHASES + "1,A1,2026-01-01,5.25,EUR\n").replace(",", delimiter))
    assert report.files[0].delimiter == delimiter
    assert desk.rows("purchases")[0]["amount"] == 525


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_lines_may_end_as_on_other_systems(desk, ending):
    report = desk.load(
        "purchases", (PURCHASES + "1,A1,2026-01-01,5,EUR\n2,A9,2026-01-01,5,EUR\n").replace("\n", ending)
    )
    assert (report.loaded, report.quarantined) == (1, 1)
    assert desk.aside()[0].line == 3


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026/1/31", date(2026, 1, 31)),
        ("2026.01.31.", date(2026, 1, 31)),
        ("31.01.2026", date(2026, 1, 31)),
        ("31.1.2026", date(2026, 1, 31)),
        ("31/01/26", date(2026, 1, 31)),
        ("01/31/2026", date(2026, 1, 31)),
        ("01-31-2026", date(2026, 1, 31)),
        ("20260131", date(2026, 1, 31)),
        ("31 Jan 2026", date(2026, 1, 31)),
        ("January 31, 2026", date(2026, 1, 31)),
        ("2026-01-31 23:30:00", date(2026, 1, 31)),
        ("2026-01-31T23:30:00Z", date(2026, 1, 31)),
        ("2026-01-31T23:30:00-05:00", date(2026, 2, 1)),
    ],
)
def test_days_are_read_as_people_write_them(desk, said, day):
    report = desk.load("subscriptions", SUBSCRIPTIONS.replace(",", ";") + f"1;A1;{said};;5;EUR\n")
    assert report.loaded == 1, [r.problems for r in desk.aside()]
    assert desk.rows("subscriptions")[0]["started_on"] == number(day)


@pytest.mark.parametrize(
    ("said", "cents"),
    [
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1 234,50", 123450),
        ("1\u00a0234,50", 123450),
        ("1'234.50", 123450),
        ("€ 12,50", 1250),
        ("$1,234,567.00", 123456700),
        ("12.345", 1234),
        ("0.125", 12),
        ("0.01499999999", 1),
        ("1e3", 100000),
        (" 7 ", 700),
        ("+7.10", 710),
    ],
)
def test_amounts_are_read_to_the_cent(desk, said, cents):
    mark = {"12.345": "."}.get(said)
    report = desk.load(
        "subscriptions", SUBSCRIPTIONS.replace(",", ";") + f"1;A1;2026-01-01;;{said};EUR\n", decimal_mark=mark
    )
    assert report.loaded == 1, [r.problems for r in desk.aside()]
    assert desk.rows("subscriptions")[0]["mrr"] == cents


@pytest.mark.parametrize(
    ("said", "cents"), [("-5.25", -525), ("(1,234.50)", -123450), ("5-", -500), ("−3.10", -310)]
)
def test_returns_may_be_written_as_accountants_do(desk, said, cents):
    desk.load("purchases", PURCHASES.replace(",", ";") + f"1;A1;2026-01-01;{said};EUR\n")
    assert desk.rows("purchases")[0]["amount"] == cents


def test_a_space_at_the_very_end_of_a_file_belongs_to_no_name(desk):
    header = "purchase_id,occurred_at,amount,currency,account_id\n"
    report = desk.load("purchases", header + "1,2026-01-01,5,EUR,A1\n2,2026-01-02,5,EUR,A1 ")
    assert (report.loaded, report.quarantined) == (2, 0)
    assert {row["account_id"] for row in desk.rows("purchases")} == {"A1"}


def test_minor_units_are_those_of_the_currency(desk):
    desk.load(
        "purchases",
        PURCHASES + "1,A1,2026-01-01,1234,JPY\n2,A1,2026-01-01,1.234,KWD\n3,A1,2026-01-01,1.23,eur\n",
    )
    assert [(r["amount"], r["currency"]) for r in desk.rows("purchases")] == [
        (1234, "JPY"),
        (1234, "KWD"),
        (123, "EUR"),
    ]


def test_one_day_of_a_whole_file_proves_the_order_of_all(desk):
    lines = "".join(f"{i};A1;01/02/2026;;5;EUR\n" for i in range(6000)) + "last;A1;13/02/2026;;5;EUR\n"
    report = desk.load("subscriptions", SUBSCRIPTIONS.replace(",", ";") + lines)
    assert report.files[0].date_order == "dmy"
    assert {r["started_on"] for r in desk.rows("subscriptions")} == {
        number(date(2026, 2, 1)),
        number(date(2026, 2, 13)),
    }


def test_a_comma_that_first_comes_far_down_still_makes_it_the_decimal_mark(desk):
    lines = "".join(f"{i};A1;2026-01-01;;5;EUR\n" for i in range(6000)) + "last;A1;2026-01-01;;1.234,5;EUR\n"
    report = desk.load("subscriptions", SUBSCRIPTIONS.replace(",", ";") + lines)
    assert (report.loaded, report.files[0].decimal_mark) == (6001, ",")


def test_an_amount_for_an_interval_becomes_a_monthly_one(desk):
    text = "subscription_id,account_id,started_on,price,currency,billing_interval\n"
    lines = [
        "1,A1,2026-01-01,120,EUR,yearly",
        "2,A1,2026-01-01,30.01,EUR,Quarter",
        "3,A1,2026-01-01,7,EUR,month",
    ]
    assert desk.load("subscriptions", text + "\n".join(lines) + "\n").loaded == 3
    assert [r["mrr"] for r in desk.rows("subscriptions")] == [1000, 1000, 700]


def test_instants_become_company_days(tmp_path):
    desk = Desk(tmp_path, time_zone="Europe/Budapest")
    lines = ["1,A1,2026-07-01 00:30:00,5,EUR", "2,A1,2026-06-30T22:30:00Z,5,EUR", "3,A1,2026-07-01,5,EUR"]
    desk.load("purchases", PURCHASES + "\n".join(lines) + "\n")
    rows = desk.rows("purchases")
    assert [r["occurred_at"] for r in rows] == [
        at("2026-06-30 22:30"),
        at("2026-06-30 22:30"),
        at("2026-06-30 22:00"),
    ]
    assert {r["occurred_on"] for r in rows} == {number(date(2026, 7, 1))}


def test_parquet_is_read_with_its_types(desk, tmp_path):
    path = tmp_path / "p.parquet"
    table = {
        "purchase_id": [1, 2],
        "account_id": ["A1", "A9"],
        "occurred_at": [at("2026-01-01 10:00"), at("2026-01-02 00:00")],
        "amount": [2.55, -1.0],
        "currency": ["EUR", "EUR"],
    }
    pq.write_table(pa.table(table), path)
    report = import_files(desk.book, "purchases", [path])
    assert (report.loaded, report.quarantined) == (1, 1)
    assert desk.rows("purchases")[0]["amount"] == 255
    assert desk.aside()[0].line == 2


def test_a_sheet_is_read_with_its_dates_and_lines(desk, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["purchase_id", "account_id", "occurred_at", "amount", "currency"],
        [1, "A1", date(2026, 1, 31), 12.5, "EUR"],
        [None] * 5,
        [2, "A9", at("2026-01-31 10:05"), 7, "EUR"],
    ):
        book.active.append(row)
    book.save(tmp_path / "p.xlsx")
    report = import_files(desk.book, "purchases", [tmp_path / "p.xlsx"])
    assert (report.read, report.loaded, report.files[0].kind) == (2, 1, "XLSX")
    assert desk.rows("purchases")[0]["purchase_id"] == "1"
    assert desk.aside()[0].line == 4


def test_json_lines_are_read_to_the_cent(desk):
    rows = [
        {"purchase_id": 1, "account_id": "A1", "occurred_at": "2026-01-01", "amount": 0.1, "currency": "EUR"},
        {
            "purchase_id": 2,
            "account_id": "A1",
            "occurred_at": "2026-01-01",
            "amount": 5,
            "currency": "EUR",
            "more": [1],
        },
    ]
    text = "\n".join(map(json.dumps, rows)) + "\n{broken\n"
    report = desk.load("purchases", text, name="p.jsonl")
    assert (report.loaded, report.quarantined) == (2, 1)
    assert [r["amount"] for r in desk.rows("purchases")] == [10, 500]
    assert (desk.aside()[0].line, desk.aside()[0].reason) == (3, "unreadable_line")


def test_a_folder_of_files_is_loaded_file_by_file(desk, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.csv").write_text(PURCHASES + "1,A1,2026-01-01,5,EUR\n")
    (folder / "2.csv").write_text(
        PURCHASES.replace(",", ";") + "1;A1;2026-01-01;6;EUR\n2;A1;2026-01-02;6;EUR\n"
    )
    report = import_files(desk.book, "purchases", [folder])
    assert (report.loaded, report.updated, report.covered) == (2, 1, date(2026, 1, 3))
    assert report.warnings == []


def test_what_lies_in_a_folder_and_is_not_read_is_named(desk, tmp_path):
    folder = tmp_path / "in"
    (folder / "older").mkdir(parents=True)
    (folder / "1.csv").write_text(PURCHASES + "1,A1,2026-01-01,5,EUR\n")
    (folder / "orders.pdf").write_bytes(b"%PDF")
    (folder / ".hidden").write_text("")
    report = import_files(desk.book, "purchases", [folder])
    assert report.loaded == 1
    assert report.warnings == [f"Skipped in {folder}, 2: older/, orders.pdf"]


def test_a_stray_file_that_stops_a_folder_is_said_to_come_from_it(desk, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.csv").write_text(PURCHASES + "1,A1,2026-01-01,5,EUR\n")
    (folder / "readme.txt").write_text("These are the orders.\nAsk Anna.\n")
    with pytest.raises(BadInput) as told:
        import_files(desk.book, "purchases", [folder])
    assert f"It lies in {folder}, of which nothing was loaded" in told.value.ways[-1]
    assert desk.rows("purchases") == []
    with pytest.raises(BadInput) as told:
        import_files(desk.book, "purchases", [folder / "readme.txt"])
    assert not any("It lies in" in way for way in told.value.ways)


def test_extra_columns_are_kept_under_safe_names(desk):
    desk.load("accounts", "Account ID,Lead Source!,2nd\nB1,Web,x\n")
    row = next(r for r in desk.rows("accounts") if r["account_id"] == "B1")
    assert (row["lead_source"], row["c_2nd"]) == ("Web", "x")


def test_a_file_that_is_not_of_the_encoding_named_is_refused(desk):
    with pytest.raises(BadInput, match="not in the encoding"):
        desk.load("accounts", b"account_id,name\nB1,\x81\xff\xfe\xff\n", encoding="gb18030")
