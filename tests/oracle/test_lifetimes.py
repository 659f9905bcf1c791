"""Other meanings of churn, cohorts and survival, worked out by hand and beside lifelines."""

from dataclasses import replace
from fractions import Fraction

import pytest

from oracle import histories as h
from oracle.companies import FEB, JAN, PLAIN, company, d, sub
from oracle.definitions import accounts_apart, annualised, definitions
from oracle.histories import Account
from oracle.lifetimes import cohorts, log_rank, restricted_life, stays, survival, weighted_mean
from oracle.to_arrow import agreeing, batch

# Other meanings


def test_each_definition_counts_its_own_way():
    history = company(
        sub("stay", "2025-01-01", renewal_on="2026-01-15"),
        sub("go", "2025-01-01", "2026-01-11", renewal_on="2026-01-11"),
        sub("twice", "2025-01-01", "2026-01-06"),
        sub("twice", "2026-01-09", "2026-01-21"),
        sub("pass", "2026-01-10", "2026-01-20"),
        sub("break", "2025-01-01", "2026-01-16"),
        sub("break", "2026-01-17", None),
        sub("new", "2026-01-25"),
        sub("back", "2024-01-01", "2025-01-01"),
        sub("back", "2026-01-26", None),
    )
    found = definitions(history, PLAIN, JAN, FEB)
    assert {name: ratio[:2] for name, ratio in found.items()} == {
        "opening_set": (2, 4),  # go and twice, of stay, go, twice, break
        "stripe": (5, 6),  # go, twice, twice, break, pass, over four and pass and new
        "baremetrics": (4, 4),
        "profitwell": (2, 4),
        "net_change": (0, 4),  # stay, break, new, back at the end
        "textbook": (5, 4),  # arrivals of twice, pass, break, new, back
        "renewal_base": (2, 2),
        "chartmogul_daily": (None, None),
    }
    # On the 6th twice leaves, of 4 paying the day before; on the 11th go, of 5 (stay, go, break, twice,
    # pass); on the 16th break, of 4; on the 20th pass, of 4; on the 21st twice, of 3.
    assert found["chartmogul_daily"][2] == Fraction(1, 4) + Fraction(1, 5) + Fraction(2, 4) + Fraction(1, 3)
    assert accounts_apart(history, PLAIN, "baremetrics", JAN, FEB) == {"pass", "break"}
    assert accounts_apart(history, PLAIN, "stripe", JAN, FEB) == {"twice", "pass", "break", "new"}
    assert accounts_apart(history, PLAIN, "profitwell", JAN, FEB) == set()
    assert definitions(history, PLAIN, JAN, FEB + 1)["profitwell"] == (None, None, None)


def test_a_base_of_nothing_gives_no_value():
    found = definitions(company(sub("a", "2026-06-01")), PLAIN, JAN, FEB)
    assert {ratio[2] for ratio in found.values()} == {None}


def test_a_rate_is_annualised_by_compounding_and_never_above_all():
    assert annualised(Fraction(1, 10), 365) == pytest.approx(0.1)
    assert annualised(Fraction(1, 10), 73) == pytest.approx(1 - 0.9**5)
    assert annualised(Fraction(11, 10), 30) is None
    assert annualised(None, 30) is None


# Cohorts


def test_calendar_cohorts_are_asked_on_the_last_day_of_each_period():
    history = company(
        sub("a", "2026-01-05", None, 100),
        sub("b", "2026-01-20", "2026-01-31", 300),
        sub("b", "2026-02-28", None, 200),
        sub("c", "2026-02-03", "2026-03-01", 50),
        sub("later", "2026-03-20"),
        covered="2026-03-11",
    )
    january, february = cohorts(history, PLAIN)
    assert (january.name, january.size) == (JAN, 2)
    assert [(c.active, c.finished) for c in january.cells] == [(1, True), (2, True), (2, False)]
    assert [(c.active, c.finished) for c in february.cells] == [(1, True), (0, False)]
    assert weighted_mean([january, february]) == [Fraction(2, 3), Fraction(1), None]
    money = cohorts(history, PLAIN, measure="mrr")[0]
    assert (money.base, [c.share for c in money.cells]) == (
        400,
        [Fraction(1, 4), Fraction(3, 4), Fraction(3, 4)],
    )


