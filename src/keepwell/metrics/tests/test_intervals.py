"""Intervals agree with published values and with scipy; they never fail on an empty base."""

import numpy as np
import pytest
from scipy import stats

from keepwell.metrics.intervals import bootstrap, bootstraps, chi_square_tail, small, wilson


def test_wilson_agrees_with_newcombes_published_examples():
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611)}
    for (active, base), interval in published.items():
        assert wilson(active, base) == pytest.approx(interval, abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_scipy(confidence):
    for base in (1, 5, 29, 400):
        for active in {0, 1, base // 2, base}:
            other = stats.binomtest(active, base).proportion_ci(confidence, method="wilson")
            assert wilson(active, base, confidence) == pytest.approx((other.low, other.high), abs=1e-12)


def test_a_base_of_nothing_has_no_interval():
    none = np.array([], np.int64)
    assert wilson(0, 0) is None
    assert bootstrap(none, none) is None
    assert bootstrap(np.array([5]), np.array([0])) is None


def test_a_base_under_thirty_is_small():
    assert small(29)
    assert not small(30)


def test_the_bootstrap_gives_the_same_for_the_same_accounts_in_any_order():
    chance = np.random.default_rng(3)
    opening = chance.integers(1000, 90_000, 500)
    closing = np.where(chance.random(500) < 0.2, 0, opening)
    other = chance.permutation(500)
    assert bootstrap(closing, opening) == bootstrap(closing[other], opening[other])
    assert bootstrap(closing, opening, seed=1) != bootstrap(closing, opening, seed=2)


def test_the_bootstrap_of_equal_accounts_counted_together_is_near_that_of_each_alone():
    opening, closing = np.full(400, 100), np.where(np.arange(400) < 60, 0, 100)
    alone = bootstrap(closing, opening, draws=4000)
    together = bootstrap(
        np.array([0, 100]), np.array([100, 100]), accounts=np.array([60, 340]), draws=4000, seed=5
    )
    assert alone == pytest.approx(together, abs=0.006)
    assert alone == pytest.approx(wilson(340, 400), abs=0.01)


def test_the_bootstrap_of_many_accounts_agrees_with_the_normal_interval_of_a_ratio():
    chance = np.random.default_rng(8)
    n = 60_000
    opening = chance.lognormal(9, 1, n).astype(np.int64) + 1
    closing = np.where(chance.random(n) < 0.1, 0, opening)
    ratio = closing.sum() / opening.sum()
    error = np.sqrt(((closing - ratio * opening) ** 2.0).sum()) / opening.sum()
    low, high = bootstrap(closing, opening, draws=2000)
    assert low == pytest.approx(ratio - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(ratio + 1.96 * error, abs=0.15 * error)


def test_many_accounts_counted_together_are_dealt_one_by_one():
    chance = np.random.default_rng(4)
    alike, others = (
        30_000,
        25_000,
    )  # a price that half of the company pays, and as many prices as there are blocks
    opening = np.concatenate([[5000], chance.integers(1000, 10**7, others)])
    kept = np.where(chance.random(others) < 0.1, 0, opening[1:])
    counts = np.concatenate([[alike], np.ones(others, np.int64)])
    closing = np.concatenate([[5000], kept])
    together = bootstrap(closing, opening, accounts=counts)
    alone = bootstrap(np.repeat(closing, counts), np.repeat(opening, counts))
    assert together == pytest.approx(alone, abs=0.001)


def test_several_ratios_over_one_base_are_drawn_together_and_each_as_if_alone():
    chance = np.random.default_rng(5)
    opening = chance.integers(100, 1000, 80)
    kept, lost = opening // 2, opening - opening // 2
    assert bootstraps([kept, lost], opening) == [
        pytest.approx(bootstrap(kept, opening), abs=1e-3),
        pytest.approx(bootstrap(lost, opening), abs=1e-3),
    ]
    assert bootstraps([kept, lost], np.zeros(80, np.int64)) == [None, None]


def test_the_bootstrap_covers_the_true_ratio_about_as_often_as_it_says():
    chance = np.random.default_rng(11)
    hits = 0
    for seed in range(200):
        opening = chance.integers(100, 1000, 150)
        closing = np.where(chance.random(150) < 0.2, 0, opening)
        low, high = bootstrap(closing, opening, draws=400, seed=seed)
        hits += low <= 0.8 <= high
    assert 0.88 <= hits / 200 <= 0.99


def test_the_tail_of_a_chi_square_agrees_with_scipy():
    for degrees in (1, 2, 3, 4, 7, 20, 51):
        for statistic in (0.0, 1e-6, 0.5, 3.84, 10.0, 60.0, 300.0, 1400.0):
            ours, theirs = chi_square_tail(statistic, degrees), stats.chi2.sf(statistic, degrees)
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-300)
