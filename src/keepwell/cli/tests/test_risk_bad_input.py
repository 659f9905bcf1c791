"""What is said of companies that tell too little, or nothing that could be: who may leave is never made up."""

import csv
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli.main import main

Ask = Callable[..., Any]
COLUMNS = ("subscription_id", "account_id", "amount", "currency", "interval", "started_on", "ended_on")
COVERED = "2026-10-01"
QUESTIONS = (
    ("risk", "train", "--months", "2"),
    ("risk", "score"),
    ("risk", "backtest", "--months", "2"),
    ("risk", "drift"),
    ("health", "test", "--months", "2"),
    ("worth",),
    ("worth", "--judge", "--months", "2"),
    ("causes", "where"),
    ("causes", "before", "--months", "2"),
    ("effect",),
)


@pytest.fixture
def book(tmp_path: Path) -> Callable[[Iterable[tuple[date, date | None]]], str]:
    """Makes a book of subscriptions and nothing else, one an account: when it started and ended."""

    def made(terms: Iterable[tuple[date, date | None]]) -> str:
        file, home = tmp_path / "subscriptions.csv", str(tmp_path / "book")
        with file.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            for n, (start, end) in enumerate(terms):
                writer.writerow([f"s{n}", f"a{n:03}", "100.00", "EUR", "month", start, end or ""])
        load = ["import", "subscriptions", str(file), "--create-accounts", "--known-at", "occurred"]
        assert main(["--home", home, *load, "--complete-to", COVERED]) == 0
        return home

    return made


def _refused(home: str, capsys: pytest.CaptureFixture[str], *asked: str) -> str:
    """What a question that is refused is answered with: always what is wrong and a way out of it."""
    capsys.readouterr()
    assert main(["--home", home, *asked]) == 2, asked
    said = capsys.readouterr().err
    assert "→" in said, asked
    return said


def test_where_nobody_has_left_yet_nothing_is_said_of_leaving(
    book: Any, capsys: pytest.CaptureFixture[str], ask: Ask
) -> None:
    home = book((date(2025, 1, 1) + timedelta(n), None) for n in range(40))
    said = {asked: _refused(home, capsys, *asked) for asked in QUESTIONS}
    assert "nobody has left yet" in said[QUESTIONS[0]]
    assert "--months" in said["health", "test", "--months", "2"]
    assert "40 accounts paid" in said["causes", "where"]
    assert ask("--home", home, "causes", "stated", "--months", "2") == []
    assert main(["--home", home, "health", "show"]) == 0  # the check-up stands, and says what to do
    assert "Of most accounts too little is known" in capsys.readouterr().out


def test_ten_years_of_one_account_are_one_account(book: Any, capsys: pytest.CaptureFixture[str]) -> None:
    home = book([(date(2016, 9, 1), None)])
    said = {asked: _refused(home, capsys, *asked) for asked in QUESTIONS}
    assert "1 account; at least 30" in said[QUESTIONS[0]]


def test_a_company_whose_customers_all_begin_in_years_to_come_is_told_so(
    book: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    home = book((date(2031, 1, 1) + timedelta(n), None) for n in range(40))
    said = {asked: _refused(home, capsys, *asked) for asked in QUESTIONS}
    assert "nobody pays before 2026-10-01" in said[QUESTIONS[0]]
    assert "2031-01-01" in said["causes", "where"]
    assert "does not reach back far enough" in said["causes", "before", "--months", "2"]


def test_where_everybody_left_there_is_nobody_to_tell_leavers_from(
    book: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    home = book((date(2026, 4, 1), date(2026, 6, 1) + timedelta(n % 40)) for n in range(40))
    assert "nobody to tell leavers from" in _refused(home, capsys, "risk", "train")
    assert main(["--home", home, "health", "test"]) == 0
    assert "It warned of nobody. Of 40 of the 40 departures" in capsys.readouterr().out
    assert main(["--home", home, "causes", "where"]) == 0
    assert "nothing to lay beside it" in capsys.readouterr().out


def test_subscriptions_alone_carry_the_base_rate_and_every_account_says_how_little_is_known(
    book: Any, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = [date(2026, 1, 5) + timedelta(6 * n) for n in range(45)]
    home = book((date(2025, 1, 1) + timedelta(n), ends[n] if n < 45 else None) for n in range(90))
    ask("--home", home, "risk", "train", "--months", "4")
    scored = ask("--home", home, "risk", "score", "--dry")
    assert len(scored["accounts"]) == 45
    assert all(one["coverage"] < 0.3 for one in scored["accounts"])
    assert len({one["chance"] for one in scored["accounts"]}) == 1
    assert main(["--home", home, "risk", "score", "--dry"]) == 0
    assert "nothing that is known of them tells more" in capsys.readouterr().out


def test_a_table_by_another_name_is_refused_with_those_near_it(
    company: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file.csv").write_text("account_id\na1\n")
    said = _refused(company, capsys, "import", "event", str(tmp_path / "file.csv"))
    assert "Did you mean events" in said


def test_assumptions_that_cannot_be_read_are_said_before_anything_is_worked_out(
    book: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = book([(date(2025, 1, 1), None)])  # of which nothing is known: that would be said next
    capsys.readouterr()
    assert main(["--home", home, "worth", "--assume", str(tmp_path / "none.toml")]) == 3
    assert "cannot be read" in capsys.readouterr().err