def test_cohorts_by_segment_count_months_from_each_accounts_own_first_day():
    history = company(
        Account("a", ((d("2025-01-01"), "Small"),)),
        Account("b", ((d("2025-01-01"), "Small"), (FEB, "Large"))),
        sub("a", "2026-01-31", "2026-02-28"),
        sub("b", "2026-01-10", "2026-02-20"),
        covered="2026-03-11",
    )
    (small,) = cohorts(history, PLAIN, by="segment")
    # a on 31 January, 28 February, then not yet 31 March; b on 10 January, 10 February, 10 March
    assert [(c.active, c.finished) for c in small.cells] == [(2, True), (1, True), (0, False)]


# Survival


def test_survival_multiplies_the_shares_that_stayed():
    history = company(
        sub("a", "2026-01-01", "2026-01-11"),
        sub("b", "2026-01-01", "2026-01-21"),
        sub("b", "2026-02-01", "2026-02-02"),
        sub("c", "2026-01-01", "2026-01-21"),
        sub("e", "2026-01-01", None),
        covered="2026-03-01",
    )
    assert [(s.day, s.at_risk, s.left, s.survival) for s in survival(history, PLAIN)] == [
        (10, 4, 1, Fraction(3, 4)),
        (20, 3, 2, Fraction(1, 4)),
    ]
    assert restricted_life(history, PLAIN, least=3) == (20, 10 + Fraction(3, 4) * 10)


def test_accounts_older_than_the_data_enter_late():
    history = company(
        sub("old", "2025-12-22", "2026-01-11"),
        sub("gone", "2025-12-01", "2025-12-20"),
        sub("young", "2026-01-01", "2026-01-06"),
        covered="2026-03-01",
        data_from=JAN,
    )
    assert [(s.account, s.days, s.entered) for s in stays(history, PLAIN)] == [
        ("old", 20, 10),
        ("young", 5, 0),
    ]
    assert [(s.day, s.at_risk) for s in survival(history, PLAIN)] == [(5, 1), (20, 1)]


@pytest.mark.parametrize("seed", range(12))
def test_survival_is_that_of_lifelines(seed: int):
    lifelines = pytest.importorskip("lifelines")
    history = h.seeded_history(seed, replace(h.CONTRACTS, most_accounts=12))
    rows = stays(history, PLAIN)
    if not rows:
        return
    peer = lifelines.KaplanMeierFitter().fit(
        [r.days for r in rows], [r.left for r in rows], entry=[r.entered for r in rows]
    )
    for step in survival(history, PLAIN):
        assert float(step.survival) == pytest.approx(peer.survival_function_at_times(step.day).iloc[0])


@pytest.mark.parametrize("seed", range(12))
def test_the_log_rank_statistic_is_that_of_lifelines(seed: int):
    statistics = pytest.importorskip("lifelines.statistics")
    accounts = [h.seeded_history(seed * 10 + k, h.PLAIN) for k in range(6)]
    whole, _ = batch(agreeing(accounts), PLAIN)
    marks = {a.account: "even" if int(a.account[-2:]) % 2 else "odd" for a in whole.accounts}
    whole = replace(
        whole, accounts=tuple(replace(a, segments=((0, marks[a.account]),)) for a in whole.accounts)
    )
    odd, even = stays(whole, PLAIN, "odd"), stays(whole, PLAIN, "even")
    peer = statistics.logrank_test(
        [r.days for r in odd], [r.days for r in even], [r.left for r in odd], [r.left for r in even]
    )
    assert float(log_rank(whole, PLAIN)) == pytest.approx(peer.test_statistic)
