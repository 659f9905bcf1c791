"""Cycles, limits, run-rates and lapses worked out by hand."""

from dataclasses import replace
from fractions import Fraction

from oracle.companies import APR, FEB, JAN, MAR, PLAIN, buy, company, d, moves, sizes, steady, sub
from oracle.histories import Account, Policies
from oracle.irregular import Figures, Frozen
from oracle.reference import company_cycle, cycles, mrr, shortest_period, statement


def test_a_first_purchase_takes_the_stated_defaults_and_lapses_the_day_after_its_limit():
    history = company(buy("a", JAN))
    (row,) = cycles(history, PLAIN)
    # 1000 over 0 + 30 days, times 30.4375 = 1014.58…
    assert (row.cycle, row.limit, row.run_rate, row.lapse_on) == (30, 90, {"EUR": 1015}, JAN + 91)
    assert moves(history) == [
        ("a", JAN, 0, 1015, "new", None),
        ("a", JAN + 91, 1015, 0, "churn", "lapse"),
    ]


def test_silence_counts_only_where_the_day_is_covered():
    last = JAN + 91
    assert cycles(replace(company(buy("a", JAN)), covered=last), PLAIN)[0].lapse_on is None
    assert cycles(replace(company(buy("a", JAN)), covered=last + 1), PLAIN)[0].lapse_on == last


def test_a_purchase_on_the_very_day_of_the_lapse_prevents_it():
    assert cycles(company(buy("a", JAN), buy("a", JAN + 91)), PLAIN)[0].lapse_on is None
    assert cycles(company(buy("a", JAN), buy("a", JAN + 92)), PLAIN)[0].lapse_on == JAN + 91


def test_cycle_and_limit_lean_on_own_gaps_more_as_there_are_more_of_them():
    days = [JAN, JAN + 10, JAN + 30, JAN + 70]
    rows = cycles(company(*(buy("a", day) for day in days)), PLAIN)
    # gaps 10; 10, 20; 10, 20, 40: medians 10, 15, 20, beside three times the default of 30
    assert [row.cycle for row in rows] == [30, Fraction(100, 4), Fraction(120, 5), Fraction(150, 6)]
    # three cycles are 75, 72, 75; own 90% gaps are 10, 19, 36
    assert [row.limit for row in rows] == [90, 75, 72, 75]


def test_an_own_long_gap_makes_the_limit_when_it_is_longer_than_three_cycles():
    days = [JAN + 5 * k for k in range(12)] + [JAN + 55 + 85, JAN + 55 + 85 + 85]
    rows = cycles(company(*(buy("a", day) for day in days)), PLAIN)
    # 13 gaps: eleven of 5 and two of 85; median 5, place 10.8 between the 11th (5) and the 12th (85)
    assert rows[-1].cycle == Fraction(13 * 5 + 90, 16)
    assert rows[-1].limit == 69  # 5 + 0.8 x 80 = 69, against 3 x 9.69


def test_a_steady_buyer_has_one_flat_line_when_its_cycle_is_the_segments():
    found = moves(company(*steady("a", JAN, 30, 6)))
    assert [m[1:5] for m in found] == [(JAN, 0, 1015, "new"), (JAN + 150 + 91, 1015, 0, "churn")]


def test_run_rate_is_net_spend_over_the_days_since_the_windows_first_purchase_and_a_cycle():
    history = company(
        buy("a", JAN),
        buy("a", JAN, 500),
        buy("a", JAN + 3, -300),
        buy("a", JAN + 20),
        buy("a", JAN + 21, -900),
    )
    first, second = cycles(history, PLAIN)
    assert first.run_rate == {"EUR": 1522}  # 1500 / 30 x 30.4375 = 1521.875
    assert second.cycle == Fraction(20 + 90, 4)
    # (1500 - 300 + 1000) / (20 + 27.5) x 30.4375 = 1409.7…; the later return waits for the next purchase
    assert second.run_rate == {"EUR": 1410}


def test_a_purchase_that_was_all_returned_still_leaves_one_minor_unit():
    assert cycles(company(buy("a", JAN), buy("a", JAN, -5000)), PLAIN)[0].run_rate == {"EUR": 1}


