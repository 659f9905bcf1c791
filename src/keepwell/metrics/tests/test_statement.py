"""What a statement says line by line, on a company small enough to count on one's fingers."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from oracle import histories as h
from oracle.companies import company, d, sub
from oracle.product import ledger_of

from keepwell.lib.days import Period
from keepwell.lib.errors import KeepwellError
from keepwell.metrics.cuts import Condition
from keepwell.metrics.lines import LINES
from keepwell.metrics.registry import all_metrics
from keepwell.metrics.statement import statement

QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))


def segment(account, value, since="2025-01-01"):
    return h.Account(account, ((d(since), value),))


@pytest.fixture
def every_line(duck):
    """One account, or a few, on each line."""
    history = company(
        sub("stays", "2025-06-01"),
        sub("grows", "2025-06-01", "2026-02-01"),
        sub("grows", "2026-02-01", None, 1500),
        sub("shrinks", "2025-06-01"),
        sub("shrinks", "2025-06-01", "2026-02-01", 400),
        sub("leaves", "2025-06-01", "2026-01-01", 700, end_reason="by_choice"),
        sub("unpaid", "2025-06-01", "2026-03-31", 300, end_reason="failed_payment"),
        sub("joins", "2026-01-01", None, 250),
        sub("last day", "2026-03-31", None, 20),
        sub("returns", "2025-01-01", "2025-03-01"),
        sub("returns", "2026-01-15", None, 800),
        sub("passes", "2026-01-15", "2026-02-15"),
        sub("visits", "2025-01-01", "2025-03-01"),
        sub("visits", "2026-01-15", "2026-02-15"),
        sub("pauses", "2025-06-01", "2026-01-31"),
        sub("pauses", "2026-02-02", None),
        sub("told us", "2025-06-01", "2026-05-01", 90, cancelled_on="2026-03-31"),
        sub("next quarter", "2026-04-01"),
        sub("free", "2025-06-01", None, 0),
        segment("stays", "Large"),
        segment("leaves", "Large"),
        segment("joins", "Large", "2026-03-01"),
        h.Account("ours", excluded="our own"),
        sub("ours", "2025-06-01"),
    )
    return ledger_of(history, h.Policies(), duck)


EXPECTED = {
    "opening": {"stays", "grows", "shrinks", "leaves", "unpaid", "pauses", "told us"},
    "new": {"joins", "last day"},
    "reactivated": {"returns"},
    "expansion": {"grows"},
    "contraction": {"shrinks"},
    "churned": {"leaves", "unpaid"},
    "closing": {"stays", "grows", "shrinks", "pauses", "told us", "joins", "last day", "returns"},
    "passed_through": {"passes"},
    "came_back_and_left": {"visits"},
    "interrupted": {"pauses"},
    "leaving": {"told us"},
    "unchanged": {"stays", "pauses", "told us"},
}


@pytest.mark.parametrize("line", LINES)
def test_each_line_lists_its_accounts(every_line, line):
    found = statement(every_line, QUARTER)
    assert set(found.list(line)["account_id"].to_pylist()) == EXPECTED[line]
    if line != "unchanged":
        assert getattr(found.accounts, line) == len(EXPECTED[line])


def test_money_of_each_line_is_that_of_its_accounts(every_line):
    found = statement(every_line, QUARTER).mrr
    assert found.opening == 1000 + 1000 + 1400 + 700 + 300 + 1000 + 90
    assert (found.new, found.reactivated, found.expansion, found.contraction) == (270, 800, 500, 400)
    assert found.churned == 1000
    assert dict(found.churned_by_kind) == {
        "by_choice": 700,
        "failed_payment": 300,
        "lapse": 0,
        "closed_or_merged": 0,
        "unknown": 0,
    }
    assert found.closing == found.opening + 270 + 800 + 500 - 400 - 1000
    assert found.leaving == 90


def test_rates_are_exact_fractions_of_the_opening(every_line):
    found = statement(every_line, QUARTER)
    assert found.rate("customer_churn") == Fraction(2, 7)
    assert found.rate("customer_retention") == Fraction(5, 7)
    assert found.rate("gross_revenue_retention") == Fraction(5490 - 400 - 1000, 5490)
    assert found.rate("net_revenue_retention") == Fraction(5490 + 500 - 400 - 1000, 5490)
    assert found.rate("quick_ratio") == Fraction(270 + 800 + 500, 400 + 1000)
    assert found.rate("churned_share_of_revenue") == Fraction(1000, 5490)
    assert found.rate("net_growth") == Fraction(1, 7)
    assert found.small


def test_the_accounts_behind_a_line_come_largest_change_first(every_line):
    rows = statement(every_line, QUARTER).list("churned").to_pylist()
    assert [(r["account_id"], r["opening"], r["closing"], r["change"]) for r in rows] == [
        ("leaves", 7, 0, -7),
        ("unpaid", 3, 0, -3),
    ]
    assert [r["leaving_kind"] for r in rows] == ["by_choice", "failed_payment"]


def test_an_account_has_the_segment_of_the_day_before_or_of_its_first_day(every_line):
    parts = {p.segment: p for p in statement(every_line, QUARTER, by="segment").parts}
    assert parts.keys() == {"Large", "(none)"}
    # what is known first holds for all days before it too
    assert (parts["Large"].accounts.opening, parts["Large"].accounts.new) == (2, 1)
    assert set(parts["Large"].list("closing")["account_id"].to_pylist()) == {"stays", "joins"}
    assert sum(p.mrr.closing for p in parts.values()) == statement(every_line, QUARTER).mrr.closing
    (large,) = [Condition("segment", ("Large",))]
    asked = statement(every_line, QUARTER, where=[large])
    assert (asked.accounts, asked.mrr) == (parts["Large"].accounts, parts["Large"].mrr)
    others = statement(every_line, QUARTER, where=[Condition("segment", ("Large",), negated=True)])
    assert others.accounts == parts["(none)"].accounts


def test_a_ratio_without_a_base_has_no_value(duck):
    found = statement(ledger_of(company(sub("a", "2026-02-01")), h.Policies(), duck), QUARTER)
    assert {name for name in all_metrics() if found.rate(name) is None} == set(all_metrics())
    assert set(found.to_dict()["rates"].values()) == {None}


def test_a_period_that_is_not_over_is_marked_unfinished(every_line):
    assert statement(every_line, QUARTER).finished
    assert not statement(every_line, Period(date(2026, 7, 1), date(2026, 10, 2))).finished
    assert statement(every_line, Period(date(2026, 7, 1), date(2026, 10, 1))).finished


def test_a_moving_exchange_rate_is_never_churn(duck):
    history = company(
        h.Rate("USD", d("2020-01-01"), Decimal("0.9")),
        h.Rate("USD", d("2026-02-01"), Decimal("0.5")),
        sub("a", "2025-06-01", None, 1000, currency="USD"),
    )
    ledger = ledger_of(history, h.Policies(), duck)
    found = statement(ledger, QUARTER)
    assert (found.mrr.opening, found.mrr.closing, found.mrr.contraction) == (900, 900, 0)
    assert found.provenance["rates_on"] == "2026-01-01"
    later = statement(ledger, QUARTER, rates_on=date(2026, 2, 1))
    assert (later.mrr.opening, later.mrr.closing) == (500, 500)


def test_every_statement_says_what_it_rests_on(every_line):
    where = [Condition("segment", ("Large", "Small"))]
    said = statement(every_line, QUARTER, where=where).provenance
    assert said["definition"] == "opening_set"
    assert said["where"] == "segment in ('Large', 'Small')"
    assert said["covered"] == "2026-10-01"
    assert said["policies"]["grace_days"] == 0
    assert said["currency"] == "EUR"
    assert {"cut", "excluded", "simulated", "period", "definition_version"} <= said.keys()


def test_money_is_handed_over_as_decimal_text(every_line):
    said = statement(every_line, QUARTER).to_dict()
    assert said["mrr"]["opening"] == "54.90"
    assert said["period"] == {"from": "2026-01-01", "to": "2026-04-01", "finished": True}


def test_a_line_or_rate_that_does_not_exist_is_answered_with_near_names(every_line):
    found = statement(every_line, QUARTER)
    with pytest.raises(KeepwellError, match="no line “churn”") as told:
        found.list("churn")
    assert any("churned" in way for way in told.value.ways)
    with pytest.raises(KeepwellError, match="custmer_churn") as told:
        found.rate("custmer_churn")
    assert any("customer_churn" in way for way in told.value.ways)


def test_a_column_that_does_not_exist_is_answered_with_near_names(every_line):
    for asked in ({"by": "segmnt"}, {"where": [Condition("segmnt", ("Large",))]}):
        with pytest.raises(KeepwellError, match="no column “segmnt”") as told:
            statement(every_line, QUARTER, **asked)
        assert any("segment" in way for way in told.value.ways)
