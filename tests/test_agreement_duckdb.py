"""The product on DuckDB and the oracle say the same of any history, under any policies, for any period."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import histories as h
from oracle.agreement import (
    DEEPER,
    UNSHRUNK,
    Company,
    assert_adds_up,
    assert_by_segment,
    assert_definitions,
    assert_lists,
    assert_moved,
    assert_same_rows,
    assert_series,
    assert_statement,
    rows_of,
    span,
    spans_of,
)
from oracle.irregular import freeze
from oracle.paying import Owned
from oracle.product import facts_of
from oracle.reference import LINES

from keepwell.book.engines import Engine, engine_named
from keepwell.ledger.posting import missing_figures
from keepwell.lib.days import Grain, from_number
from keepwell.metrics.comparison import compare
from keepwell.metrics.cuts import Condition
from keepwell.metrics.series import series
from keepwell.metrics.statement import statement


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    """One for all examples: starting one costs more than most of them."""
    engine = engine_named("duckdb", {"threads": "1"})
    yield engine
    engine.close()


SEEDS = st.integers(0, 10**9)


def company(kinds: h.Kinds = h.EVERYTHING, size: int = 12) -> st.SearchStrategy[Company]:
    """Many histories in one frame: a posting of one costs as much as a posting of many."""
    seeds = st.lists(SEEDS, min_size=size, max_size=size, unique=True)
    return st.builds(lambda s, p: Company.of_seeds(s, p, kinds), seeds, h.policies())


@settings(max_examples=3 * DEEPER, phases=UNSHRUNK)
@given(asked=company(size=25), periods=st.lists(h.periods(), min_size=2, max_size=2), more=st.data())
def test_rows_statements_and_definitions_are_the_oracles(duckdb, asked, periods, more):
    ledger = asked.ledger(duckdb)
    assert_same_rows(rows_of(ledger), asked.rows)
    for start, end in periods:
        found = statement(ledger, span(start, end))
        assert_statement(found, asked.statement(start, end))
        assert_adds_up(found)
    start, end = periods[-1]
    assert_lists(found, asked.statement(start, end))
    parts = asked.by_segment(start, end)
    assert_by_segment(statement(ledger, span(start, end), by="segment"), parts)
    name = more.draw(st.sampled_from(sorted(parts)))
    where = [Condition("segment", (name,))]
    assert_statement(statement(ledger, span(start, end), where=where), parts[name])
    found = statement(ledger, span(start, end), by="kept_by")
    assert_adds_up(found)
    for part in found.parts:
        assert_statement(part, asked.statement(start, end, kept_by=part.segment))
    assert_definitions(
        compare(ledger, span(start, end)), asked.definitions(start, end), asked.shares(start, end)
    )


@settings(max_examples=4 * DEEPER)
@given(history=h.histories(), policies=h.policies(), period=h.periods())
def test_one_history_alone_freezes_its_own_figures_and_is_the_oracles(duckdb, history, policies, period):
    asked = Company(history, policies)
    ledger = asked.ledger(duckdb)
    assert_same_rows(rows_of(ledger), asked.rows)
    found = statement(ledger, span(*period), rates_on=from_number(period[1]))
    assert_statement(found, asked.statement(*period, rates_on=period[1]))


@settings(max_examples=2 * DEEPER, phases=UNSHRUNK)
@given(asked=company(h.IRREGULAR, size=1))
def test_figures_of_a_segment_rest_on_what_was_known_when_they_were_frozen(duckdb, asked):
    # as they would be frozen at each quarter's start, one after the other, from what was dated before it
    history, policies = asked.history, replace(asked.policies, least_gaps=1)
    expected = freeze(history, policies, Owned(history, policies).buys())
    frozen = None
    for covered in sorted({quarter for quarter, _ in expected.rows}):
        known = replace(
            history,
            covered=covered,
            purchases=tuple(p for p in history.purchases if p.occurred_on < covered),
        )
        facts = facts_of(known, duckdb)
        new = missing_figures(
            facts,
            Company(known, policies).ledger(duckdb).policies,
            covered=from_number(covered),
            engine=duckdb,
            frozen=frozen,
        )
        if new is None:
            continue
        for row in duckdb.collect(new).to_pylist():
            figures = expected.rows.get((row["quarter"], row["segment"] or "(none)"))
            if row["scope"] == "segment" and figures is not None:
                assert (row["median_fourfold"], row["first_limit"]) == (
                    4 * figures.cycle,
                    figures.first_limit,
                )


@settings(max_examples=2 * DEEPER, phases=UNSHRUNK)
@given(asked=company(size=8), grain=st.sampled_from(Grain), start=st.integers(*h.WINDOW), more=st.data())
def test_a_series_joins_up_by_what_was_restated_and_moved(duckdb, asked, grain, start, more):
    ledger = asked.ledger(duckdb)
    end = start + 2 * 30 * grain.months
    spans = spans_of(grain, start, end)
    days = from_number(start), from_number(end)
    assert_series(series(ledger, grain, *days), asked.series(spans))
    parts = series(ledger, grain, *days, by="segment")
    name = more.draw(st.sampled_from([p.segment for s in parts for p in s.parts] or ["Small"]))
    expected = asked.series(spans, where=name)
    for place, (now, then) in enumerate(zip(parts, expected, strict=True)):
        assert_adds_up(now)
        if place:
            for part in (p for p in now.parts if p.segment == name):
                assert_moved(part, then)
            assert now.moved_mrr == sum(p.moved_mrr for p in now.parts) == 0
            assert now.restated == sum(p.restated for p in now.parts)
    narrowed = series(ledger, grain, *days, where=[Condition("segment", (name,))])
    for place, (now, then) in enumerate(zip(narrowed, expected, strict=True)):
        assert_statement(now, then)
        if place:
            assert_moved(now, then)


@settings(max_examples=3 * DEEPER, phases=UNSHRUNK)
@given(
    asked=st.one_of(company(h.CONTRACTS), company(h.IRREGULAR)),
    grain=st.sampled_from(Grain),
    start=st.integers(*h.WINDOW),
)
def test_a_series_in_one_pass_is_the_series_statement_by_statement(duckdb, asked, grain, start):
    ledger = asked.ledger(duckdb)
    rates_on = from_number(start)
    days = rates_on, from_number(start + 150)
    for now in series(ledger, grain, *days, rates_on=rates_on):
        alone = statement(ledger, now.period, rates_on=rates_on)
        assert replace(now, restated=None) == alone
        assert now.list("churned") == alone.list("churned")


@settings(max_examples=3 * DEEPER, phases=UNSHRUNK)
@given(asked=company(size=10), cut=st.integers(h.WINDOW[0] + 60, h.WINDOW[1] - 60))
def test_what_was_finished_then_is_not_rewritten_by_rows_that_came_later(duckdb, asked, cut):
    # A company as it was known on the day of the cut: what later days brought was not there yet.
    now = replace(asked, history=replace(asked.history, covered=max(cut, asked.history.covered)))
    then = replace(now, history=_known_before(now.history, cut))
    early, late = then.ledger(duckdb), now.ledger(duckdb)
    columns = ("account_id", "currency", "day", "before", "after", "kind", "paying", "kept_by")
    places = [early.rows.collect_schema().names().index(c) for c in columns]

    def before_the_cut(ledger):
        return {tuple(row[p] for p in places) for row in rows_of(ledger) if row[2] < cut}

    assert before_the_cut(early) == before_the_cut(late)
    finished = span(cut - 45, cut)
    told = [statement(ledger, finished) for ledger in (early, late)]
    assert told[0].finished
    assert [t.accounts for t in told[:1]] == [replace(told[1].accounts, leaving=told[0].accounts.leaving)]
    assert {line: getattr(told[0].mrr, line) for line in LINES} == {
        line: getattr(told[1].mrr, line) for line in LINES
    }


def _known_before(history: h.History, cut: int) -> h.History:
    """What can have been known at the day's start: later purchases, starts and mergers had not happened."""
    return replace(
        history,
        covered=cut,
        purchases=tuple(p for p in history.purchases if p.occurred_on < cut),
        subscriptions=tuple(s for s in history.subscriptions if s.started_on < cut),
        invoices=tuple(
            replace(i, paid_on=i.paid_on if i.paid_on is not None and i.paid_on < cut else None)
            for i in history.invoices
        ),
        accounts=tuple(
            replace(a, merged_into=None, merged_on=None)
            if a.merged_on is not None and a.merged_on >= cut
            else a
            for a in history.accounts
        ),
    )
