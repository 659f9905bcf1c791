"""Models and what they said, in the book: nothing is overwritten, and one can go back."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from keepwell.book.book import Book
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.ledger.opening import open_ledger
from keepwell.lib.days import number
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.risk import keeping, said
from keepwell.risk.features import all_features
from keepwell.risk.keeping import choices, in_use, keep, kept_model, kept_models, stored_model, use
from keepwell.risk.observations import observe
from keepwell.risk.promotion import contest_of, retrain
from keepwell.risk.reasons import from_code
from keepwell.risk.said import judge_said, nights, said_of, say, scores
from keepwell.risk.splitting import known_by
from keepwell.risk.tests import model_kit as kit
from keepwell.risk.training import train

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def company():
    return kit.company(400, 18, base=-3.0)


@pytest.fixture(scope="module")
def trained(company):
    return train(company, seed=1, draws=3)


@pytest.fixture
def book(tmp_path):
    return Book.create(tmp_path / "book", reporting_currency="EUR")


def _day(company, day):
    return company.where(company.as_of == day)


def test_a_kept_model_says_the_same_and_tells_what_it_was_learnt_from(book, duck, trained, company):
    kept = keep(book, duck, trained, moment=book.moment(duck), now=NOW, why="It is the first model.")
    moment = book.moment(duck)
    assert np.array_equal(stored_model(moment, 1).chances(company), trained.chances(company))
    assert (kept.number, kept.model, kept.horizon, kept.in_use) == (1, trained.name, 90, True)
    assert kept.card == dict(trained.card)
    assert kept.manifest == 1
    assert in_use(moment, 90) == kept
    assert in_use(moment, 30) is None
    assert kept.to_json()["learnt_until"] == kept.learnt_until.isoformat()


def test_one_goes_back_to_an_earlier_model_and_both_choices_are_remembered(book, duck, trained):
    keep(book, duck, trained, moment=book.moment(duck), now=NOW, why="first")
    keep(book, duck, trained, moment=book.moment(duck), now=NOW, why="newer")
    assert [one.in_use for one in kept_models(book.moment(duck))] == [False, True]
    use(book, duck, 1, now=NOW, why="the newer one was worse")
    moment = book.moment(duck)
    assert [one.in_use for one in kept_models(moment)] == [True, False]
    assert [(c["number"], c["why"]) for c in choices(moment)] == [
        (1, "first"),
        (2, "newer"),
        (1, "the newer one was worse"),
    ]


def test_a_model_that_lost_is_kept_and_not_used(book, duck, trained):
    keep(book, duck, trained, moment=book.moment(duck), now=NOW, why="first")
    kept = keep(book, duck, trained, moment=book.moment(duck), now=NOW, why=None)
    assert not kept.in_use
    assert in_use(book.moment(duck), 90).number == 1


def test_a_model_that_is_not_there_is_refused(book, duck, trained):
    with pytest.raises(KeepwellError, match="no model 7") as refused:
        kept_model(book.moment(duck), 7)
    assert refused.value.seen == "no models at all"
    keep(book, duck, trained, moment=book.moment(duck), now=NOW, why="first")
    with pytest.raises(KeepwellError, match="no model 7"):
        use(book, duck, 7, now=NOW, why="a typing error")
    with pytest.raises(KeepwellError, match="no model 7"):
        stored_model(book.moment(duck), 7)


def test_a_model_changed_in_the_book_is_not_used(book, duck, trained):
    keep(book, duck, trained, moment=book.moment(duck), now=NOW, why="first")
    rows = duck.collect(book.moment(duck).frame(keeping.MODELS))
    text = rows["text"][0].as_py().replace('"slope": 1.0', '"slope": -1.0')
    changed = rows.set_column(rows.schema.get_field_index("text"), "text", pa.array([text]))
    with book.writer() as writer:
        writer.replace(keeping.MODELS, changed)
        writer.commit()
    with pytest.raises(BadInput, match="changed since it was kept"):
        stored_model(book.moment(duck), 1)
    with pytest.raises(BadInput, match="changed since it was kept"):
        use(book, duck, 1, now=NOW, why="try")


def test_a_night_is_said_once_and_never_again_otherwise(book, duck, trained, company):
    tonight = _day(company, 300)
    first = say(book, duck, scores(trained, tonight), model=1, now=NOW)
    assert (first.new, first.accounts) == (True, len(tonight))
    before = duck.collect(book.moment(duck).frame(said.SAID)).to_pylist()
    manifest = book.manifest.number
    other = replace(trained, calibration=replace(trained.calibration, kind="line", shift=2.0))
    again = say(book, duck, scores(other, tonight), model=2, now=NOW)
    assert (again.new, again.model, again.accounts) == (False, 1, len(tonight))
    assert duck.collect(book.moment(duck).frame(said.SAID)).to_pylist() == before
    assert book.manifest.number == manifest


def test_what_was_said_of_an_account_is_told_night_by_night(book, duck, trained, company):
    account = str(_day(company, 360).accounts[0])
    for day in (330, 360):
        say(book, duck, scores(trained, _day(company, day)), model=1, now=NOW)
    found = said_of(book.moment(duck), account, 90)
    assert [row["as_of"] for row in found] == [330, 360]
    row = found[-1]
    assert row["low"] <= row["chance"] <= row["high"]
    assert 0 < row["coverage"] <= 1
    assert all(reason.weight for reason in from_code(row["reasons"]))
    assert said_of(book.moment(duck), "nobody", 90) == []
    assert [night.as_of for night in nights(book.moment(duck))] == [330, 360]


def test_only_one_day_is_said_at_a_time_and_only_for_the_models_horizon(book, duck, trained, company):
    with pytest.raises(KeepwellError, match="Only one day"):
        say(book, duck, scores(trained, company), model=1, now=NOW)
    longer = replace(company, outcomes=replace(company.outcomes, horizon=180))
    with pytest.raises(KeepwellError, match="within 90 days") as refused:
        scores(trained, longer)
    assert "180" in refused.value.seen


def test_nothing_said_is_nothing_to_judge(book, duck):
    with pytest.raises(KeepwellError, match="Nothing has been said yet"):
        judge_said(book.moment(duck), None, 90)


def test_a_new_model_takes_over_only_where_it_wins_on_days_new_to_both(company):
    known = company.where(company.outcomes.matured)
    early = known.where(known_by(known.as_of, known.outcomes.matured, 90, 300))
    current = train(early, seed=1, draws=0)
    backwards = replace(
        current, calibration=replace(current.calibration, kind="line", slope=-1.0, shift=-4.0)
    )
    won = contest_of(backwards, known, seed=1)
    assert won.won
    assert won.difference.below_zero
    assert won.challenger["auc"].value > 0.5 > won.in_use["auc"].value
    assert "takes over" in won.why
    newest = train(known, seed=1, draws=0)
    kept = contest_of(newest, known, seed=1)
    assert not kept.won
    assert "Too few" in kept.why


def test_a_challenger_that_knows_no_more_does_not_take_over(company):
    known = company.where(company.outcomes.matured)
    days = known.days()
    newest = days[-1]
    current = train(
        known.where(known_by(known.as_of, known.outcomes.matured, 90, int(newest))), seed=1, draws=0
    )
    found = contest_of(current, known, seed=1)
    assert not found.won


def test_retraining_keeps_every_model_and_says_who_is_in_use(book, duck, company):
    first = retrain(book, duck, company, moment=book.moment(duck), now=NOW, seed=1)
    assert first.contest.won
    assert first.kept.in_use
    second = retrain(book, duck, company, moment=book.moment(duck), now=NOW, seed=1)
    assert not second.kept.in_use
    assert in_use(book.moment(duck), 90).number == 1
    assert len(kept_models(book.moment(duck))) == 2


def test_where_the_model_in_use_cannot_be_used_the_new_one_takes_over(book, duck, trained, company):
    keep(book, duck, trained, moment=book.moment(duck), now=NOW, why="first")
    renamed = tuple(replace(f, version=2) for f in company.features)
    later = replace(company, features=renamed)
    early = replace(trained, learnt_until=300)
    keep(book, duck, early, moment=book.moment(duck), now=NOW, why="as of day 300")
    found = retrain(book, duck, later, moment=book.moment(duck), now=NOW, seed=1)
    assert found.contest.won
    assert "cannot be used any more" in found.contest.why
    assert found.kept.in_use


@pytest.mark.slow
def test_what_was_really_said_of_a_simulated_company_is_judged_by_its_ledger(tmp_path, duck):
    made = simulate(tmp_path / "files", seed=1, accounts=250, years=3, texts=False, dirt=False)
    book = Book.create(tmp_path / "book", reporting_currency="EUR")
    for _report in load(book, tmp_path / "files", until=made.until):
        pass
    chosen = [all_features()[name] for name in ("use_trend", "days_since_use", "complaints_90", "tenure")]
    covered = open_ledger(book, duck).covered
    months = [
        date(covered.year - (m > covered.month - 1), (covered.month - 1 - m) % 12 + 1, 1) for m in range(12)
    ]
    obs = observe(book, duck, months, features=chosen)
    trained = train(obs, seed=1, draws=0)
    matured = np.unique(obs.as_of[obs.outcomes.matured])
    for day in matured[-3:]:
        say(book, duck, scores(trained, obs.where(obs.as_of == day)), model=1, now=NOW)
    say(book, duck, scores(trained, obs.where(obs.as_of == obs.as_of.max())), model=1, now=NOW)
    found = judge_said(book.moment(duck), open_ledger(book, duck), 90, tops=(10,))
    assert found.nights == 3
    assert found.judged.rows == np.isin(obs.as_of, matured[-3:]).sum()
    assert found.warnings["10"].leavers > 0
    assert number(covered) >= matured[-1] + 90
