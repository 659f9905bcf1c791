import json
from pathlib import Path

import pytest

from keepwell.cli.main import main


@pytest.fixture
def home(tmp_path: Path) -> str:
    path = str(tmp_path / "book")
    assert main(["--home", path, "init", "--currency", "eur", "--fiscal-start", "4"]) == 0
    return path


def test_a_new_book_keeps_its_currency_and_year(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["--home", home, "--format", "json", "settings"]) == 0
    settings = json.loads(capsys.readouterr().out)
    assert (settings["reporting_currency"], settings["fiscal_start"], settings["time_zone"]) == (
        "EUR",
        4,
        "UTC",
    )
    assert settings["policies"]["grace_days"] == 0


def test_a_policy_is_set_and_printed_as_a_sentence(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["--home", home, "settings", "grace_days=14", "past-due-days=30", "data_from=2022-01-01"]) == 0
    )
    assert "Grace: 14 days." in capsys.readouterr().out
    assert main(["--home", home, "settings", "past_due_days=none"]) == 0
    assert "An account past due still pays." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("grace=3", "grace_days"),
        ("grace_days", "NAME=VALUE"),
        ("grace_days=soon", "whole number"),
        ("grace_days=-1", "between 0 and 3650"),
        ("purchases_beside_subscriptions=maybe", "yes or no"),
        ("time_zone=Mars/Olympus", "time zone"),
        ("churn_dated=later", "paid_until, notice"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    home: str, change: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", home, "settings", change]) == 2
    assert told in capsys.readouterr().err


def test_a_second_book_in_the_same_place_is_refused(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", home, "init"]) == 4
    assert "already" in capsys.readouterr().err


def test_no_book_is_told_with_the_way_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "settings"]) == 4
    assert "keepwell import accounts" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["quarantine"]])
def test_a_command_without_its_subcommand_shows_how_it_goes(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    told = capsys.readouterr().err
    assert told.startswith("Usage: keepwell")
    assert "Seen:" not in told
