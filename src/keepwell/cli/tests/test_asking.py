"""Asking a book for figures: every answer as a table, as JSON that fits its schema, and as CSV."""

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli.main import main

Ask = Callable[..., Any]
Fits = Callable[[str, Any], None]
Out = pytest.CaptureFixture[str]


def test_the_statement_answers_for_the_last_finished_quarter(company: str, ask: Ask, fits: Fits) -> None:
    answer = ask("--home", company, "statement")
    fits("statement", answer)
    assert answer["period"] == {"from": "2026-01-01", "to": "2026-04-01", "finished": True}
    assert (answer["accounts"]["opening"], answer["accounts"]["churned"], answer["accounts"]["closing"]) == (
        40,
        3,
        37,
    )
    assert answer["rates"]["customer_churn"] == pytest.approx(3 / 40)


def test_segments_sum_to_the_whole(company: str, ask: Ask, fits: Fits) -> None:
    answer = ask("--home", company, "statement", "--period", "2026-02", "--by", "segment")
    fits("statement", answer)
    for line in ("opening", "churned", "closing"):
        assert sum(part["accounts"][line] for part in answer["parts"]) == answer["accounts"][line]
        assert sum(Decimal(part["mrr"][line]) for part in answer["parts"]) == Decimal(answer["mrr"][line])


def test_a_line_opens_into_its_accounts(company: str, ask: Ask, fits: Fits) -> None:
    whole = ask("--home", company, "statement")
    churned = ask("--home", company, "statement", "--list", "churned")
    fits("accounts", churned)
    assert len(churned) == whole["accounts"]["churned"]
    assert sum(Decimal(account["opening"]) for account in churned) == Decimal(whole["mrr"]["churned"])


def test_a_condition_narrows_the_statement(company: str, ask: Ask) -> None:
    answer = ask(
        "--home", company, "statement", "--where", "segment = Enterprise", "--where", "segment != Small"
    )
    assert answer["accounts"]["opening"] == 10
    assert "Enterprise" in answer["provenance"]["where"]


