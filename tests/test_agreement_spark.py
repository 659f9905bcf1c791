"""Spark, DuckDB and the oracle say the same of hundreds of histories, to the last row and cent."""

import pytest
from oracle import histories as h
from oracle.agreement import (
    DEEPER,
    Company,
    assert_by_segment,
    assert_definitions,
    assert_same_rows,
    assert_series,
    assert_statement,
    rows_of,
    span,
    spans_of,
)
from oracle.companies import d

from keepwell.book.engines import engine_named
from keepwell.lib.days import Grain, from_number
from keepwell.metrics.comparison import compare
from keepwell.metrics.series import series
from keepwell.metrics.statement import statement

pytestmark = pytest.mark.slow

# Every policy that is not the default at once, and all defaults.
POLICIES = {
    "defaults": h.Policies(),
    "others": h.Policies(
        grace=2,
        churn_dated="notice",
        past_due_stops_after=1,
        term="rolls_on",
        purchases_beside_subscription=True,
        least_gaps=1,
    ),
}
# A quarter, and one odd week across a year's end.
PERIODS = ((d("2024-04-01"), d("2024-07-01")), (d("2024-12-28"), d("2025-01-04")))


@pytest.fixture(scope="module", params=POLICIES if DEEPER > 1 else ["others"])
def both(request, spark):
    """The same companies on both engines, posted once."""
    asked = Company.of_seeds(range(200), POLICIES[request.param])
    duck = engine_named("duckdb", {"threads": "1"})
    yield asked, asked.ledger(spark), asked.ledger(duck)
    duck.close()


def test_rows_are_the_same(both):
    asked, on_spark, on_duckdb = both
    found = rows_of(on_spark)
    assert len(found) > 3000
    assert_same_rows(found, rows_of(on_duckdb))
    assert_same_rows(found, asked.rows)


@pytest.mark.parametrize("period", PERIODS)
def test_statements_are_the_same(both, period):
    asked, on_spark, on_duckdb = both
    found = statement(on_spark, span(*period))
    assert_statement(found, asked.statement(*period))
    other = statement(on_duckdb, span(*period))
    assert found == other
    for line in ("churned", "leaving"):
        assert found.list(line) == other.list(line)


def test_statements_by_segment_are_the_same(both):
    asked, on_spark, on_duckdb = both
    found = statement(on_spark, span(*PERIODS[0]), by="segment")
    assert_by_segment(found, asked.by_segment(*PERIODS[0]))
    assert found == statement(on_duckdb, span(*PERIODS[0]), by="segment")


def test_definitions_are_the_same(both):
    asked, on_spark, on_duckdb = both
    period = span(*PERIODS[0])
    found = compare(on_spark, period)
    assert_definitions(found, asked.definitions(*PERIODS[0]), asked.shares(*PERIODS[0]))
    assert found.to_dict() == compare(on_duckdb, period).to_dict()


def test_series_are_the_same(both):
    asked, on_spark, on_duckdb = both
    days = d("2024-01-01"), d("2024-05-01")
    spans = spans_of(Grain.QUARTER, *days)
    found = series(on_spark, Grain.QUARTER, *map(from_number, days))
    assert_series(found, asked.series(spans))
    assert found == series(on_duckdb, Grain.QUARTER, *map(from_number, days))
