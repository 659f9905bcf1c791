"""Looking back: what would have been said month by month, by a model that knew only what was known by then."""

import json
from dataclasses import replace

import numpy as np
import pytest

from keepwell.risk.backtest import backtest
from keepwell.risk.enough import NotEnough
from keepwell.risk.judging import auc
from keepwell.risk.tests import model_kit as kit


@pytest.fixture(scope="module")
def company():
    return kit.company(500, 18, base=-3.0)


@pytest.fixture(scope="module")
def back(company):
    return backtest(
        company, seed=1, tops=(10, 0.05), profit=lambda obs, chances: float((chances > 0.2).sum())
    )


def test_every_month_is_set_beside_all_baselines(back):
    rows = back.rows()
    assert {row["model"] for row in rows} == {"model", "base_rate", "silence", "logistic"}
    assert len(rows) == 4 * len(back.days())
    first = rows[0]
    part = back.said & (back.obs.as_of == back.days()[0])
    assert first["auc"] == auc(back.obs.outcomes.left[part], back.chances["model"][part])
    assert first["accounts"] == part.sum()
    assert first["listed_10"] == 10
    assert first["profit"] is not None


def test_a_month_without_enough_to_go_on_says_nothing_and_why(back):
    assert [one.day for one in back.silent] == sorted(set(back.obs.as_of) - set(back.days()))
    assert "outcome could be known yet" in back.silent[0].why


def test_nothing_said_in_a_month_depends_on_what_came_later(company, back):
    day = back.days()[2]
    horizon = company.outcomes.horizon
    later = company.as_of + horizon > day
    outcomes = company.outcomes
    chance = np.random.default_rng(9)
    left = np.where(later & outcomes.matured, chance.integers(0, 2, len(company)), outcomes.left)
    values = company.values.copy()
    values[company.as_of > day] = chance.normal(size=values[company.as_of > day].shape)
    other = replace(company, values=values, outcomes=replace(outcomes, left=left))
    until = other.where(other.as_of <= day)
    again = backtest(until, seed=1, tops=(10,))
    rows = back.obs.as_of == day
    mine = again.obs.as_of == day
    for name in back.chances:
        assert np.array_equal(again.chances[name][mine], back.chances[name][rows]), name


def test_the_model_is_compared_with_each_baseline(back):
    against = back.against()
    assert set(against) == {"base_rate", "silence", "logistic"}
    loss, rank = against["base_rate"]
    assert loss.below_zero
    assert rank.above_zero


def test_all_of_it_can_be_written_as_json(back):
    found = json.loads(json.dumps(back.to_json()))
    assert found["horizon"] == 90
    assert len(found["lists"]) == len(back.days())
    top = back.top(back.days()[0], 5)
    assert len(top) == 5
    assert [one["chance"] for one in top] == sorted((one["chance"] for one in top), reverse=True)
    warned = found["warnings"]["model"]["10"]
    assert warned["leavers"] == warned["caught"] + warned["missed"]
    assert found["choices"][0]["model"] in ("base_rate", "silence", "logistic", "boosted")


def test_a_history_that_never_had_enough_is_refused():
    made = kit.company(40, 8, base=-2.0)
    with pytest.raises(NotEnough, match="not enough"):
        backtest(made)
