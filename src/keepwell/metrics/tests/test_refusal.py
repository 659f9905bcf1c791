"""When a rate of irregular accounts is given, and what is said where it is not."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import histories as h
from oracle.agreement import DEEPER, UNSHRUNK, Company, assert_near, assert_statement
from oracle.companies import APR, JAN, buy, company, steady, sub
from oracle.product import ledger_of
from oracle.reference import company_cycle as counted_cycle
from oracle.reference import shortest_period

from keepwell.lib.days import Period, from_number
from keepwell.metrics.comparison import compare
from keepwell.metrics.cuts import Condition
from keepwell.metrics.refusal import company_cycles, refusals
from keepwell.metrics.statement import statement

PLAIN = h.Policies()


def days(start, length):
    return Period(from_number(start), from_number(start + length))


def company_cycle(ledger, end):
    return company_cycles(ledger, [end]).get(end)


def refusal(ledger, period):
    return refusals(ledger, [period])[0]


@pytest.fixture
def mixed(duck):
    """Two accounts that buy every 30 days, so that the company's cycle is 30, and one with a contract."""
    history = company(
        *steady("a", JAN - 60, 30, 6), *steady("b", JAN - 50, 30, 6), sub("c", "2025-06-01"), buy("once", JAN)
    )
    return ledger_of(history, PLAIN, duck)


def test_a_period_of_three_cycles_has_its_rates(mixed):
    assert company_cycle(mixed, JAN + 90) == 30
    assert refusal(mixed, days(JAN, 90)) is None
    assert statement(mixed, days(JAN, 90)).rate("customer_churn") is not None


def test_a_shorter_one_is_refused_with_the_shortest_that_works(mixed):
    asked = days(JAN + 1, 89)
    found = statement(mixed, asked)
    assert found.refused is not None
    assert found.refused.shortest_days == 90
    assert found.rate("customer_churn") is None
    assert str(asked.end - timedelta(days=90)) in found.refused.way
    assert statement(mixed, days(JAN, 90)).refused is None


def test_counts_and_the_rates_of_contract_accounts_are_still_given(mixed):
    found = statement(mixed, days(JAN + 10, 20))
    assert found.accounts.opening == 4
    kinds = {kind.kept_by: kind for kind in found.kinds}
    assert (kinds["contract"].accounts.opening, kinds["irregular"].accounts.opening) == (1, 3)
    assert kinds["contract"].rate("customer_churn") == 0
    assert kinds["irregular"].rate("customer_churn") is None
    said = found.to_dict()
    assert set(said["rates"].values()) == {None}
    assert said["kinds"]["contract"]["rates"]["customer_churn"] == 0
    assert said["refused"]["shortest_days"] == 90


def test_by_kind_only_the_irregular_part_is_refused(mixed):
    parts = {p.segment: p for p in statement(mixed, days(JAN + 10, 20), by="kept_by").parts}
    assert parts["contract"].refused is None
    assert parts["contract"].rate("customer_churn") == 0
    assert parts["irregular"].refused is not None


def test_a_company_of_contracts_is_never_refused(duck):
    ledger = ledger_of(company(sub("a", "2025-06-01")), PLAIN, duck)
    assert statement(ledger, days(JAN, 1)).rate("customer_churn") == 0


def test_where_nobody_bought_twice_no_period_is_long_enough(duck):
    ledger = ledger_of(company(buy("a", JAN)), PLAIN, duck)
    found = statement(ledger, days(JAN, 365))
    assert found.refused is not None
    assert found.refused.shortest_days is None
    assert found.accounts.passed_through == 1


def test_other_meanings_are_refused_with_ours(mixed):
    found = compare(mixed, days(JAN + 10, 20))
    assert {m.rate for m in found.meanings} == {None}
    assert found.named("opening_set").why_not == found.refused.reason
    assert found.named("opening_set").denominator == 4, "counts are still shown"


def test_other_meanings_of_contract_accounts_are_still_given(mixed):
    over = days(JAN + 10, 20)
    found = compare(mixed, over)
    alone = compare(mixed, over, where=[Condition("kept_by", ("contract",))])
    assert [m.contract.rate for m in found.meanings] == [m.rate for m in alone.meanings]
    ours = found.to_dict()[0]["contract"]
    assert (ours["rate"], ours["numerator"], ours["denominator"]) == (0, 0, 1)
    assert found.to_arrow()["contract_rate"][0].as_py() == 0
    assert {m.contract for m in compare(mixed, days(JAN, 90)).meanings} == {None}


@settings(
    max_examples=2 * DEEPER, phases=UNSHRUNK, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seeds=st.lists(st.integers(0, 10**9), min_size=6, max_size=6, unique=True),
    policies=h.policies(),
    end=st.integers(h.WINDOW[0] + 30, h.WINDOW[1] + 30),
)
def test_the_company_cycle_and_the_shortest_period_are_the_oracles(duck, seeds, policies, end):
    asked = Company.of_seeds(seeds, policies, h.IRREGULAR)
    ledger = asked.ledger(duck)
    expected = counted_cycle(asked.history, policies, end, asked.frozen)
    assert_near(expected, company_cycle(ledger, end))
    shortest = shortest_period(asked.history, policies, end, asked.frozen)
    if shortest is None:
        assert refusal(ledger, days(end - 900, 900)).shortest_days is None
        return
    assert refusal(ledger, days(end - shortest, shortest)) is None
    assert refusal(ledger, days(end - shortest + 1, shortest - 1)).shortest_days == shortest
    start = end - shortest + 1
    found = statement(ledger, days(start, shortest - 1))
    assert_statement(found, asked.statement(start, end))
    assert found.kinds == ()


def test_the_quarter_is_asked_of_as_it_stood_at_its_end(duck):
    history = company(*steady("a", JAN - 60, 20, 4), *steady("a", APR, 200, 3))
    ledger = ledger_of(history, PLAIN, duck)
    assert company_cycle(ledger, APR) < company_cycle(ledger, APR + 401)
