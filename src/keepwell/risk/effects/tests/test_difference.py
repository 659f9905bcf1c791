"""The difference in means comes first, with an interval that does not promise too much."""

import numpy as np
import pytest

from keepwell.risk.effects.difference import differences
from keepwell.risk.effects.tests.effects_kit import made, true_benefit


def test_the_benefit_is_what_the_held_out_lose_more_than_the_treated():
    trial = made()
    whole = differences(trial)[0]
    left = trial.happened[~trial.treated].mean() - trial.happened[trial.treated].mean()
    assert whole.benefit.value == pytest.approx(left)
    assert whole.benefit.low < true_benefit(trial.values).mean() < whole.benefit.high


def test_of_an_outcome_that_is_wished_for_it_is_what_the_treated_have_more():
    trial = made(wished=True)
    whole = differences(trial)[0]
    more = trial.happened[trial.treated].mean() - trial.happened[~trial.treated].mean()
    assert whole.benefit.value == pytest.approx(more)
    assert whole.benefit.above_zero


def test_it_is_told_by_kind_of_account_after_all():
    found = differences(made())
    assert [one.group for one in found] == ["", "AT", "DE"]
    assert sum(one.treated.treatments for one in found[1:]) == found[0].treated.treatments


def test_the_interval_is_newcombes_where_each_account_counts_once():
    """Newcombe 1998, table II: 56 of 70 against 48 of 80 is 0.20, from 0.0524 to 0.3339."""
    trial = made(150)
    treated = np.arange(150) >= 70
    happened = np.r_[np.arange(70) < 56, np.arange(80) < 48].astype(float)
    one = differences(replaced(trial, treated, happened))[0]
    assert one.benefit.value == pytest.approx(0.2)
    assert (one.benefit.low, one.benefit.high) == pytest.approx((0.0524, 0.3339), abs=2e-4)


def test_accounts_that_count_several_times_are_no_more_evidence_than_once():
    trial = made(400)
    twice = trial.where(np.repeat(np.arange(400), 4))
    once, four = differences(trial)[0].benefit, differences(twice)[0].benefit
    assert four.high - four.low == pytest.approx(once.high - once.low, rel=0.02)


def test_where_nobody_left_the_interval_still_has_a_width():
    trial = made(100)
    one = differences(replaced(trial, trial.treated, np.zeros(100)))[0]
    assert one.benefit.value == 0
    assert one.benefit.low < -0.03 < 0.03 < one.benefit.high


def replaced(trial, treated, happened):
    from dataclasses import replace

    return replace(trial, treated=treated, happened=happened)
