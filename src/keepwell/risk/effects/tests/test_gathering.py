"""A trial out of a book: what was recorded, what was known then, what became of them."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.lib.days import number
from keepwell.lib.errors import KeepwellError
from keepwell.risk.effects.gathering import known_of, settled, treatments, trials_of
from keepwell.risk.effects.holdouts import assign
from keepwell.risk.effects.trial import RISK
from keepwell.risk.features import feature_named
from keepwell.risk.observations import observe

FEATURES = tuple(map(feature_named, ("tenure", "mrr", "segment")))
FIRST, SECOND, NEWEST = date(2025, 6, 3), date(2025, 7, 20), date(2026, 8, 2)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company of 200 accounts that all got a call, or were held out from it, on three days."""
    folder = tmp_path_factory.mktemp("company")
    made = simulate(folder, seed=3, accounts=200, years=2, texts=False, dirt=False)
    accounts = [f"A{k:06}" for k in range(1, 201)]
    given = assign(accounts, "call", share=0.3, key="k")
    rows = pa.concat_tables([given.to_arrow(day) for day in (FIRST, SECOND, NEWEST)])
    broken = rows.slice(200, 1).set_column(
        4, "arm", pa.array(["held out" if given.arms[0] == "treated" else "treated"])
    )
    csv.write_csv(pa.concat_tables([rows.slice(0, 200), broken, rows.slice(201)]), folder / "treatments.csv")
    book = Book.create(folder / "home", reporting_currency="EUR")
    load(book, folder, until=made.until)
    engine = engine_named("duckdb", {"threads": "2"})
    yield book, engine, given
    engine.close()


@pytest.fixture(scope="module")
def trial(company):
    book, engine, _given = company
    return trials_of(book, engine, ["call"], horizon=90, features=FEATURES)["call"]


def test_an_account_in_both_arms_counts_in_its_first_and_is_told(company):
    book, engine, given = company
    done = treatments(book.moment(engine), "call")
    assert done.contaminated == 1
    assert len(done.day) == 599
    held, treated = settled(book.moment(engine), "call")
    assert held >= set(given.of("held out"))
    assert not held & treated


def test_hold_outs_that_are_recorded_stay_under_any_other_share_and_key(company):
    book, engine, given = company
    held, treated = settled(book.moment(engine), "call")
    again = assign(given.accounts, "call", share=0.9, key="other", held_out=held, treated=treated)
    assert set(again.of("held out")) == held


def test_a_trial_knows_what_was_known_then_and_what_became_of_them(company, trial):
    book, engine, given = company
    assert len(trial) + trial.unobserved == 599
    assert trial.unobserved > 0  # accounts that joined later, had left or had given notice
    recent = trial.day == number(NEWEST)
    assert np.isnan(trial.happened[recent]).all()  # 90 days are not over
    assert not np.isnan(trial.happened[~recent]).any()
    assert set(np.unique(trial.happened[~recent])) == {0.0, 1.0}
    arm = dict(zip(given.accounts, given.arms, strict=True))
    assert all(
        (arm[a] == "treated") == t
        for a, t in zip(trial.accounts[1:], trial.treated[1:], strict=True)
        if a != given.accounts[0]
    )
    june = observe(book, engine, [date(2025, 6, 1)], horizon=90, features=FEATURES)
    tenure = dict(zip(june.accounts, june.column("tenure"), strict=True))
    first = trial.day == number(FIRST)
    assert [tenure[a] for a in trial.accounts[first]] == trial.values[first, 0].tolist()


def test_risk_is_a_column_of_the_trial_and_of_whatever_it_is_asked_of(company, trial):
    book, engine, _given = company
    names = [column.name for column in trial.columns]
    assert names == ["tenure", "mrr", "segment", RISK, "risk: accounts", "risk: ledger"]
    newest = observe(book, engine, [date(2026, 9, 1)], horizon=90, features=FEATURES)
    values = known_of(newest, trial)
    assert values.shape == (len(newest), len(names))
    assert ((values[:, 3] > 0) & (values[:, 3] < 1)).all()


def test_an_action_that_is_not_there_is_told_with_near_ones(company):
    book, engine, _given = company
    with pytest.raises(KeepwellError, match="Did you mean call"):
        treatments(book.moment(engine), "calls")


def test_a_book_without_treatments_is_told_what_would_be_needed(tmp_path):
    engine = engine_named("duckdb", {"threads": "1"})
    book = Book.create(tmp_path / "home", reporting_currency="EUR")
    with pytest.raises(KeepwellError, match="no treatments") as refused:
        treatments(book.moment(engine), "call")
    engine.close()
    assert any("state what you assume" in way for way in refused.value.ways)
