"""Other meanings of churn beside ours, on a company small enough to count."""

from datetime import date
from fractions import Fraction
from math import isclose

import pytest
from oracle import histories as h
from oracle.companies import company, d, sub
from oracle.product import ledger_of

from keepwell.lib.days import Period
from keepwell.lib.errors import KeepwellError
from keepwell.metrics.comparison import annualised, compare
from keepwell.metrics.cuts import Condition
from keepwell.metrics.definitions import all_definitions, definition_named

JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))

COMPANY = company(
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
    h.Account("stay", ((d("2025-01-01"), "Large"),)),
    h.Account("go", ((d("2025-01-01"), "Large"),)),
)


@pytest.fixture
def ledger(duck):
    return ledger_of(COMPANY, h.Policies(), duck)


def test_each_counts_its_own_way(ledger):
    found = compare(ledger, JANUARY)
    assert {m.definition.name: (m.numerator, m.denominator) for m in found.meanings} == {
        "opening_set": (2, 4),  # go and twice, of stay, go, twice, break
        "stripe": (5, 6),  # go, twice, twice, break, pass, over the four and pass and new
        "baremetrics": (4, 4),
        "profitwell": (2, 4),
        "net_change": (0, 4),  # stay, break, new, back at the end
        "textbook": (5, 4),  # arrivals of twice, pass, break, new, back
        "renewal_base": (2, 2),
        "chartmogul_daily": (None, None),
    }
    # On the 6th 1 of 4 leaves, on the 11th 1 of 5, on the 16th 1 of 4, on the 20th 1 of 4, on the 21st 1 of 3.
    daily = Fraction(1, 4) + Fraction(1, 5) + Fraction(2, 4) + Fraction(1, 3)
    assert isclose(found.named("chartmogul_daily").rate, float(daily))
    assert found.meanings[0].definition.name == "opening_set"


def test_each_gap_to_ours_is_made_by_accounts(ledger):
    found = compare(ledger, JANUARY)
    apart = {m.definition.name: set(m.apart["account_id"].to_pylist()) for m in found.meanings}
    assert apart["opening_set"] == apart["profitwell"] == set()
    assert apart["baremetrics"] == {"pass", "break"}
    assert apart["stripe"] == {"twice", "pass", "break", "new"}
    assert apart["renewal_base"] == {"twice", "break"}
    rows = {r["account_id"]: r for r in found.named("stripe").apart.to_pylist()}
    assert (rows["twice"]["of"], rows["twice"]["our_of"]) == (2, 1)


def test_whole_months_are_asked_of_profitwell(ledger):
    (found,) = [m for m in compare(ledger, Period(date(2026, 1, 1), date(2026, 2, 2))).meanings
                if m.definition.name == "profitwell"]  # fmt: skip
    assert found.rate is None
    assert "whole calendar months" in found.why_not


def test_without_renewal_dates_there_is_no_renewal_base(duck):
    ledger = ledger_of(company(sub("a", "2025-01-01", "2026-01-11")), h.Policies(), duck)
    found = compare(ledger, JANUARY).named("renewal_base")
    assert found.rate is None
    assert "renewal dates" in found.why_not


def test_without_a_base_none_has_a_value(duck):
    ledger = ledger_of(company(sub("a", "2026-06-01")), h.Policies(), duck)
    found = compare(ledger, JANUARY)
    assert {m.rate for m in found.meanings} == {None}
    assert found.named("opening_set").why_not == "no base"


def test_a_condition_keeps_to_its_accounts(ledger):
    found = compare(ledger, JANUARY, where=[Condition("segment", ("Large",))])
    ours = found.named("opening_set")
    assert (ours.numerator, ours.denominator, ours.rate) == (1, 2, Fraction(1, 2))
    assert isclose(found.named("chartmogul_daily").rate, 1 / 2)


def test_a_rate_in_a_year_is_compounded_and_never_above_all():
    assert isclose(annualised(Fraction(1, 10), 365), 0.1)
    assert isclose(annualised(Fraction(1, 10), 73), 1 - 0.9**5)
    assert annualised(Fraction(11, 10), 30) is None
    assert annualised(None, 30) is None


def test_every_definition_says_what_it_means_and_whose_it_is():
    assert set(all_definitions()) == {
        "opening_set", "stripe", "baremetrics", "profitwell", "chartmogul_daily",
        "net_change", "textbook", "renewal_base",
    }  # fmt: skip
    for entry in all_definitions().values():
        assert entry.meaning.endswith(".")
        assert entry.source


def test_one_that_does_not_exist_is_answered_with_near_names():
    with pytest.raises(KeepwellError, match="no definition “stripes”") as told:
        definition_named("stripes")
    assert any("stripe" in way for way in told.value.ways)
