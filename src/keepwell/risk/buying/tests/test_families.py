"""The likelihoods, beside closed forms, other implementations, simulation and their own slopes."""

import numpy as np
import pytest
from scipy.special import gammaln, hyp2f1

from keepwell.risk.buying import Summaries
from keepwell.risk.buying.fitting import fit
from keepwell.risk.buying.geometric import Geometric
from keepwell.risk.buying.model import BG_NBD, MBG_NBD, PARETO_NBD, mbg_cnbd
from keepwell.risk.buying.pareto import _left
from keepwell.risk.buying.summaries import Groups
from keepwell.risk.buying.tests.buyers import buyers

AT = np.array([0.6, 50.0, 0.8, 2.5])
PARETO_AT = np.array([0.6, 50.0, 0.7, 90.0])
ALL = [(BG_NBD, AT), (MBG_NBD, AT), (mbg_cnbd(3), AT), (PARETO_NBD, PARETO_AT)]
X = np.array([0.0, 0.0, 1.0, 2.0, 7.0, 30.0, 30.0, 200.0])
RECENCY = np.array([0.0, 0.0, 3.0, 200.0, 300.0, 90.0, 400.0, 650.0])
AGE = np.array([0.0, 700.0, 500.0, 210.0, 300.0, 700.0, 450.0, 700.0])


def named(family):
    return f"{family.name}-{family.regularity}" if hasattr(family, "name") else ""


@pytest.mark.parametrize(("family", "at"), ALL, ids=named)
def test_slopes_are_those_of_the_likelihood(family, at):
    groups = Groups.of(buyers(500, k=2, r=0.7, alpha=30, a=0.8, b=2.5, span=400, joined=100).summaries())
    slope = family.log_likelihood(at, groups)[1]
    for i, step in enumerate(np.diag(at * 1e-6)):
        up, down = (family.log_likelihood(at + sign * step, groups)[0] for sign in (1, -1))
        assert (up - down) / (2 * step[i]) == pytest.approx(slope[i], rel=1e-5, abs=1e-4)


def test_gaps_at_random_times_are_erlang_one():
    groups = Groups.of(buyers(500, r=0.7, alpha=30, a=0.8, b=2.5, span=400).summaries())
    one = mbg_cnbd(1)
    assert one.log_likelihood(AT, groups)[0] == MBG_NBD.log_likelihood(AT, groups)[0]
    np.testing.assert_array_equal(one.alive(AT, X, RECENCY, AGE), MBG_NBD.alive(AT, X, RECENCY, AGE))


