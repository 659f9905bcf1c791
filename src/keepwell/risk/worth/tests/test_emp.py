"""The maximum profit measures, beside those of the empulse library."""

import numpy as np
import pytest

from keepwell.lib.errors import KeepwellError
from keepwell.risk.worth.emp import expected_maximum_profit, maximum_profit

PRICES = [
    {},
    {"value": 120.0, "incentive": 20.0, "contact": 3.0},
    {"value": 1000.0, "incentive": 0.0, "contact": 1.0},
]


def company(n=600, seed=3, ties=False):
    chance = np.random.default_rng(seed)
    left = (chance.random(n) < 0.12).astype(float)
    scores = np.clip(0.12 + 0.06 * (left - 0.1) + chance.normal(0, 0.05, n), 0, 1)
    return left, np.round(scores, 2) if ties else scores


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("prices", PRICES)
@pytest.mark.parametrize("accepts", [0.1, 0.3, 0.9])
def test_the_maximum_profit_is_that_of_the_library(prices, accepts, ties):
    metrics = pytest.importorskip("empulse.metrics")
    left, scores = company(ties=ties)
    named = {"clv": prices.get("value", 200.0), "incentive_cost": prices.get("incentive", 10.0)}
    named["contact_cost"] = prices.get("contact", 1.0)
    found = maximum_profit(left, scores, accepts=accepts, **prices)
    assert found.profit == pytest.approx(
        float(metrics.mpc_score(left, scores, accept_rate=accepts, **named)), abs=1e-9
    )


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("prices", PRICES)
@pytest.mark.parametrize("beta", [(6.0, 14.0), (2.0, 3.0), (10.0, 1.5)])
def test_the_expected_maximum_profit_is_that_of_the_library(prices, beta, ties):
    metrics = pytest.importorskip("empulse.metrics")
    left, scores = company(ties=ties)
    alpha, other = beta
    named = {"clv": prices.get("value", 200.0), "incentive_cost": prices.get("incentive", 10.0)}
    named |= {"contact_cost": prices.get("contact", 1.0), "alpha": alpha, "beta": other}
    found = expected_maximum_profit(left, scores, alpha=alpha, beta=other, **prices)
    assert found.profit == pytest.approx(float(metrics.empc_score(left, scores, **named)), abs=1e-9)
    assert found.share == pytest.approx(
        float(metrics.empc_score.optimal_rate(left, scores, **named)), abs=1e-9
    )


def test_a_share_that_is_all_but_known_gives_the_plain_maximum():
    left, scores = company()
    sharp = expected_maximum_profit(left, scores, alpha=3e6, beta=7e6)
    assert sharp.profit == pytest.approx(maximum_profit(left, scores, accepts=0.3).profit, rel=1e-3)


def test_a_campaign_that_can_only_lose_is_not_run():
    left, scores = company()
    found = maximum_profit(left, scores, value=10.0, incentive=10.0, contact=5.0)
    assert (found.profit, found.share) == (0.0, 0.0)


def test_without_leavers_there_is_nothing_to_measure():
    with pytest.raises(KeepwellError, match="needs accounts that left"):
        maximum_profit(np.zeros(5), np.arange(5.0))
