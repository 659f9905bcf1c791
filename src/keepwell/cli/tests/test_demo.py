"""The demo: from nothing to a statement and a page, and every command over its book."""

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli.main import main

Ask = Callable[..., Any]
Fits = Callable[[str, Any], None]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which `keepwell demo` was typed, and what it said."""
    folder = tmp_path_factory.mktemp("trial")
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said):
        assert main(["demo", "--accounts", "40", "--years", "2"]) == 0
    return folder / "demo-home", said.getvalue()


def test_the_demo_leads_from_nothing_to_a_statement_and_a_page(shown: tuple[Path, str]) -> None:
    home, said = shown
    assert "This company is simulated." in said
    assert (home / "statement.html").stat().st_size > 100_000
    assert re.search(r"^Rate +Value +95%", said, re.MULTILINE)
    assert re.search(r"^Customer churn +[\d.]+% +[\d.]+–[\d.]+%", said, re.MULTILINE)


def test_the_demo_shown_again_loads_nothing_again(shown: tuple[Path, str], ask: Ask, fits: Fits) -> None:
    again = ask("--home", str(shown[0]), "demo")
    fits("statement", again)
    assert again["provenance"]["simulated"] is True


def test_every_command_answers_over_the_demo_in_its_documented_form(
    shown: tuple[Path, str], ask: Ask, fits: Fits
) -> None:
    home = str(shown[0])
    fits("series", ask("--home", home, "series", "--grain", "quarter", "--by", "segment"))
    fits("definitions", ask("--home", home, "definitions", "--period", "2026"))
    fits("cycles", ask("--home", home, "cycles"))
    fits("quarantine", ask("--home", home, "quarantine", "list"))
    fits("events-retention", ask("--home", home, "events-retention", "--days", "7"))
    brackets = ask("--home", home, "events-retention", "--brackets", "1-8,8-31")
    fits("events-retention", brackets)
    assert [(cell["age"], cell["to"]) for cell in brackets[0]["cells"]] == [(1, 8), (8, 31)]
    statement = ask("--home", home, "statement", "--period", "2026-Q3")
    fits("statement", statement)
    assert set(statement["kinds"]) == {"contract", "irregular"}


@pytest.mark.parametrize(
    "asked",
    [("--brackets", "8-1"), ("--brackets", "1-8", "--mode", "on"), ("--brackets", "1-8", "--days", "14")],
)
def test_what_cannot_be_asked_together_of_use_is_refused_and_not_left_out(
    shown: tuple[Path, str], capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]
) -> None:
    assert main(["--home", str(shown[0]), "events-retention", *asked]) == 2
    assert "rackets" in capsys.readouterr().err


def test_the_cycle_of_each_account_comes_in_its_documented_form(
    shown: tuple[Path, str], ask: Ask, fits: Fits
) -> None:
    listed = ask("--home", str(shown[0]), "cycles", "--list")
    assert listed
    fits("cycles-accounts", listed)


def test_the_demo_does_not_touch_a_book_of_real_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path), "init"]) == 0
    assert main(["--home", str(tmp_path), "demo"]) == 2
    assert "does not touch it" in capsys.readouterr().err
