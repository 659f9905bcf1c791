import csv

import pytest

from keepwell.book.engines import engine_named
from keepwell.book.quarantine import export, harmless_cell
from keepwell.book.retrying import retry
from keepwell.book.tests.importing_kit import NOW, PURCHASES, SUBSCRIPTIONS, Desk
from keepwell.lib.errors import BadInput


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


TWO = PURCHASES + "1,N1,2026-01-01,5,EUR\n2,A1,2026-01-32,5,EUR\n3,A1,2026-01-01,5,EUR\n"


def test_rows_leave_the_quarantine_once_their_account_is_there(desk):
    desk.load("purchases", TWO)
    desk.load("accounts", "account_id\nN1\n")
    [report] = retry(desk.book, now=NOW)
    assert (report.read, report.loaded, report.quarantined, report.released) == (2, 1, 1, 1)
    assert [row.reason for row in desk.aside()] == ["impossible_date"]
    assert [r["purchase_id"] for r in desk.rows("purchases")] == ["1", "3"]


def test_rows_that_came_before_their_accounts_cover_their_days_once_they_are_in(desk):
    desk.load("purchases", PURCHASES + "1,N1,2026-01-05,5,EUR\n")
    assert desk.book.manifest.covered.get("purchases") is None
    desk.load("accounts", "account_id\nN1\n")
    retry(desk.book, now=NOW)
    assert [str(day) for day in desk.book.manifest.covered["purchases"].values()] == ["2026-01-06"]


def test_trying_again_changes_nothing(desk):
    desk.load("purchases", TWO)
    before = [(row.id, row.line, row.problems) for row in desk.aside()]
    for _ in range(2):
        [report] = retry(desk.book, now=NOW)
        assert (report.quarantined, report.released) == (2, 0)
        assert [(row.id, row.line, row.problems) for row in desk.aside()] == before


def test_loading_the_same_file_again_does_not_double_the_quarantine(desk):
    text = TWO + "4,A1\n" + "1,N1,2026-01-01,5,EUR\n"
    for _ in range(2):
        desk.load("purchases", text)
        assert len(desk.aside()) == 4


def test_loading_the_same_file_again_releases_what_can_be_taken_in_now(desk):
    desk.load("purchases", TWO)
    desk.load("accounts", "account_id\nN1\n")
    report = desk.load("purchases", TWO)
    assert (report.loaded, report.unchanged, report.quarantined, report.released) == (1, 1, 1, 1)
    assert len(desk.aside()) == 1


def test_a_file_corrected_as_a_whole_releases_its_rows_by_their_keys(desk):
    desk.load("purchases", TWO)
    report = desk.load("purchases", TWO.replace("2026-01-32", "2026-01-31").replace("N1", "A2"))
    assert (report.loaded, report.unchanged, report.released) == (2, 1, 2)
    assert desk.aside() == []


def test_an_export_is_corrected_and_tried_again(desk, tmp_path):
    desk.load("purchases", TWO + "4,A1\n")
    wrong = tmp_path / "wrong.csv"
    assert export(desk.aside(), wrong) == 3
    with wrong.open(encoding="utf-8-sig", newline="") as raw:
        rows = list(csv.DictReader(raw))
    for row in rows:
        row["occurred_at"] = row["occurred_at"].replace("-32", "-31")
        if not row["purchase_id"]:
            row |= {
                "purchase_id": "4",
                "account_id": "A1",
                "occurred_at": "2026-01-05",
                "amount": "1",
                "currency": "EUR",
            }
    with wrong.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    [report] = retry(desk.book, file=wrong, now=NOW)
    assert (report.read, report.loaded, report.quarantined, report.released) == (3, 2, 1, 2)
    assert [row.reason for row in desk.aside()] == ["unknown_account"]


