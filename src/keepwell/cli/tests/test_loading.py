"""Loading files: what became of each row, what waits in quarantine, and how a mapping is made."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli.main import main

Ask = Callable[..., Any]
Fits = Callable[[str, Any], None]
Out = pytest.CaptureFixture[str]

GOOD = "subscription_id,account_id,started_on,ended_on,mrr,currency\ns1,a1,2026-01-01,,100.00,EUR\n"


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "book")


@pytest.fixture
def one_file(tmp_path: Path) -> str:
    path = tmp_path / "subscriptions.csv"
    bad = "s2,a1,2026-02-30,,50.00,EUR\ns3,a2,2026-01-01,2025-01-01,50.00,EUR\n"
    path.write_text(GOOD + bad + "s4,a2,2026-01-15,,=HYPERLINK(1),EUR\n", encoding="utf-8")
    return str(path)


def test_a_person_with_one_file_can_start(home: str, one_file: str, ask: Ask, fits: Fits) -> None:
    done = ask("--home", home, "import", "subscriptions", one_file, "--create-accounts")
    fits("import", done)
    assert done["reconciles"] is True
    assert (done["read"], done["loaded"], done["quarantined"]) == (4, 1, 3)
    assert done["accounts_created"] == 1
    statement = ask("--home", home, "statement", "--period", "2026-01")
    assert statement["accounts"]["new"] == 1


def test_loading_a_file_twice_changes_nothing(home: str, one_file: str, ask: Ask) -> None:
    ask("--home", home, "import", "subscriptions", one_file, "--create-accounts")
    again = ask("--home", home, "import", "subscriptions", one_file, "--create-accounts")
    assert (again["loaded"], again["updated"], again["unchanged"]) == (0, 0, 1)


def test_the_output_says_what_became_of_each_row_and_what_to_do(
    home: str, one_file: str, capsys: Out
) -> None:
    assert main(["--home", home, "import", "subscriptions", one_file, "--create-accounts"]) == 0
    said = capsys.readouterr().out
    assert "account was made of an id in the file" in said
    assert "keepwell quarantine list --table subscriptions" in said


def test_a_posting_says_how_many_accounts_never_paid(
    home: str, tmp_path: Path, ask: Ask, capsys: Out
) -> None:
    for table, text in (("accounts", "account_id\na1\na2\na3\n"), ("subscriptions", GOOD)):
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        ask("--home", home, "import", table, str(file))
    assert main(["--home", home, "post"]) == 0
    said = capsys.readouterr().out
    assert "Posted the one account that pays." in said
    assert "2 accounts never paid and are in no figure." in said
    assert ask("--home", home, "post", "--full")["never_paid"] == 2


def test_the_quarantine_of_one_file_counts_that_file_only(
    home: str, one_file: str, tmp_path: Path, ask: Ask, capsys: Out
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(GOOD + "s9,a1,2026-02-31,,1,EUR\n", encoding="utf-8")
    for file in (one_file, str(other)):
        ask("--home", home, "import", "subscriptions", file, "--create-accounts")
    found = ask("--home", home, "quarantine", "list", "--file", "other.csv")
    assert found["counts"] == [{"table": "subscriptions", "reason": "impossible_date", "rows": 1}]
    capsys.readouterr()
    assert main(["--home", home, "quarantine", "list", "--file", "othr.csv"]) == 2
    said = capsys.readouterr().err
    assert "No row of a file “othr.csv” is in quarantine." in said
    assert "Did you mean other.csv" in said


def test_the_quarantine_tells_file_line_column_value_and_reason(
    home: str, one_file: str, ask: Ask, fits: Fits, capsys: Out
) -> None:
    ask("--home", home, "import", "subscriptions", one_file, "--create-accounts")
    waiting = ask("--home", home, "quarantine", "list")
    fits("quarantine", waiting)
    assert sum(count["rows"] for count in waiting["counts"]) == 3
    first = waiting["rows"][0]
    assert (first["file"], first["line"]) == ("subscriptions.csv", 3)
    assert first["problems"][0]["value"] == "2026-02-30"
    assert main(["--home", home, "quarantine", "list"]) == 0
    assert "2026-02-30" in capsys.readouterr().out


def test_exported_rows_cannot_run_as_formulas(home: str, one_file: str, tmp_path: Path, ask: Ask) -> None:
    ask("--home", home, "import", "subscriptions", one_file, "--create-accounts")
    path = tmp_path / "wrong.csv"
    assert ask("--home", home, "quarantine", "export", str(path))["rows"] == 3
    with path.open(encoding="utf-8-sig", newline="") as raw:
        rows = list(csv.DictReader(raw))
    assert {row["line"] for row in rows} == {"3", "4", "5"}
    assert any(row["mrr"] == "'=HYPERLINK(1)" for row in rows)


def test_a_column_that_is_not_found_is_asked_for_with_a_proposal(
    home: str, tmp_path: Path, capsys: Out
) -> None:
    path = tmp_path / "plans.csv"
    path.write_text("Kunde;Start;Betrag\na1;2026-01-01;12,50\n", encoding="utf-8")
    assert main(["--home", home, "import", "subscriptions", str(path)]) == 3
    told = capsys.readouterr().err
    assert "account_id" in told
    assert "--mapping subscriptions.toml" in told


def test_a_first_file_that_is_refused_leaves_no_empty_book_behind(
    home: str, tmp_path: Path, capsys: Out
) -> None:
    path = tmp_path / "export.csv"
    path.write_text("what,ever\n1,2\n", encoding="utf-8")
    assert main(["--home", home, "import", "accounts", str(path)]) != 0
    assert not Path(home).exists()
    assert main(["--home", home, "statement"]) != 0
    assert "There is no book" in capsys.readouterr().err


def test_a_mapping_is_made_shown_tested_and_used(home: str, tmp_path: Path, ask: Ask, fits: Fits) -> None:
    path, kept = tmp_path / "plans.csv", tmp_path / "plans.toml"
    path.write_text("Kunde;Start;Betrag\na1;2026-01-01;12,50\n", encoding="utf-8")
    sets = ["--set", "account_id=Kunde", "--set", "mrr=Betrag", "--set", "started_on=Start"]
    made = ask(
        "mapping", "make", "subscriptions", str(path), *sets, "--constant", "currency=EUR", "--out", str(kept)
    )
    fits("mapping", made)
    fits("mapping", ask("mapping", "show", str(kept)))
    fits("mapping", ask("mapping", "test", str(kept), str(path)))
    done = ask(
        "--home", home, "import", "subscriptions", str(path), "--mapping", str(kept), "--create-accounts"
    )
    assert done["loaded"] == 1


def test_a_mapping_that_does_not_fit_is_told_before_anything_is_loaded(tmp_path: Path, capsys: Out) -> None:
    path, kept = tmp_path / "plans.csv", tmp_path / "plans.toml"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    kept.write_text('table = "subscriptions"\n\n[columns]\naccount_id = "Kunde"\n', encoding="utf-8")
    assert main(["--format", "json", "mapping", "test", str(kept), str(path)]) == 3
    assert "Kunde" in json.loads(capsys.readouterr().err)["error"]["wrong"]


def test_a_file_that_is_missing_is_told(home: str, capsys: Out) -> None:
    assert main(["--home", home, "import", "accounts", "no-such-file.csv"]) == 3
    assert "no-such-file.csv" in capsys.readouterr().err
    assert not Path(home).exists(), "no book is made for it"


def test_a_moment_that_is_none_is_refused(home: str, one_file: str, capsys: Out) -> None:
    assert main(["--home", home, "import", "subscriptions", one_file, "--known-at", "yesterday"]) == 2
    assert "Write occurred" in capsys.readouterr().err


def test_a_snapshot_that_takes_away_much_asks_first(home: str, tmp_path: Path, ask: Ask, capsys: Out) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,name\na1,One\na2,Two\n", encoding="utf-8")
    ask("--home", home, "import", "accounts", str(path))
    path.write_text("account_id,name\na1,One\n", encoding="utf-8")
    assert main(["--home", home, "import", "accounts", str(path), "--snapshot"]) == 2
    capsys.readouterr()
    done = ask("--home", home, "import", "accounts", str(path), "--snapshot", "--yes")
    assert done["gone"] == 1


def test_corrected_rows_leave_the_quarantine(
    home: str, one_file: str, tmp_path: Path, ask: Ask, fits: Fits
) -> None:
    ask("--home", home, "import", "subscriptions", one_file, "--create-accounts")
    path = tmp_path / "wrong.csv"
    ask("--home", home, "quarantine", "export", str(path))
    text = (
        path.read_text(encoding="utf-8-sig")
        .replace("2026-02-30", "2026-02-28")
        .replace("'=HYPERLINK(1)", "70.00")
    )
    path.write_text(text, encoding="utf-8-sig")
    tried = ask("--home", home, "quarantine", "retry", str(path), "--create-accounts")
    fits("retry", tried)
    assert sum(one["released"] for one in tried) == 2
    assert sum(count["rows"] for count in ask("--home", home, "quarantine", "list")["counts"]) == 1


def test_a_column_the_table_has_not_is_told_with_near_names(one_file: str, capsys: Out) -> None:
    assert main(["mapping", "make", "subscriptions", one_file, "--set", "quantiti=Plan"]) == 3
    assert "quantity" in capsys.readouterr().err


def test_the_quarantine_of_one_table_counts_that_table_alone(
    home: str, one_file: str, tmp_path: Path, ask: Ask
) -> None:
    ask("--home", home, "import", "subscriptions", one_file, "--create-accounts")
    double = tmp_path / "accounts.csv"
    double.write_text("account_id,name\nA,one\nA,two\nB,three\n", encoding="utf-8")
    ask("--home", home, "import", "accounts", str(double))
    counts = ask("--home", home, "quarantine", "list", "--table", "accounts")["counts"]
    assert counts == [{"table": "accounts", "reason": "duplicate_key", "rows": 2}]


def test_rows_of_several_files_tried_again_are_told_in_one_table(
    home: str, tmp_path: Path, ask: Ask, capsys: Out
) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    for day in (1, 2):
        text = f"purchase_id,account_id,occurred_at,amount,currency\nP{day},A,2026-01-0{day},5,EUR\n"
        (folder / f"{day}.csv").write_text(text, encoding="utf-8")
    assert main(["--home", home, "import", "purchases", str(folder)]) == 3
    capsys.readouterr()
    assert main(["--home", home, "quarantine", "retry"]) == 0
    said = capsys.readouterr().out
    assert said.count("Quarantined") == 1
    assert "in quarantine: 2 × unknown account" in said


def test_an_export_that_is_not_there_is_told(home: str, capsys: Out) -> None:
    assert main(["--home", home, "quarantine", "retry", "nofile.csv"]) == 3
    assert "There is no file nofile.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "said"), [("--delimiter", ";;"), ("--date-order", "xyz"), ("--decimal-mark", "'")]
)
def test_a_way_of_reading_that_is_none_is_refused(
    home: str, one_file: str, option: str, said: str, capsys: Out
) -> None:
    assert main(["--home", home, "import", "subscriptions", one_file, option, said]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_may_not_be_read_is_told(home: str, one_file: str, capsys: Out) -> None:
    Path(one_file).chmod(0)
    if os.access(one_file, os.R_OK):
        pytest.skip("this user may read every file")
    assert main(["--home", home, "import", "subscriptions", one_file]) == 3
    assert "may not be read" in capsys.readouterr().err


def test_a_load_of_which_every_row_waits_does_not_pass_for_done(
    home: str, tmp_path: Path, ask: Ask, capsys: Out
) -> None:
    path = tmp_path / "plans.csv"
    path.write_text(GOOD.replace("EUR", "EURO"), encoding="utf-8")
    load = ("--home", home, "--format", "json", "import", "subscriptions", str(path), "--create-accounts")
    assert main(load) == 3
    said = capsys.readouterr()
    assert json.loads(said.out)["quarantined"] == 1
    assert "No row was taken in" in json.loads(said.err)["error"]["wrong"]
    path.write_text(GOOD + "s9,a1,nonsense,,100.00,EUR\n", encoding="utf-8")
    assert ask(*load[:2], *load[4:])["quarantined"] == 1


def test_a_mapping_that_cannot_be_made_yet_is_to_be_kept_where_it_was_asked_for(
    tmp_path: Path, capsys: Out
) -> None:
    path, kept = tmp_path / "plans.csv", tmp_path / "de.toml"
    path.write_text("nr,wer,von,preis\n1,a1,2026-01-01,5\n", encoding="utf-8")
    assert main(["mapping", "make", "subscriptions", str(path), "--out", str(kept)]) == 3
    assert f"Save this as {kept}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--encoding", "klingon"), ("--delimiter", "||"), ("--date-order", "ymdd"), ("--decimal-mark", ";")],
)
def test_an_option_that_cannot_be_is_a_question_that_cannot_be_asked(
    home: str, one_file: str, option: str, value: str, capsys: Out
) -> None:
    assert main(["--home", home, "import", "subscriptions", one_file, option, value]) == 2
    assert value in capsys.readouterr().err
    assert not Path(home).exists()


def test_a_currency_that_is_none_is_told_before_the_work(home: str, one_file: str, capsys: Out) -> None:
    assert main(["--home", home, "import", "subscriptions", one_file, "--currency", "euro"]) == 2
    assert "EUR" in capsys.readouterr().err
    assert not Path(home).exists()
