"""Reasons in words a manager would say."""

from dataclasses import replace

import numpy as np
import pytest

from keepwell.risk.features import all_features
from keepwell.risk.phrases import MONEY, PHRASES, TELLING, WORDS, phrase
from keepwell.risk.profile import Profile
from keepwell.risk.reasons import Reason, askable, caveat, from_code, reasons_of, sentences, to_code
from keepwell.risk.tests import model_kit as kit

USE = ["use_7", "use_30", "use_trend"]


def _obs(values, features):
    return kit.observations(features, [values], [0.0])


def _features(*names):
    return [all_features()[name] for name in names]


def test_use_and_complaints_are_told_as_a_manager_would():
    features = _features("use_30", "use_trend", "tickets_over_standard_90", "seats")
    obs = _obs([12, 0.5, 2, 40], features)
    found = reasons_of(np.array([[0.5, 0.4, 0.6, -0.2]]), obs)[0]
    assert (
        sentences(found, features)
        == "use fell by half in 30 days; 2 tickets took or wait longer than the standard"
    )
    assert sentences(found, features, raising=False) == "40 seats"
    assert [reason.raises for reason in found] == [True, True, False]


def test_three_features_of_use_are_one_reason_that_weighs_all_of_them():
    features = _features(*USE, "complaints_90")
    found = reasons_of(np.array([[0.3, 0.3, 0.3, 0.2]]), _obs([1, 4, 0.7, 1], features))[0]
    assert [reason.feature for reason in found] == ["use_trend", "complaints_90"]
    assert found[0].weight == pytest.approx(0.9)
    assert found[0].strength == "strong"
    assert found[1].strength == "slight"


def test_tenure_and_payments_stand_each_for_itself():
    features = _features("tenure", "mrr_change_90")
    found = reasons_of(np.array([[0.3, 0.4]]), _obs([100, -0.2], features))[0]
    assert sentences(found, features) == "pays 20% less than 90 days ago; a customer for 100 days"


def test_what_hardly_moves_a_chance_is_no_reason():
    features = _features("use_30", "tenure")
    assert reasons_of(np.array([[0.01, -0.02]]), _obs([1, 1], features)) == [[]]


def test_a_value_that_speaks_against_a_reason_does_not_tell_it():
    features = _features("use_30", "use_trend")
    past = kit.observations(
        features, np.column_stack([np.arange(100), np.linspace(0, 2, 100)]), np.zeros(100)
    )
    profile = Profile.of(past)
    obs = _obs([3, 1.8], features)  # little use in all, though more than before
    assert reasons_of(np.array([[0.5, 0.5]]), obs, profile=profile)[0][0].feature == "use_30"
    assert reasons_of(np.array([[0.5, 0.5]]), obs)[0][0].feature == "use_trend"


def test_what_is_not_known_is_told_as_such():
    features = _features("survey_score")
    found = reasons_of(np.array([[0.4]]), _obs([np.nan], features))[0]
    assert found[0].value is None
    assert sentences(found, features) == "Newest survey score: not known"


def test_what_cannot_be_asked_of_an_account_of_its_kind_is_no_reason():
    features = _features("days_to_renewal", "days_since_purchase", "use_30")
    values, weights = [[np.nan, 40, 3], [12, np.nan, 3]], np.array([[0.9, 0.3, 0.2], [0.3, 0.9, 0.2]])
    obs = kit.observations(features, values, [0.0, 0.0], kind=["irregular", "contract"])
    told = [[reason.feature for reason in found] for found in reasons_of(weights, obs)]
    assert told == [["days_since_purchase", "use_30"], ["days_to_renewal", "use_30"]]


def test_a_category_is_told_by_its_word():
    seller = replace(all_features()["salesperson"], categories=("Ann", "Bo"))
    found = reasons_of(np.array([[0.4]]), _obs([1.0], [seller]))[0]
    assert sentences(found, [seller]) == "was sold by Bo"


def test_reasons_are_kept_as_codes_and_told_again():
    kept = [
        Reason("use_trend", 0.5, 0.7),
        Reason("salesperson", "Gergő", -0.2),
        Reason("csat_180", None, 0.1),
    ]
    assert from_code(to_code(kept)) == kept
    assert from_code(to_code([])) == []


def test_a_reason_of_a_feature_that_is_no_more_is_told_by_its_name():
    assert Reason("gone_feature", 3, 0.4).sentence({}) == "gone_feature"


def test_reasons_come_with_the_word_that_they_are_no_causes():
    assert "not what causes" in caveat()


@pytest.mark.parametrize("name", sorted(all_features()))
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0, 2.0, 37.4, -0.3, 400.0])
def test_every_feature_can_be_put_into_words(name, value):
    said = phrase(all_features()[name], value, currency="EUR")
    assert said
    assert "{" not in said
    assert "nan" not in said


def test_every_phrase_belongs_to_a_feature_and_every_feature_is_told_in_a_sentence():
    assert {*PHRASES, *MONEY, *WORDS} == set(all_features())
    assert set(TELLING) <= set(all_features())


def test_money_is_told_in_units_of_its_currency():
    assert phrase(all_features()["mrr"], 123_400, currency="EUR") == "pays 1,234.00 EUR a month"


def test_one_is_singular():
    assert phrase(all_features()["complaints_90"], 1) == "1 complaint in 90 days"
    assert phrase(all_features()["complaints_90"], 2) == "2 complaints in 90 days"
    assert phrase(all_features()["complaints_90"], 0) == "no complaint in 90 days"
    assert phrase(all_features()["use_trend"], 0.3) == "use fell by 70% in 30 days"
    assert phrase(all_features()["spell"], 2) == "has left 1 time before"


def test_what_cannot_be_asked_of_an_account_is_no_reason_however_long_ago_it_was_kept():
    kept = [
        Reason("days_to_renewal", None, 0.4),
        Reason("use_trend", None, 0.2),
        Reason("days_to_renewal", 30.0, 0.1),
    ]
    assert askable(kept, all_features(), "irregular") == kept[1:]
    assert askable(kept, all_features(), "contract") == kept
