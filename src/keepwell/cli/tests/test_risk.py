"""Risk, health, worth, effects and causes as people and scripts ask for them, of a small simulated company."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keepwell.book.book import Book
from keepwell.cli.main import main
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate

MONTHS = "9"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A simulated company of 400 accounts over two years, of which nothing has been learnt yet."""
    folder = tmp_path_factory.mktemp("simulated")
    made = simulate(folder / "files", seed=3, accounts=400, years=2, texts=False, dirt=False)
    load(Book.create(str(folder / "book"), reporting_currency="EUR"), folder / "files", until=made.until)
    return str(folder / "book")


@pytest.fixture(scope="module")
def trained(home: str) -> str:
    assert main(["--home", home, "risk", "train", "--months", MONTHS]) == 0
    return home


def test_before_a_model_is_learnt_a_score_says_how_to_learn_one(
    company: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", company, "risk", "score"]) == 2
    assert "keepwell risk train" in capsys.readouterr().err


def test_a_company_whose_past_was_never_known_is_told_how_to_load_it(
    company: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", company, "risk", "train"]) == 2
    assert "--known-at occurred" in capsys.readouterr().err


def test_every_account_gets_a_chance_with_its_interval_and_reasons(
    trained: str, ask: Callable[..., Any]
) -> None:
    answer = ask("--home", trained, "risk", "score", "--dry")
    assert len(answer["accounts"]) > 100
    chances = [one["chance"] for one in answer["accounts"]]
    assert chances == sorted(chances, reverse=True)
    assert all(
        one["low"] <= one["chance"] <= one["high"] for one in answer["accounts"] if one["low"] is not None
    )
    assert all(0 <= one["coverage"] <= 1 for one in answer["accounts"])


def test_what_was_said_of_a_night_stays_and_is_explained(trained: str, ask: Callable[..., Any]) -> None:
    first = ask("--home", trained, "risk", "score")
    again = ask("--home", trained, "risk", "score")
    assert first == again
    worst = first["accounts"][0]["account_id"]
    told = ask("--home", trained, "risk", "explain", worst)
    assert told["chance"] == first["accounts"][0]["chance"]
    assert len(told["said_before"]) == 1
    assert {reason["speaks"] for reason in told["reasons"]} <= {"for", "against"}


def test_an_account_that_is_not_scored_is_said_with_near_names(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", trained, "risk", "explain", "A00001"]) == 2
    assert "Did you mean" in capsys.readouterr().err


def test_models_are_listed_and_one_can_be_gone_back_to(trained: str, ask: Callable[..., Any]) -> None:
    (only,) = ask("--home", trained, "risk", "models", "--use", "1", "--why", "trusted")
    assert only["in_use"]
    assert "text" not in only
    assert main(["--home", trained, "risk", "models", "--use", "7"]) == 2


def test_nothing_said_has_matured_on_the_night_it_was_said(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--home", trained, "risk", "score"])
    capsys.readouterr()
    assert main(["--home", trained, "risk", "said"]) == 2
    assert "keepwell risk backtest" in capsys.readouterr().err


def test_drift_says_whether_to_learn_again(trained: str, ask: Callable[..., Any]) -> None:
    answer = ask("--home", trained, "risk", "drift")
    assert isinstance(answer["retrain"], bool)
    assert answer["shifts"]


def test_the_features_are_listed_with_their_meaning(ask: Callable[..., Any]) -> None:
    features = {one["name"]: one for one in ask("risk", "features")}
    assert features["use_trend"]["direction"] == -1
    assert all(one["meaning"] and one["table"] for one in features.values())


def test_the_check_up_counts_every_account_once(home: str, ask: Callable[..., Any]) -> None:
    answer = ask("--home", home, "health", "show")
    assert sum(answer["counts"].values()) == len(answer["accounts"])
    one = ask("--home", home, "health", "show", answer["accounts"][0]["account_id"])
    weights = [signal["weight"] for step in one["steps"] for signal in step["signals"]]
    assert sum(weights) == pytest.approx(100)


def test_a_check_up_of_ones_own_is_taken_in_and_a_wrong_one_is_not(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", home, "health", "default"]) == 0
    text = capsys.readouterr().out
    own = tmp_path / "checkup.toml"
    own.write_text(text.replace("weight = 14", "weight = 13"), encoding="utf-8")
    assert main(["--home", home, "health", "use", str(own)]) == 3
    assert "add up to 100" in capsys.readouterr().err
    own.write_text(text, encoding="utf-8")
    assert main(["--home", home, "health", "use", str(own)]) == 0


def test_the_check_up_is_judged_beside_silence(home: str, ask: Callable[..., Any]) -> None:
    answer = ask("--home", home, "health", "test", "--months", MONTHS)
    health, silence = answer["judged"]
    assert (health["name"], silence["name"]) == ("health", "silence")
    assert health["warnings"] == silence["warnings"]
    assert health["missed"] == len(answer["missed"])


def test_a_list_never_costs_more_than_its_budget(trained: str, ask: Callable[..., Any]) -> None:
    answer = ask("--home", trained, "worth", "--budget", "600")
    assert float(answer["total"]["cost"]) <= 600
    assert {one["name"] for one in answer["assumptions"]} >= {"works", "cost"}


def test_a_budget_that_is_no_amount_is_refused(trained: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", trained, "worth", "--budget", "much"]) == 2
    assert "--budget 5000" in capsys.readouterr().err


def test_where_accounts_leave_adds_up_to_all_departures(home: str, ask: Callable[..., Any]) -> None:
    groups = ask("--home", home, "causes", "where", "--by", "channel")["groups"]
    assert sum(one["left"] for one in groups) == pytest.approx(sum(one["expected"] for one in groups))
    assert main(["--home", home, "causes", "where", "--by", "chanel"]) == 2


def test_too_few_departures_are_said_instead_of_signals(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", home, "causes", "before", "--segment", "nowhere", "--months", "2"]) == 2
    assert "Too few accounts left" in capsys.readouterr().err


def test_an_effect_of_an_action_nobody_recorded_is_refused_with_those_there_are(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", home, "effect", "trainings"]) == 2
    assert "training" in capsys.readouterr().err


def test_answers_of_scripts_are_json_from_beginning_to_end(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["--home", trained, "--format", "json", "risk", "models"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["number"] == 1
