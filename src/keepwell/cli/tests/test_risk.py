"""Risk, health, worth, effects and causes as people and scripts ask for them, of a small simulated company."""

import csv
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


def test_contracts_and_buyers_have_lists_of_their_own(
    trained: str, ask: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    every, contracts, buyers = (
        ask("--home", trained, "risk", "score", "--dry", *more)["accounts"]
        for more in ((), ("--kind", "contract"), ("--kind", "irregular"))
    )
    assert {one["kind"] for one in contracts} == {"contract"}
    assert {one["kind"] for one in buyers} == {"irregular"}
    assert len(contracts) + len(buyers) == len(every)
    assert main(["--home", trained, "risk", "score", "--dry", "--kind", "lease"]) == 2
    assert "contract, irregular" in capsys.readouterr().err
    main(["--home", trained, "risk", "score", "--dry", "--kind", "contract"])
    assert "with a contract" in capsys.readouterr().out


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
    assert answer["shifts"]
    assert not answer["newer"]  # it has just been learnt from all there is
    assert not answer["retrain"]


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
    own.write_text(text.replace("weight = 26", "weight = 25"), encoding="utf-8")
    assert main(["--home", home, "health", "use", str(own)]) == 3
    assert "add up to 100" in capsys.readouterr().err
    own.write_text(text, encoding="utf-8")
    assert main(["--home", home, "health", "use", str(own)]) == 0


def test_the_check_up_is_judged_beside_silence(home: str, ask: Callable[..., Any]) -> None:
    answer = ask("--home", home, "health", "test", "--months", "2")  # too few months for a model
    health, silence = answer["judged"]
    assert (health["name"], silence["name"]) == ("health", "silence")
    assert health["warnings"] == silence["warnings"]
    assert health["missed"] == len(answer["missed"])


def test_the_check_up_is_judged_beside_the_model_of_each_month_and_what_needs_none(
    home: str, ask: Callable[..., Any]
) -> None:
    answer = ask("--home", home, "health", "test", "--months", MONTHS)
    ways = {one["name"]: one for one in answer["judged"]}
    assert list(ways) == ["health", "model", "silence", "base_rate"]
    assert len({(one["warnings"], one["departures"], one["observations"]) for one in ways.values()}) == 1
    assert all(one["caught"] + one["missed"] == one["departures"] for one in ways.values())


def test_of_one_month_it_is_said_whom_it_would_have_named_and_what_became_of_them(
    home: str, ask: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask("--home", home, "risk", "backtest", "--month", "2026-05", "--months", MONTHS)
    assert {day["day"] for day in answer["days"]} == {"2026-06-01"}
    assert main(["--home", home, "risk", "backtest", "--month", "2026-05", "--months", MONTHS]) == 0
    assert "named first before 2026-06-01" in capsys.readouterr().out
    assert main(["--home", home, "risk", "backtest", "--month", "2026-09"]) == 2
    assert "90 days have passed" in capsys.readouterr().err
    assert main(["--home", home, "risk", "backtest", "--month", "May"]) == 2
    assert "--month 2026-03" in capsys.readouterr().err


def test_that_a_page_has_no_folder_to_lie_in_is_said_before_the_past_is_judged(
    company: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "nowhere" / "page.html")
    assert main(["--home", company, "risk", "backtest", "--html", file]) == 3
    assert "there is no folder" in capsys.readouterr().err


def test_acting_by_the_risk_is_judged_by_what_it_would_have_saved(home: str, ask: Callable[..., Any]) -> None:
    answer = ask("--home", home, "worth", "--judge", "--months", MONTHS)
    ways = {one["name"]: one for one in answer["judged"]}
    assert {"model", "silence", "base_rate"} <= ways.keys()
    assert all(0 <= one["acted"] <= 1 and one["emp"] >= 0 for one in ways.values())


def test_a_list_never_costs_more_than_its_budget(trained: str, ask: Callable[..., Any]) -> None:
    answer = ask("--home", trained, "worth", "--budget", "600")
    assert float(answer["total"]["cost"]) <= 600
    assert {one["name"] for one in answer["assumptions"]} >= {"works", "cost"}


@pytest.mark.parametrize("budget", ["much", "nan", "inf", "1e30", "5000,50", "1,2,3", "٥"])
def test_a_budget_that_is_no_amount_is_refused(
    company: str, budget: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", company, "worth", "--budget", budget]) == 2
    assert "--budget 5000" in capsys.readouterr().err


def test_where_accounts_leave_adds_up_to_all_departures(home: str, ask: Callable[..., Any]) -> None:
    groups = ask("--home", home, "causes", "where", "--by", "channel")["groups"]
    assert sum(one["left"] for one in groups) == pytest.approx(sum(one["expected"] for one in groups))
    assert main(["--home", home, "causes", "where", "--by", "chanel"]) == 2


def test_departures_are_counted_no_further_than_everything_is_known(
    home: str, ask: Callable[..., Any]
) -> None:
    year = ask("--home", home, "causes", "where", "--by", "channel", "--period", "2026")
    assert year["period"] == {"from": "2026-01-01", "to": "2026-10-01"}


def test_a_spreadsheet_gets_plain_numbers(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    for asked, share in (
        (("causes", "where", "--by", "channel"), "low"),
        (("causes", "stated", "--months", MONTHS), "low"),
        (("health", "test", "--months", "2"), "recall_low"),
        (("worth", "--judge", "--months", MONTHS), "saved_low"),
    ):
        capsys.readouterr()
        assert main(["--home", home, "--format", "csv", *asked]) == 0
        rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
        assert any(-10 < float(row[share]) < 10 for row in rows if row[share])


def test_too_few_departures_are_said_instead_of_signals(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", home, "causes", "before", "--segment", "Public sector", "--months", "2"]) == 2
    assert "Too few accounts left" in capsys.readouterr().err


def test_an_effect_of_an_action_nobody_recorded_is_refused_with_those_there_are(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", home, "effect", "trainings"]) == 2
    assert "training" in capsys.readouterr().err


def test_who_is_held_out_is_drawn_once_recorded_and_never_acted_on(
    trained: str, ask: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = ask("--home", trained, "effect", "hold-out", "visit", "--share", "0.3")
    held = {one["account_id"] for one in first["held_out"]}
    assert 0.2 < len(held) / first["accounts"] < 0.4
    assert first["new"] == len(held)
    again = ask("--home", trained, "effect", "hold-out", "visit")  # the share is remembered
    assert (again["share"], again["new"]) == (0.3, 0)
    assert {one["account_id"] for one in again["held_out"]} == held
    fewer = ask("--home", trained, "effect", "hold-out", "visit", "--share", "0.1")
    assert {one["account_id"] for one in fewer["held_out"]} == held
    assert {one["account_id"] for one in ask("--home", trained, "effect", "held-out", "visit")} == held
    assert main(["--home", trained, "effect", "held-out", "vist"]) == 2
    assert "Did you mean visit" in capsys.readouterr().err
    recorded = {one["action"]: one for one in ask("--home", trained, "effect")}
    assert recorded["visit"]["held_out"] == len(held)
    assert recorded["training"]["treated"] > recorded["training"]["held_out"] > 0
    capsys.readouterr()
    assert main(["--home", trained, "effect", "visit"]) == 2  # nobody was treated yet
    assert "Too few accounts were treated" in capsys.readouterr().err
    assert main(["--home", trained, "effect", "hold-out", "visitt"]) == 2
    assert "Did you mean visit?" in capsys.readouterr().err
    some = tmp_path / "list.csv"
    some.write_text("account_id\n" + "\n".join(sorted(held)[:2]) + "\nnobody\n")
    assert ask("--home", trained, "effect", "hold-out", "visit", "--among", str(some))["accounts"] == 2
    some.write_text("account_id\n")  # nobody: never everybody
    assert main(["--home", trained, "effect", "hold-out", "visit", "--among", str(some)]) == 2
    assert "None of these accounts" in capsys.readouterr().err
    some.write_text("customer\nA000001\n")
    assert main(["--home", trained, "effect", "hold-out", "visit", "--among", str(some)]) == 3
    assert "no column account_id" in capsys.readouterr().err


def test_an_action_with_too_few_held_out_is_not_weighed_by_its_effect(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", trained, "worth", "--action", "training", "--action", "discount"]) == 2
    assert "Too few accounts" in capsys.readouterr().err


@pytest.mark.slow
def test_of_several_actions_with_learnt_effects_each_account_gets_the_best_over_the_days_of_the_risk(
    tmp_path: Path, ask: Callable[..., Any]
) -> None:
    made = simulate(tmp_path / "files", seed=1, accounts=2000, years=2, texts=False, dirt=False)
    home = str(tmp_path / "book")
    _only_treated_since("2025-12-01", tmp_path / "files" / "treatments.csv")
    load(Book.create(home, reporting_currency="EUR"), tmp_path / "files", until=made.until)
    ask("--home", home, "risk", "train", "--months", "9")
    effect = ask("--home", home, "effect", "training", "--horizon", "90")
    assert effect["outcome"] == "left or gave notice within 90 days"
    answer = ask("--home", home, "worth", "--action", "training", "--action", "discount")
    assert answer["actions"] == ["training", "discount"]
    assert all("held out" in said for said in answer["effects"])
    held = {one["account_id"] for one in ask("--home", home, "effect", "held-out", "training")}
    acted = {one["account_id"] for one in answer["accounts"] if one["chosen"] and one["action"] == "training"}
    assert held
    assert not acted & held


def _only_treated_since(day: str, file: Path) -> None:
    """Every month with a treatment is observed, which takes its time."""
    first, *rows = list(csv.reader(file.open(newline="")))
    place = first.index("occurred_at")
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([first, *(row for row in rows if row[place] >= day)])


def test_answers_of_scripts_are_json_from_beginning_to_end(
    trained: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["--home", trained, "--format", "json", "risk", "models"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["number"] == 1
