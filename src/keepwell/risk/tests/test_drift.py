"""Whether a model still fits the company: what counts as a change, and what months bring with them anyhow."""

from dataclasses import replace

import numpy as np
import pytest

from keepwell.risk.drift import drift
from keepwell.risk.models.logistic import Logistic
from keepwell.risk.observations import Observations
from keepwell.risk.profile import Look, Profile
from keepwell.risk.tests import model_kit as kit

MONTHS, ACCOUNTS = 18, 300
FEATURES = [kit.feature("days_since_use", unit="days"), kit.feature("tenure", unit="days")]


@pytest.fixture(scope="module")
def known():
    made = kit.company(500, MONTHS)
    return made.where(made.outcomes.matured)


def _months(column, *, label: str = "days_since_use") -> Observations:
    """The same accounts on firsts of months of 30 days, of which a table (months, accounts) tells one feature."""
    months, accounts = column.shape
    return kit.observations(
        [kit.feature(label)],
        column.reshape(-1, 1),
        np.zeros(months * accounts),
        accounts=[f"A{i}" for i in range(accounts)] * months,
        as_of=np.repeat(np.arange(months) * 30, accounts),
    )


def _at(month: int, column, **said) -> Observations:
    made = _months(np.atleast_2d(column), **said)
    return replace(made, as_of=np.full(len(made), month * 30))


def _shift(past: Observations, now: Observations):
    return drift(Profile.of(past), now).shifts[0]


def _by_weekday(months, seed: int = 1):
    """Days since use, of people who do not work on weekends: a month that ends on one has two days more."""
    chance = np.random.default_rng(seed)
    weekend = np.isin(np.asarray(months) * 30 % 7, (0, 1))
    return chance.geometric(0.4, (len(weekend), ACCOUNTS)) + 2.0 * weekend[:, None]


def test_a_company_that_stays_as_it_was_does_not_drift(known):
    half = np.unique(known.accounts)[::2]
    one, other = np.isin(known.accounts, half), ~np.isin(known.accounts, half)
    model = Logistic.fit(known.where(one))
    found = drift(Profile.of(known.where(one)), known.where(other), model.chances(known.where(other)))
    assert not any(shift.changed for shift in found.shifts)
    assert not found.retrain
    assert found.slope.low < 1 < found.slope.high


def test_a_month_that_ends_on_another_day_of_the_week_is_no_drift():
    past = _months(_by_weekday(range(MONTHS)))
    assert {day * 30 % 7 in (0, 1) for day in (MONTHS - 1, MONTHS + 3)} == {True, False}
    shift = _shift(past, _at(MONTHS + 3, _by_weekday([MONTHS + 3], seed=2)))
    assert shift.index > 0.25  # another company, were it not that months end so now and then
    assert not shift.changed


def test_accounts_that_all_grow_older_are_no_drift():
    joined = -np.arange(ACCOUNTS) / 10
    tenure = np.arange(MONTHS)[:, None] - joined
    shift = _shift(_months(tenure), _at(MONTHS + 2, MONTHS + 2 - joined))
    assert not shift.changed


def test_what_moves_every_month_has_changed_once_it_moves_more_than_ever():
    past = _months(_by_weekday(range(MONTHS)))
    shift = _shift(past, _at(MONTHS + 3, _by_weekday([MONTHS + 3], seed=2) + 10))
    assert shift.changed
    assert shift.index > shift.usual > 0.25


def test_a_table_that_began_during_training_does_not_hide_that_it_stopped():
    scores = np.random.default_rng(1).normal(size=(MONTHS, ACCOUNTS))
    scores[:6] = np.nan
    past = _months(scores, label="survey_score")
    shift = _shift(past, _at(MONTHS + 2, np.full(ACCOUNTS, np.nan), label="survey_score"))
    assert (shift.unknown_then, shift.unknown_now) == (0, 1)
    assert shift.changed


def test_the_first_accounts_of_a_young_company_say_little_of_how_much_it_changes():
    chance = np.random.default_rng(1)
    past = _months(chance.normal(size=(MONTHS, ACCOUNTS)))
    few = past.where((past.as_of >= 180) | (np.arange(len(past)) % ACCOUNTS < 5))
    wild = few.values.copy()
    wild[few.as_of < 180] *= 50
    assert _shift(replace(few, values=wild), _at(MONTHS + 2, chance.normal(size=ACCOUNTS))).usual < 0.25