def test_a_mistyped_line_is_told_with_the_lines_there_are(company: str, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--list", "churn"]) == 2
    assert "Did you mean churned?" in capsys.readouterr().err


def test_the_series_closes_where_the_next_period_opens(company: str, ask: Ask, fits: Fits) -> None:
    answer = ask("--home", company, "series", "--grain", "quarter")
    fits("series", answer)
    assert answer[0]["accounts"]["opening"] == 0
    for before, after in pairwise(answer):
        assert before["accounts"]["closing"] == after["accounts"]["opening"]
    assert answer[-1]["period"]["finished"] is False


def test_definitions_stand_side_by_side_ours_first(company: str, ask: Ask, fits: Fits) -> None:
    answer = ask("--home", company, "definitions", "--period", "2026-Q1")
    fits("definitions", answer)
    assert answer[0]["name"] == "opening_set"
    assert {"stripe", "baremetrics", "textbook"} <= {one["name"] for one in answer}


def test_csv_can_be_read_by_a_script(company: str, capsys: Out) -> None:
    capsys.readouterr()
    assert main(["--home", company, "--format", "csv", "statement"]) == 0
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert rows["opening"]["accounts"] == "40"
    assert float(rows["customer_churn"]["rate"]) == pytest.approx(3 / 40)


def test_the_page_is_whole_in_one_file(company: str, tmp_path: Path, capsys: Out) -> None:
    page = tmp_path / "statement.html"
    assert main(["--home", company, "statement", "--html", str(page)]) == 0
    said = capsys.readouterr()
    assert str(page) in said.err
    assert str(page) not in said.out, "the output stays what it is without the page"
    text = page.read_text(encoding="utf-8")
    assert "Company 3" in text
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?https?:", text)


def test_a_page_that_cannot_be_written_is_told(company: str, tmp_path: Path, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--html", str(tmp_path / "no" / "page.html")]) == 3
    assert "cannot be written" in capsys.readouterr().err


def test_grace_is_a_question_and_changes_nothing_in_the_book(company: str, ask: Ask) -> None:
    plain = ask("--home", company, "statement")
    held = ask("--home", company, "statement", "--grace", "60")
    assert held["provenance"]["policies"]["grace_days"] == 60
    assert held["accounts"]["churned"] < plain["accounts"]["churned"]
    assert ask("--home", company, "settings")["policies"]["grace_days"] == 0


def test_settings_and_doctor_answer_in_their_documented_form(company: str, ask: Ask, fits: Fits) -> None:
    fits("settings", ask("--home", company, "settings"))
    fits("doctor", ask("--home", company, "doctor"))


def test_an_error_is_told_in_its_documented_form(tmp_path: Path, capsys: Out, fits: Fits) -> None:
    import json

    assert main(["--home", str(tmp_path), "--format", "json", "statement"]) == 4
    fits("error", json.loads(capsys.readouterr().err))


def test_the_triangle_and_survival_fit_their_documented_form(company: str, ask: Ask, fits: Fits) -> None:
    triangle = ask("--home", company, "cohorts", "--grain", "quarter")
    fits("cohorts", triangle)
    assert [one["size"] for one in triangle] == [21, 19]
    fits("cohorts", ask("--home", company, "cohorts", "--measure", "mrr", "--by", "segment"))
    curves = ask("--home", company, "survival", "--by", "segment")
    fits("survival", curves)
    assert [(group["group"], group["left"]) for group in curves["groups"]] == [
        ("Enterprise", 0),
        ("Small", 5),
    ]


def test_a_company_without_irregular_customers_has_no_cycles(company: str, ask: Ask, fits: Fits) -> None:
    answer = ask("--home", company, "cycles")
    fits("cycles", answer)
    assert answer[0]["accounts"] == 0
    assert ask("--home", company, "cycles", "--list") == []


def test_history_shows_a_row_as_it_came_to_be_known(company: str, ask: Ask, fits: Fits) -> None:
    versions = ask("--home", company, "history", "subscriptions", "s3")
    fits("history", versions)
    assert versions[0]["row"]["mrr"] == "103.00"


def test_a_row_that_is_not_there_is_told(company: str, capsys: Out) -> None:
    assert main(["--home", company, "history", "subscriptions", "s99"]) == 2
    assert "keepwell quarantine list" in capsys.readouterr().err


def test_erasing_asks_before_it_erases(company: str, capsys: Out, fits: Fits, ask: Ask) -> None:
    assert main(["--home", company, "erase", "K-1"]) == 2
    assert "--yes" in capsys.readouterr().err
    fits("erase", ask("--home", company, "erase", "K-1", "--yes"))


def test_posting_twice_posts_nothing_the_second_time(company: str, ask: Ask, fits: Fits) -> None:
    first = ask("--home", company, "post", "--full")
    fits("post", first)
    assert (first["posted"], first["accounts"]) == (True, 40)
    second = ask("--home", company, "post")
    fits("post", second)
    assert second == {"posted": False}
    fits("clean", ask("--home", company, "clean"))


def test_a_value_no_account_has_is_told_with_those_there_are(company: str, capsys: Out) -> None:
    values = ["--home", company, "statement", "--where"]
    assert main([*values, "segment = Enterprize"]) == 2
    said = capsys.readouterr().err
    assert "There is no account with segment = 'Enterprize'." in said
    assert "Did you mean Enterprise?" in said
    assert main([*values, "segment != Enterprize"]) == 0


def test_a_page_without_its_folder_is_told_before_the_work(company: str, tmp_path: Path, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--html", str(tmp_path / "none" / "page.html")]) == 3
    assert "there is no folder" in capsys.readouterr().err


def test_erasing_somebody_nobody_knows_says_so_and_that_it_is_remembered(company: str, capsys: Out) -> None:
    assert main(["--home", company, "erase", "nobody at all", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "knows nobody by the id nobody at all" in said
    assert "no later load will bring the person in" in said
    assert "keepwell erase nobody at all --take-back" in said
    assert main(["--home", company, "erase", "nobody at all", "--yes"]) == 0
    assert "was erased before" in capsys.readouterr().out
    assert main(["--home", company, "erase", "nobody at all", "--take-back"]) == 0
    assert "is let in again" in capsys.readouterr().out
    assert main(["--home", company, "erase", "nobody at all", "--take-back"]) == 2


@pytest.mark.parametrize("command", ["statement", "definitions"])
def test_a_period_beyond_what_is_known_says_so_and_how_to_go_on(
    company: str, command: str, capsys: Out
) -> None:
    assert main(["--home", company, command, "--period", "2027-Q1"]) == 0
    told = capsys.readouterr().err
    assert "Nothing is known yet of these days: the book is complete up to 2026-06-01" in told
    assert "--complete-to" in told
    assert "--period 2026-05" in told


def test_an_unfinished_period_says_what_it_waits_for(company: str, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--period", "2026-Q2"]) == 0
    assert "subscriptions from “file” are complete up to 2026-06-01" in capsys.readouterr().err
    assert main(["--home", company, "statement", "--period", "2026-Q1"]) == 0
    assert capsys.readouterr().err == ""


def test_a_period_before_anybody_paid_says_so(company: str, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--period", "2020"]) == 0
    assert "the first day on which anybody pays is 2025-01-01" in capsys.readouterr().err
    assert main(["--home", company, "statement", "--period", "2026-Q1"]) == 0
    assert capsys.readouterr().err == ""


def test_every_setting_says_what_it_means(company: str, capsys: Out) -> None:
    from dataclasses import fields

    from keepwell.cli.setting_up import POLICIES
    from keepwell.ledger.policies import Policies

    assert set(POLICIES) == {field.name for field in fields(Policies)}
    assert main(["--home", company, "settings"]) == 0
    assert "held after it fell to 0" in capsys.readouterr().out
