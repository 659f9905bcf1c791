"""What is told beside the figures: in which words, and what to do where there is no figure."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from keepwell.book.book import Book
from keepwell.book.tables import table_named
from keepwell.cli.main import main
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import speaking

Out = pytest.CaptureFixture[str]


def test_accounts_behind_a_line_are_told_in_words_on_the_screen_and_by_name_to_scripts(
    company: str, capsys: Out
) -> None:
    asked = ("statement", "--list", "churned")
    assert main(["--home", company, *asked]) == 0
    screen = capsys.readouterr().out
    assert screen.startswith("Churned: 3 accounts, 2026-01-01 to 2026-04-01")
    assert "By choice  Contract" in screen or "Unknown" in screen
    assert main(["--home", company, "--format", "csv", *asked]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(",contract")


def test_accounts_that_never_paid_are_counted_beside_what_is_left_out(
    tmp_path: Path, capsys: Out, ask: Any
) -> None:
    known, day = datetime(2026, 6, 1, tzinfo=UTC), date(2026, 6, 1)
    paid = {
        "subscription_id": "s",
        "account_id": "pays",
        "started_on": date(2025, 1, 1),
        "mrr": 100,
        "currency": "EUR",
    }
    told: dict[str, list[dict[str, Any]]] = {
        "accounts": [
            {"account_id": "pays"},
            {"account_id": "never"},
            {"account_id": "ours", "excluded": "our own"},
            {"account_id": "gone", "merged_into": "pays", "merged_on": date(2025, 2, 1)},
        ],
        "subscriptions": [paid],
    }
    with Book.create(str(tmp_path / "book"), reporting_currency="EUR").writer() as writer:
        for table, rows in told.items():
            schema = table_named(table).schema()
            held = [{**dict.fromkeys(schema.names), **row} for row in rows]
            writer.put(table, pa.Table.from_pylist(held, schema=schema), known_at=known)
            writer.cover(table, "file", day)
        writer.commit()
    home = str(tmp_path / "book")
    assert main(["--home", home, "statement"]) == 0
    assert "Never paid: 1 account, in no figure" in capsys.readouterr().out
    assert ask("--home", home, "statement")["provenance"]["never_paid"] == 1


def test_one_account_is_one_account(company: str, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--period", "2026-02", "--list", "churned"]) == 0
    assert capsys.readouterr().out.startswith("Churned: 1 account, ")


def test_a_page_without_a_folder_is_told_with_a_way_on(company: str, tmp_path: Path, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--html", str(tmp_path / "none" / "page.html")]) == 3
    assert "--html statement.html" in capsys.readouterr().err


def test_before_anything_was_known_no_period_is_recommended(company: str, capsys: Out) -> None:
    assert main(["--home", company, "statement", "--as-known-on", "2010-01-01"]) == 0
    said = capsys.readouterr().err
    assert "Nobody pays on any day that was known" in said
    assert "--period" not in said


def test_what_is_no_period_is_told_before_anything_else(tmp_path: Path, capsys: Out) -> None:
    for command in ("statement", "definitions"):
        assert main(["--home", str(tmp_path / "none"), command, "--period", "2025-02-30"]) == 2
        assert "2025-02-30" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "told"), [("hu", "Látva: nine"), ("zh_Hans", "所见：nine"), ("en", "Seen: nine")]
)
def test_what_was_seen_is_told_in_the_readers_language_wherever_an_error_is_printed(
    language: str, told: str
) -> None:
    with speaking(language):
        assert told in str(KeepwellError("Wrong.", seen="nine"))
