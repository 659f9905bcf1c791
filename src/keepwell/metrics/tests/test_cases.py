"""The five cases on which people most often disagree, told as histories and counted out."""

from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from oracle import histories as h
from oracle.product import ledger_of

import keepwell as kw
from keepwell.lib.days import Period, number
from keepwell.metrics.comparison import compare
from keepwell.metrics.statement import statement

BEFORE, MIDDLE = date(2025, 11, 1), date(2026, 2, 10)
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
COVERED = date(2026, 7, 1)


class Told:
    """A company told in groups of accounts: how many, from when until when, for how much a month."""

    def __init__(self):
        self.rows = []

    def accounts(self, name, count, start=BEFORE, end=None, mrr="10.00"):
        self.rows += [(f"{name}-{n}", start, end, mrr) for n in range(count)]
        return self

    @property
    def frame(self):
        accounts, starts, ends, amounts = zip(*self.rows, strict=True)
        return pl.DataFrame(
            {
                "account_id": accounts,
                "started_on": starts,
                "ended_on": pl.Series(ends, dtype=pl.Date),
                "mrr": [float(m) for m in amounts],
                "currency": ["EUR"] * len(accounts),
            }
        )

    @property
    def history(self):
        subscriptions = tuple(
            h.Subscription(a, number(s), e and number(e), round(float(m) * 100)) for a, s, e, m in self.rows
        )
        accounts = tuple(h.Account(a) for a, *_rest in self.rows)
        return h.History(accounts, number(COVERED), subscriptions)


@pytest.fixture(params=["dataframes", "ledger"])
def ask(request, duck):
    """A company's statement and its comparison of definitions, over dataframes and from a posted ledger."""

    def asked(told):
        if request.param == "ledger":
            ledger = ledger_of(told.history, h.Policies(), duck)
            return statement(ledger, QUARTER), compare(ledger, QUARTER)
        company = kw.company(subscriptions=told.frame, covered=COVERED, engine=duck)
        return company.statement("2026-01-01", "2026-04-01"), company.definitions("2026-01-01", "2026-04-01")

    return asked


def test_of_400_at_the_start_380_still_pay_so_churn_is_5_per_cent(ask):
    quarter, _ = ask(Told().accounts("stays", 380).accounts("leaves", 20, end=MIDDLE))
    assert quarter.accounts.opening == 400
    assert quarter.accounts.churned == 20
    assert quarter.rate("customer_churn") == Fraction(5, 100)
    assert quarter.rate("customer_retention") == Fraction(95, 100)
    assert quarter.finished


def test_who_joined_and_left_inside_the_quarter_is_no_churn_of_the_thousand_at_its_start(ask):
    quarter, definitions = ask(
        Told()
        .accounts("stays", 850)
        .accounts("leaves", 150, end=MIDDLE)
        .accounts("joins", 285, start=date(2026, 2, 1))
        .accounts("passes", 15, start=date(2026, 1, 20), end=date(2026, 3, 1))
    )
    assert quarter.rate("customer_churn") == Fraction(15, 100)
    assert quarter.accounts.new == 285
    assert quarter.accounts.passed_through == 15
    assert quarter.accounts.closing == 1135
    # Counting all 165 who left over the 1,000 gives the 16.5% that some tools show; the 15 make the gap.
    other = definitions.named("baremetrics")
    assert other.rate == Fraction(165, 1000)
    assert sorted(other.apart["account_id"].to_pylist()) == sorted(f"passes-{n}" for n in range(15))


def test_a_hundred_became_99_by_losing_one(ask):
    quarter, _ = ask(Told().accounts("stays", 99).accounts("leaves", 1, end=MIDDLE))
    assert quarter.rate("customer_retention") == Fraction(99, 100)
    assert quarter.rate("net_growth") == Fraction(-1, 100)
    assert quarter.mrr.closing < quarter.mrr.opening


def test_a_hundred_became_99_by_losing_21_and_winning_20_while_revenue_grew(ask):
    quarter, definitions = ask(
        Told()
        .accounts("stays", 79)
        .accounts("leaves", 21, end=MIDDLE)
        .accounts("joins", 20, start=MIDDLE, mrr="15.00")
    )
    assert quarter.accounts.closing == 99
    assert quarter.rate("customer_retention") == Fraction(79, 100)
    assert quarter.rate("net_growth") == Fraction(-1, 100)
    assert (quarter.mrr.opening, quarter.mrr.churned, quarter.mrr.new) == (100_000, 21_000, 30_000)
    assert quarter.mrr.closing == 109_000
    assert definitions.named("net_change").rate == Fraction(1, 100)


def test_five_of_a_hundred_leave_and_take_a_fifth_of_the_revenue_with_them(ask):
    quarter, _ = ask(Told().accounts("large", 5, end=MIDDLE, mrr="38.00").accounts("small", 95, mrr="8.00"))
    assert quarter.rate("customer_churn") == Fraction(5, 100)
    assert quarter.rate("revenue_churn") == Fraction(20, 100)
    assert quarter.rate("churned_share_of_revenue") == Fraction(20, 100)
    assert quarter.rate("gross_revenue_retention") == Fraction(80, 100)


def test_end_less_new_over_start_is_retention_only_where_new_means_still_there(ask):
    still_there = Told().accounts("stays", 90).accounts("leaves", 10, end=MIDDLE)
    still_there.accounts("joins", 30, start=MIDDLE)
    quarter, definitions = ask(still_there)
    assert quarter.rate("customer_retention") == Fraction(90, 100)
    assert definitions.named("textbook").rate == quarter.rate("customer_churn")

    passing = still_there.accounts("passes", 20, start=date(2026, 1, 20), end=date(2026, 3, 1))
    quarter, definitions = ask(passing)
    assert quarter.rate("customer_retention") == Fraction(90, 100), "ours is not moved by who passed through"
    textbook = definitions.named("textbook")
    assert textbook.rate == 1 - Fraction(120 - 50, 100), "with all who ever joined it is too low by 20"
    assert sorted(textbook.apart["account_id"].to_pylist()) == sorted(f"passes-{n}" for n in range(20))