def test_the_window_leaves_out_its_oldest_edge():
    at_edge = cycles(company(*steady("a", JAN, 30, 4)), PLAIN)[-1]
    assert at_edge.run_rate == {"EUR": 1015}  # the purchase 90 days before is out: 3000 / (60 + 30)


def test_purchases_beside_a_running_subscription_make_no_mrr():
    history = company(sub("a", "2026-01-01", "2026-03-01"), buy("a", FEB), buy("a", MAR))
    assert [row.day for row in cycles(history, PLAIN)] == [MAR]
    assert [row.day for row in cycles(history, Policies(purchases_beside_subscription=True))] == [FEB, MAR]


def test_a_held_run_rate_and_a_subscription_add_up():
    history = company(buy("a", JAN), sub("a", "2026-02-01", "2026-03-01"))
    assert mrr(history, PLAIN, FEB) == {("a", "EUR"): 2015}
    assert [m[1:5] for m in moves(history)][-1] == (JAN + 91, 1015, 0, "churn")


def test_the_two_kinds_of_account_stand_apart_and_sum_to_the_whole():
    history = company(sub("a", "2025-11-01"), buy("b", JAN - 10), buy("c", JAN + 10))
    contract = statement(history, PLAIN, JAN, FEB, kept_by="contract")
    irregular = statement(history, PLAIN, JAN, FEB, kept_by="irregular")
    assert sizes(contract) == {"opening": 1, "closing": 1}
    assert sizes(irregular) == {"opening": 1, "new": 1, "closing": 2}


def test_a_segments_median_gives_each_account_one_voice():
    buyers = [*steady("often", d("2025-10-01"), 2, 31), *steady("a", d("2025-10-01"), 20, 3)]
    history = company(*buyers, *steady("b", d("2025-10-01"), 30, 3), buy("new", FEB))
    (row,) = [r for r in cycles(history, PLAIN) if r.account == "new"]
    assert row.cycle == 20  # of 2, 20 and 30; of all gaps together it would be 2


def test_figures_of_a_segment_are_frozen_each_quarter_from_what_was_dated_before_it():
    buyers = [p for k in range(3) for p in steady(f"s{k}", d("2025-10-02") + k, 7, 12)]
    segments = [Account(f"s{k}", ((d("2025-01-01"), "Small"),)) for k in range(3)]
    history = company(
        *buyers,
        *segments,
        Account("in", ((d("2025-01-01"), "Small"),)),
        Account("out", ((d("2025-01-01"), "Large"),)),
        Account("early", ((d("2025-01-01"), "Small"),)),
        buy("in", FEB),
        buy("out", FEB),
        buy("early", d("2025-12-30")),
    )
    rows = {row.account: row for row in cycles(history, PLAIN) if row.gaps == 0}
    assert (rows["in"].cycle, rows["in"].limit) == (7, 7)  # 33 gaps of 7 in the segment
    assert (rows["out"].cycle, rows["out"].limit) == (7, 7)  # none of its own: the company's
    assert (rows["early"].cycle, rows["early"].limit) == (30, 90)  # frozen before any of it
    stricter = Policies(least_gaps=34)
    assert {row.cycle for row in cycles(history, stricter) if row.gaps == 0} == {30}


def test_an_explicit_table_of_figures_is_taken_as_it_is():
    frozen = Frozen({(JAN, "(none)"): Figures(Fraction(10), 25, "segment")})
    (row,) = cycles(company(buy("a", FEB)), PLAIN, frozen)
    assert (row.cycle, row.limit, row.lapse_on) == (10, 25, FEB + 26)


def test_rates_need_three_company_cycles():
    history = company(
        *steady("a", JAN, 10, 2), *steady("b", JAN, 30, 2), *steady("c", JAN, 54, 2), buy("x", JAN)
    )
    # newest cycles (10 + 90)/4 = 25, (30 + 90)/4 = 30, (54 + 90)/4 = 36; one-time buyers are apart
    assert company_cycle(history, PLAIN, APR) == 30
    assert shortest_period(history, PLAIN, APR) == 90
    assert shortest_period(company(buy("x", JAN)), PLAIN, APR) is None