def test_a_model_that_is_left_for_years_is_not_forgiven_ever_more():
    look = Look((1.0, 0.0), usual=(0.1, 0.2, 0.4))
    assert [look.usual_over(months) for months in (0, 1, 3, 60)] == [0.1, 0.1, 0.4, 0.4]
    assert Look((1.0, 0.0)).usual_over(3) is None
    one_day = Profile.of(_at(0, np.arange(ACCOUNTS)))
    assert one_day.looks["days_since_use"].usual == ()


def test_only_the_newest_day_is_held_against_the_newest_that_was_learnt_from():
    past = _months(np.random.default_rng(1).normal(size=(MONTHS, ACCOUNTS)))
    later = np.random.default_rng(2).normal(size=(3, ACCOUNTS))
    later[0] += 100
    now = _months(later)
    found = drift(Profile.of(past), replace(now, as_of=now.as_of + MONTHS * 30))
    assert not found.shifts[0].changed
    told = found.to_json()
    assert (told["then"], told["now"]) == ("1971-05-26", "1971-08-24")
    assert told["shifts"][0]["changed"] is False
    assert found.to_arrow().to_pylist() == told["shifts"]


def test_a_model_kept_before_its_newest_day_was_noted_is_held_against_all_it_learnt_from(known):
    body = Profile.of(known).body()
    del body["newest_day"], body["newest_rows"]
    for look in body["looks"].values():
        del look["newest"], look["usual"]
    found = drift(Profile.from_body(body), known)
    assert found.then is None
    assert {shift.usual for shift in found.shifts} == {None}


def test_a_feature_that_changed_is_named_with_the_advice_to_train_again(known):
    values = known.values.copy()
    values[:, 0] *= 3
    values[::2, 4] = np.nan
    found = drift(Profile.of(known), replace(known, values=values))
    assert found.shifts[0].feature == "use_30"
    assert found.retrain
    assert "Use in 30 days" in found.advice()[0]
    asked = next(shift for shift in found.shifts if shift.feature == "satisfaction")
    assert asked.unknown_now > asked.unknown_then + 0.1


def test_nobody_is_told_to_train_again_before_there_is_anything_newer_to_learn_from(known):
    values = known.values.copy()
    values[:, 0] *= 3
    found = replace(drift(Profile.of(known), replace(known, values=values)), newer=False)
    assert not found.retrain
    assert "would give the same model" in found.advice()[0]
    assert "Use in 30 days" in found.advice()[0]


def test_more_leaving_than_was_expected_is_told(known):
    model = Logistic.fit(known)
    left = np.where(np.random.default_rng(1).random(len(known)) < 0.2, 1.0, known.outcomes.left)
    worse = replace(known, outcomes=replace(known.outcomes, left=left))
    found = drift(Profile.of(known), worse, model.chances(known))
    assert any("where the model expected" in line for line in found.advice())


def test_chances_that_are_too_extreme_are_told(known):
    chances = Logistic.fit(known).chances(known)
    odds = 3 * np.log(chances / (1 - chances)) + 3
    found = drift(Profile.of(known), known, 1 / (1 + np.exp(-odds)))
    assert found.slope.high < 1
    assert any("not as high" in line for line in found.advice())


def test_categories_drift_by_their_words(known):
    place = 5
    features = list(known.features)
    features[place] = replace(features[place], categories=("Cy", "Bo", "Ann"))
    values = known.values.copy()
    values[:, place] = 2 - values[:, place]
    again = replace(known, features=tuple(features), values=values)
    shifts = {shift.feature: shift.index for shift in drift(Profile.of(known), again).shifts}
    assert shifts["salesperson"] == pytest.approx(0)
    values[:, place] = 0
    shifts = {shift.feature: shift.index for shift in drift(Profile.of(known), again).shifts}
    assert shifts["salesperson"] > 0.25


def test_without_matured_rows_only_features_are_compared(known):
    fresh = replace(
        known,
        outcomes=replace(
            known.outcomes, matured=np.zeros(len(known), bool), left=np.full(len(known), np.nan)
        ),
    )
    found = drift(Profile.of(known), fresh, np.full(len(known), 0.1))
    assert found.base_rate_now is None
    assert found.slope is None
    assert found.to_json()["retrain"] is False


def test_a_profile_is_kept_as_plain_values(known):
    profile = Profile.of(known)
    assert Profile.from_body(profile.body()) == profile
