"""Periods that follow one another, and what leads from each closing to the next opening."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from oracle import histories as h
from oracle.companies import company, d, sub
from oracle.product import ledger_of

from keepwell.lib.days import Grain
from keepwell.metrics.cuts import Condition
from keepwell.metrics.series import series

DAYS = date(2026, 1, 1), date(2026, 4, 1)


@pytest.fixture
def moving(duck):
    """One account in dollars, which fall in February, and which becomes large in February too."""
    history = company(
        h.Rate("USD", d("2020-01-01"), Decimal("0.9")),
        h.Rate("USD", d("2026-02-01"), Decimal("0.8")),
        h.Account("a", ((d("2025-01-01"), "Small"), (d("2026-01-31"), "Large"))),
        h.Account("b", ((d("2025-01-01"), "Small"),)),
        sub("a", "2025-06-01", None, 1000, currency="USD"),
        sub("b", "2025-06-01", "2026-02-10", 500),
        covered="2026-03-15",
    )
    return ledger_of(history, h.Policies(), duck)


def test_what_a_moving_rate_did_is_restated(moving):
    january, february, march = series(moving, Grain.MONTH, *DAYS)
    assert january.restated is None
    assert (january.mrr.closing, february.mrr.opening, february.restated) == (1400, 1300, -100)
    assert (february.mrr.churned, march.restated) == (500, 0)
    assert [s.finished for s in (january, february, march)] == [True, True, False]


def test_who_changed_segment_moved_and_is_neither_lost_nor_won(moving):
    _, february, _ = series(moving, Grain.MONTH, *DAYS, by="segment")
    parts = {p.segment: p for p in february.parts}
    small, large = parts["Small"], parts["Large"]
    assert (small.moved_accounts, small.moved_mrr, small.restated) == (-1, -800, -100)
    assert (large.moved_accounts, large.moved_mrr, large.restated) == (1, 800, 0)
    assert (february.moved_accounts, february.moved_mrr, february.restated) == (0, 0, -100)
    assert large.accounts.new == small.accounts.churned - 1 == 0


def test_of_one_segment_alone_those_who_moved_in_and_out_are_said(moving):
    large = [Condition("segment", ("Large",))]
    _, february, march = series(moving, Grain.MONTH, *DAYS, where=large)
    assert (february.moved_accounts, february.moved_mrr, february.restated) == (1, 800, 0)
    assert (march.moved_accounts, march.moved_mrr) == (0, 0)


def test_at_one_days_rates_nothing_is_restated(moving):
    found = series(moving, Grain.MONTH, *DAYS, rates_on=date(2026, 1, 1))
    assert [s.restated for s in found] == [None, 0, 0]
    assert [s.mrr.opening for s in found] == [1400, 1400, 900]


def test_years_and_quarters_follow_the_fiscal_year(moving):
    ledger = replace(moving, fiscal_start=2)
    found = series(ledger, Grain.QUARTER, date(2025, 11, 1), date(2026, 3, 1))
    assert [s.period.start for s in found] == [date(2025, 11, 1), date(2026, 2, 1)]
    (year,) = series(ledger, Grain.YEAR, date(2026, 1, 1), date(2026, 1, 2))
    assert (year.period.start, year.period.end) == (date(2025, 2, 1), date(2026, 2, 1))


def test_a_segment_that_empties_keeps_its_place_for_the_period_that_says_so(duck):
    history = company(
        h.Account("a", ((d("2025-01-01"), "Small"), (d("2026-01-31"), "Large"))), sub("a", "2025-06-01")
    )
    ledger = ledger_of(history, h.Policies(), duck)
    _, february, march = series(ledger, Grain.MONTH, *DAYS, by="segment")
    small = next(p for p in february.parts if p.segment == "Small")
    assert (small.accounts.opening, small.moved_accounts, small.moved_mrr) == (0, -1, -1000)
    large = next(p for p in march.parts if p.segment == "Large")
    assert (large.accounts.opening, large.moved_accounts, large.restated) == (1, 0, 0)
