"""The Qini curve, against reckoning by hand and against an order that is known to be right."""

from dataclasses import replace

import numpy as np
import pytest

from keepwell.risk.effects.qini import Ranking
from keepwell.risk.effects.tests.effects_kit import made, true_benefit


def coefficient(trial, scores):
    return Ranking(trial, scores).coefficient(np.ones(len(trial)))


def test_a_curve_by_hand():
    trial = replace(
        made(4, wished=True),
        treated=np.array([True, False, True, False]),
        happened=np.array([1.0, 0.0, 0.0, 1.0]),
    )
    curve = Ranking(trial, np.array([4.0, 3.0, 2.0, 1.0])).curve()
    assert curve.share.tolist() == [0, 0.25, 0.5, 0.75, 1]
    # after 1: one visit, nobody held out to set against it; after 4: 1 - 1 x 2 / 2
    assert curve.gain.tolist() == [0, 0.25, 0.25, 0.25, 0]


def test_the_best_order_there_could_be_is_1_and_rows_of_equal_score_are_one_step():
    trial = made(500, wished=True)
    best = trial.happened * (2 * trial.treated - 1)
    assert coefficient(trial, best) == pytest.approx(1)
    assert coefficient(trial, np.zeros(len(trial))) == pytest.approx(0)


def test_the_true_benefit_ranks_above_risk_and_risk_no_better_than_lots():
    trial = made(40_000)
    risk = np.nan_to_num(trial.values[:, 1], nan=0.5)
    truth = coefficient(trial, true_benefit(trial.values))
    assert truth > 0.1
    assert abs(coefficient(trial, risk)) < 0.03
    assert coefficient(trial, -true_benefit(trial.values)) < 0


def test_leaving_spared_and_staying_won_put_accounts_in_the_same_order():
    """Counting leavers instead of stayers changes the scale, never which order is better than lots."""
    leaving, staying = made(20_000), made(20_000, wished=True)
    for trial in (leaving, staying):
        assert coefficient(trial, true_benefit(trial.values)) > 0.02


def test_a_row_that_weighs_two_counts_as_two_rows():
    trial = made(300)
    scores = np.random.default_rng(0).random(300)
    weights = np.random.default_rng(1).integers(0, 3, 300)
    several = np.repeat(np.arange(300), weights)
    assert Ranking(trial, scores).coefficient(weights.astype(float)) == pytest.approx(
        coefficient(trial.where(several), scores[several])
    )


def test_the_benefit_among_the_first_is_their_difference_in_means():
    trial = made(1000)
    scores = true_benefit(trial.values)
    half = np.argsort(-scores, kind="stable")[:300]
    some = trial.where(half)
    expected = some.happened[~some.treated].mean() - some.happened[some.treated].mean()
    assert Ranking(trial, scores).benefit_at(0.3)(np.ones(1000)) == pytest.approx(expected)
