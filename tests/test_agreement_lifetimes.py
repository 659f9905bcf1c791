"""Cohorts and survival over posted ledgers are those of the oracle, cell by cell and step by step."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import histories as h
from oracle import lifetimes
from oracle.agreement import DEEPER, UNSHRUNK, Company, assert_near

from keepwell.book.engines import Engine, engine_named
from keepwell.company import Company as Asked
from keepwell.lib.days import from_number


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    engine = engine_named("duckdb", {"threads": "1"})
    yield engine
    engine.close()


seeds = st.lists(st.integers(0, 10**9), min_size=12, max_size=12, unique=True)


def same_cohorts(found, expected, *, by_value):
    names = [c.name if by_value else from_number(c.name).isoformat() for c in expected]
    assert [c.cohort for c in found.cohorts] == names
    for cohort, counted in zip(found.cohorts, expected, strict=True):
        assert cohort.size == counted.size
        cells = [(c.age, c.active, c.base, c.finished) for c in cohort.cells]
        assert cells == [(age.age, age.active, age.base, age.finished) for age in counted.cells]


@settings(max_examples=2 * DEEPER, phases=UNSHRUNK)
@given(seeds=seeds, policies=h.policies())
def test_cohorts_are_the_oracles_in_accounts_and_money(duckdb, seeds, policies):
    company = Company.of_seeds(seeds, policies)
    asked = Asked(company.ledger(duckdb))
    told = (company.history, company.policies)
    for grain, measure in (("month", "accounts"), ("quarter", "mrr")):
        expected = lifetimes.cohorts(*told, grain, measure, frozen=company.frozen)
        found = asked.cohorts(grain, measure=measure)
        same_cohorts(found, expected, by_value=False)
        means = {cell.age: cell.share for cell in found.mean}
        for age, mean in enumerate(lifetimes.weighted_mean(expected)):
            assert_near(mean, means.get(age))
    for measure in ("accounts", "mrr"):
        expected = lifetimes.cohorts(*told, "month", measure, by="segment", frozen=company.frozen)
        same_cohorts(asked.cohorts(measure=measure, by="segment"), expected, by_value=True)


@settings(max_examples=2 * DEEPER, phases=UNSHRUNK)
@given(seeds=seeds, policies=h.policies(), begin=st.integers(h.WINDOW[0], h.WINDOW[0] + 200))
def test_survival_is_the_oracles(duckdb, seeds, policies, begin):
    company = Company.of_seeds(seeds, policies)
    company = replace(company, history=replace(company.history, data_from=begin))
    told = (company.history, company.policies)
    (curve,) = Asked(company.ledger(duckdb)).survival().curves
    steps = lifetimes.survival(*told, frozen=company.frozen)
    left = [p for p in curve.points if p.left]
    assert [(p.day, p.at_risk, p.left) for p in left] == [(s.day, s.at_risk, s.left) for s in steps]
    for point, step in zip(left, steps, strict=True):
        assert_near(step.survival, point.survival)
    mean = lifetimes.restricted_life(*told, frozen=company.frozen)
    assert_near(mean and mean[1], curve.mean_life)
    assert curve.mean_up_to == (mean and mean[0])


@settings(max_examples=2 * DEEPER)
@given(history=h.histories(h.CONTRACTS), policies=h.policies())
def test_whether_two_segments_leave_alike_is_the_oracles(duckdb, history, policies):
    company = Company(replace(history, data_from=None), policies)
    found = Asked(company.ledger(duckdb)).survival(by="segment")
    for curve in found.curves:
        stays = lifetimes.stays(company.history, policies, curve.group)
        assert (curve.size, curve.left) == (len(stays), sum(s.left for s in stays))
    expected = lifetimes.log_rank(company.history, policies)
    if len(found.curves) == 2:
        assert_near(expected, found.log_rank and found.log_rank.statistic)