@pytest.mark.parametrize("family", [BG_NBD, MBG_NBD, PARETO_NBD], ids=named)
def test_chances_and_expectations_are_those_of_lifetimes(family):
    lifetimes, pandas = pytest.importorskip("lifetimes"), pytest.importorskip("pandas")
    peers = {
        "bg_nbd": lifetimes.BetaGeoFitter,
        "mbg_nbd": lifetimes.ModifiedBetaGeoFitter,
        "pareto_nbd": lifetimes.ParetoNBDFitter,
    }
    at = PARETO_AT if family is PARETO_NBD else AT
    peer = peers[family.name]()
    peer.params_ = pandas.Series(dict(zip(family.parameters, at, strict=True)))
    usual = X < 100  # beyond, the peer overflows
    known = (X[usual], RECENCY[usual], AGE[usual])
    np.testing.assert_allclose(
        family.alive(at, *known), peer.conditional_probability_alive(*known), rtol=1e-7, atol=1e-12
    )
    expected = peer.conditional_expected_number_of_purchases_up_to_time(90, *known)
    np.testing.assert_allclose(family.expected(at, *known, 90), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("alpha", "beta"), [(50.0, 90.0), (90.0, 50.0), (60.0, 60.0), (0.5, 3000.0), (3000.0, 0.5)]
)
def test_the_integral_of_pareto_is_the_difference_of_hypergeometric_functions(alpha, beta):
    r, s = 0.6, 0.7
    x = np.array([0.0, 0.0, 1.0, 4.0, 9.0])
    recency, age = np.array([0.0, 0.0, 30.0, 100.0, 200.0]), np.array([10.0, 700.0, 400.0, 650.0, 700.0])
    low, high = min(alpha, beta), max(alpha, beta)
    other = s + 1 if alpha >= beta else r + x
    whole = r + s + x

    def half(t):
        return hyp2f1(whole, other, whole + 1, (high - low) / (high + t)) / (high + t) ** whole

    closed = np.log(s / whole * (half(recency) - half(age)))
    found = _left(np.array([r, alpha, s, beta]), x, recency, age)[0]
    np.testing.assert_allclose(found, closed, rtol=1e-8, atol=1e-7)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_expected_purchases_of_regular_buyers_are_those_simulated(k):
    r, alpha, a, b = 2.0, 60.0, 0.8, 4.0  # gaps so long that whole days hide little of them
    family = mbg_cnbd(k)
    bought = buyers(20_000, k=k, r=r, alpha=alpha, a=a, b=b, span=4000, seed=3)
    held = bought.held(1600)
    known = held.summaries
    expected = family.expected(np.array([r, alpha, a, b]), *known.numbers, held.days)
    silent = known.age - known.recency
    for rows in (silent < 30, (silent >= 30) & (silent < 200), silent >= 200, known.frequency > 20 // k):
        noise = held.bought[rows].std() / np.sqrt(rows.sum()) / held.bought[rows].mean()
        assert expected[rows].mean() == pytest.approx(held.bought[rows].mean(), rel=4 * noise + 0.02)


def test_what_is_expected_of_very_busy_accounts_over_years_stays_a_number():
    for family, at in ALL:
        found = family.expected(at, np.array([3000.0]), np.array([3600.0]), np.array([3601.0]), 3650.0)
        assert np.isfinite(found).all()
        assert 0 < found[0] < 4000


@pytest.mark.parametrize("family", [BG_NBD, MBG_NBD, mbg_cnbd(3)], ids=named)
def test_known_habits_of_simulated_buyers_are_found_again(family):
    true = np.array([0.9, 30.0 * family.regularity, 0.8, 2.5])
    bought = buyers(
        20_000,
        k=family.regularity,
        **dict(zip(family.parameters, true, strict=True)),
        span=1000,
        leaves_at_first=family.leaves_at_first,
        joined=300,
    )
    found = fit(family, Groups.of(bought.summaries()))
    assert found.arrived
    assert np.all(np.abs(np.log(found.parameters / true)) < 4 * found.errors + 0.05)


def test_a_sample_leads_to_the_same_parameters_as_all_rows():
    groups = Groups.of(buyers(60_000, r=0.6, alpha=50, a=0.8, b=2.5, span=700, joined=600).summaries())
    found = fit(MBG_NBD, groups)
    slope = MBG_NBD.log_likelihood(found.parameters, groups)[1] * found.parameters
    assert found.arrived
    assert found.looks < 8
    assert np.abs(slope * found.errors).max() < 1e-2


def test_accounts_who_leave_nothing_to_chance_weigh_alike_apart_or_together():
    summaries = buyers(300, r=0.6, alpha=50, a=0.8, b=2.5, span=300, joined=200).summaries()
    groups = Groups.of(summaries)
    assert groups.accounts == len(summaries) > len(groups.weight)
    one_by_one = [Groups.of(summaries.where(slice(i, i + 1))) for i in range(len(summaries))]
    for family, at in ALL:
        value = sum(family.log_likelihood(at, one)[0] for one in one_by_one)
        assert family.log_likelihood(at, groups)[0] == pytest.approx(value)


def test_gamma_functions_aside_the_likelihood_is_a_density_of_gaps():
    # One purchase at day t and none until T, for Erlang-2 at a single rate: integrate the mixture by hand.
    family = Geometric("mbg_cnbd_k", 2)
    r, alpha, a, b = 1.3, 20.0, 0.9, 2.0
    t, end = 12.0, 40.0
    one = Summaries(
        np.array(["a"], object),
        np.array([1]),
        np.array([12]),
        np.array([40]),
        np.log([12.0]),
        np.array([np.nan]),
    )
    nodes, weights = np.polynomial.laguerre.laggauss(120)
    rate = nodes / (alpha + t)
    prior = r * np.log(alpha) + (r - 1) * np.log(rate) - gammaln(r) - alpha * rate
    gap = np.log(rate**2 * t) - rate * t
    silence = np.exp(-rate * (end - t)) * (1 + rate * (end - t))
    stay, leave = b * (b + 1) / ((a + b) * (a + b + 1)), a * b / ((a + b) * (a + b + 1))
    by_hand = (weights * np.exp(nodes + prior + gap) * (stay * silence + leave)).sum() / (alpha + t)
    found = family.log_likelihood(np.array([r, alpha, a, b]), Groups.of(one))[0]
    assert found == pytest.approx(np.log(by_hand), abs=1e-3)