def test_of_two_rows_with_one_key_the_chosen_one_stays_chosen(desk, tmp_path):
    desk.load("accounts", "account_id,name\nK1,Weber\nK1,Weaver\n")
    wrong = tmp_path / "wrong.csv"
    export([row for row in desk.aside() if row.row["name"] == "Weaver"], wrong)
    [report] = retry(desk.book, file=wrong, now=NOW)
    assert (report.read, report.loaded, report.quarantined, report.released) == (1, 1, 0, 2)
    assert desk.aside() == []
    assert retry(desk.book, now=NOW) == []
    assert [r["name"] for r in desk.rows("accounts") if r["account_id"] == "K1"] == ["Weaver"]


def test_lines_that_are_still_not_split_are_counted_with_the_rows_they_came_with(desk, tmp_path):
    desk.load("purchases", TWO + "4,A1\n")
    [report] = retry(desk.book, now=NOW)
    assert (report.read, report.quarantined, report.reasons["wrong_columns"]) == (3, 3, 1)
    assert report.reconciles
    wrong = tmp_path / "wrong.csv"
    export([row for row in desk.aside() if row.reason == "wrong_columns"], wrong)
    [report] = retry(desk.book, file=wrong, now=NOW)
    assert (report.read, report.quarantined, report.reasons) == (1, 1, {"wrong_columns": 1})
    assert len(desk.aside()) == 3


def test_a_file_that_is_no_export_cannot_be_retried(desk):
    with pytest.raises(BadInput, match="no export of the quarantine"):
        retry(desk.book, file=desk.file(PURCHASES))


def test_an_export_can_run_no_formula_and_comes_back_unharmed(desk, tmp_path):
    text = 'account_id,name,created_on\nB1,"=HYPERLINK(""x"")",2026-02-30\n'
    desk.load("accounts", text)
    wrong = tmp_path / "wrong.csv"
    export(desk.aside(), wrong)
    with wrong.open(encoding="utf-8-sig", newline="") as raw:
        cells = [cell for row in csv.reader(raw) for cell in row]
    assert '\'=HYPERLINK("x")' in cells
    assert not any(cell.startswith(("=", "@", "+")) for cell in cells)
    wrong.write_text(wrong.read_text(encoding="utf-8-sig").replace("-30", "-28"), encoding="utf-8")
    retry(desk.book, file=wrong, now=NOW)
    assert {r["account_id"]: r["name"] for r in desk.rows("accounts")}["B1"] == '=HYPERLINK("x")'


@pytest.mark.parametrize("value", ["=1+1", "+cmd", "-cmd", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_made_text(value):
    assert harmless_cell(value) == "'" + value


@pytest.mark.parametrize("value", ["-5", "-12.50", "+3", "-1,234.50", "plain", "", 5, None, "a=b"])
def test_numbers_and_plain_texts_stay_as_they_are(value):
    assert harmless_cell(value) == value


def test_a_retry_reads_days_and_numbers_as_the_file_did(desk):
    text = SUBSCRIPTIONS.replace(",", ";") + "1;N1;01/02/2026;;1.234,5;EUR\n2;A1;13/02/2026;;2,5;EUR\n"
    desk.load("subscriptions", text, known_at="occurred")
    [report] = retry(desk.book, create_accounts=True, now=NOW)
    assert (report.loaded, report.accounts_created) == (1, 1)
    assert [(r["mrr"], r["started_on"]) for r in desk.rows("subscriptions")] == [
        (123450, 20485),
        (250, 20497),
    ]


def test_the_quarantine_is_counted_by_table_and_reason(desk):
    desk.load("purchases", TWO)
    engine = engine_named("duckdb")
    assert desk.book.moment(engine).quarantined() == {
        ("purchases", "unknown_account"): 1,
        ("purchases", "impossible_date"): 1,
    }
    desk.load("purchases", TWO.replace("N1", "A1"), name="other.csv")
    assert desk.book.moment(engine).quarantined("other.csv") == {("purchases", "impossible_date"): 1}
    engine.close()
