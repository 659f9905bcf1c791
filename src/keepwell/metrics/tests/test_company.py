"""Asking from Python: any dataframe will do, and what cannot be measured is refused with a reason."""

from datetime import date
from fractions import Fraction

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import keepwell as kw
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.metrics.definitions import definition_named

SUBSCRIPTIONS = {
    "account_id": ["a", "b", "c", "d"],
    "started_on": [date(2025, 6, 1), date(2025, 6, 1), date(2026, 2, 1), date(2026, 1, 5)],
    "ended_on": [None, date(2026, 2, 10), None, date(2026, 1, 20)],
    "mrr": [10.0, 20.01, 7.5, 3.0],
    "currency": ["EUR", "EUR", "USD", "EUR"],
}
ACCOUNTS = {
    "account_id": ["a", "b", "c", "d"],
    "segment": ["Large", "Small", "Small", None],
    "name": ["A Ltd", "B Ltd", "C Ltd", "D Ltd"],
}
PURCHASES = {
    "account_id": ["p", "p", "p"],
    "occurred_on": [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)],
    "amount": [30.0, 30.0, 30.0],
    "currency": ["EUR", "EUR", "EUR"],
}
RATES = {"currency": ["USD"], "valid_from": [date(2025, 1, 1)], "rate": [0.9]}
DAY = pa.date32()
TYPES = {"started_on": DAY, "ended_on": DAY, "occurred_on": DAY, "valid_from": DAY}
QUARTER = ("2026-01-01", "2026-04-01")


def arrow(columns):
    return pa.table({n: pa.array(v, TYPES.get(n)) for n, v in columns.items()})


def duckdb_relation(columns):
    duckdb = pytest.importorskip("duckdb")
    table = arrow(columns)
    return duckdb.connect().from_arrow(table)


KINDS = {
    "arrow": arrow,
    "polars": lambda columns: pl.from_arrow(arrow(columns)),
    "polars lazy": lambda columns: pl.from_arrow(arrow(columns)).lazy(),
    "pandas": lambda columns: arrow(columns).to_pandas(date_as_object=False),
    "duckdb": duckdb_relation,
}


def made(duck, kind="arrow", **more):
    asked = {
        "subscriptions": SUBSCRIPTIONS,
        "purchases": PURCHASES,
        "accounts": ACCOUNTS,
        "rates": RATES,
    }
    frames = {name: KINDS[kind](columns) for name, columns in asked.items()}
    given = {**frames, "reporting_currency": "EUR", "covered": "2026-07-01", **more}
    return kw.company(engine=duck, **given)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_in_any_dataframe_give_the_same_figures(duck, kind):
    found = made(duck, kind).statement(*QUARTER, by="segment")
    assert (found.accounts.opening, found.accounts.churned, found.accounts.passed_through) == (3, 1, 1)
    # 10.00 and 20.01; the buyer's run-rate is 90.00 in (61 + 30) days
    assert found.mrr.opening == 1000 + 2001 + 3044
    assert found.mrr.new == 675
    assert [p.segment for p in found.parts] == ["Large", "Small", "(none)"]
    assert found.list("churned")["name"].to_pylist() == ["B Ltd"]


def test_a_day_may_be_a_date_or_text(duck):
    company = made(duck)
    assert company.statement(date(2026, 1, 1), date(2026, 4, 1)) == company.statement(*QUARTER)
    assert company.covered == date(2026, 7, 1)
    assert company.first_day == date(2025, 6, 1)


def test_a_condition_is_typed_as_people_write_it(duck):
    company = made(duck)
    small = company.statement(*QUARTER, where="segment = Small and kept_by = contract")
    assert (small.accounts.opening, small.accounts.new) == (1, 1)
    assert small.rate("customer_churn") == Fraction(1, 1)
    both = company.statement(*QUARTER, where=["segment in (Small, Large)", "segment != Large"])
    assert both.accounts == small.accounts


def test_the_covered_day_is_by_default_the_one_after_the_newest_row(duck):
    company = kw.company(subscriptions=arrow(SUBSCRIPTIONS), rates=arrow(RATES), reporting_currency="EUR",
                         engine=duck)  # fmt: skip
    assert company.covered == date(2026, 2, 2)
    assert not company.statement(*QUARTER).finished


def test_series_cohorts_and_survival_are_asked_the_same_way(duck):
    company = made(duck)
    assert len(company.series("quarter", "2026-01-01", "2026-07-01")) == 2
    assert sum(c.size for c in company.cohorts().cohorts) == 5
    assert {c.cohort for c in company.cohorts(by="segment").cohorts} == {"Large", "Small", "(none)"}
    assert sum(c.size for c in company.survival().curves) == 5


def without(columns, name):
    return {n: v for n, v in columns.items() if n != name}


def test_a_missing_column_is_named_with_what_may_be_meant(duck):
    renamed = {("start_on" if n == "started_on" else n): v for n, v in SUBSCRIPTIONS.items()}
    table = pa.table({n: pa.array(v) for n, v in renamed.items()})
    with pytest.raises(BadInput, match="subscriptions lacks the column started_on") as told:
        made(duck, subscriptions=table)
    assert "start_on" in told.value.seen
    assert any("start_on" in way for way in told.value.ways)


@pytest.mark.parametrize(
    ("table", "columns", "lacks"),
    [
        ("subscriptions", SUBSCRIPTIONS, "account_id"),
        ("subscriptions", SUBSCRIPTIONS, "mrr"),
        ("purchases", PURCHASES, "occurred_on"),
        ("purchases", PURCHASES, "amount"),
        ("accounts", ACCOUNTS, "account_id"),
        ("rates", RATES, "rate"),
    ],
)
def test_each_table_says_which_column_it_lacks(duck, table, columns, lacks):
    with pytest.raises(BadInput, match=f"{table} lacks the column {lacks}"):
        made(duck, **{table: arrow(without(columns, lacks))})


def changed(columns, name, values):
    return arrow({**columns, name: values})


def test_a_currency_that_is_none_is_refused(duck):
    with pytest.raises(BadInput, match="currency that is none") as told:
        made(duck, subscriptions=changed(SUBSCRIPTIONS, "currency", ["EUR", "EUR", "US", "EUR"]))
    assert told.value.seen == "US"


def test_mrr_below_nothing_is_refused(duck):
    with pytest.raises(BadInput, match="cannot pay less than nothing") as told:
        made(duck, subscriptions=changed(SUBSCRIPTIONS, "mrr", [10.0, -1.0, 5.0, 3.0]))
    assert "-1" in told.value.seen


def test_amounts_that_are_missing_are_counted_and_refused(duck):
    with pytest.raises(BadInput, match="amount are missing") as told:
        made(duck, purchases=changed(PURCHASES, "amount", [30.0, None, None]))
    assert "2" in told.value.seen


def test_neither_subscriptions_nor_purchases_is_nothing_to_measure(duck):
    with pytest.raises(KeepwellError, match="neither was given") as told:
        kw.company(accounts=arrow(ACCOUNTS), engine=duck)
    assert told.value.ways


def test_amounts_without_a_currency_want_one(duck):
    table = arrow(without(PURCHASES, "currency"))
    with pytest.raises(BadInput, match="no currency") as told:
        kw.company(purchases=table, engine=duck)
    assert any("reporting_currency" in way for way in told.value.ways)
    assert kw.company(purchases=table, reporting_currency="EUR", engine=duck).ledger.reporting == "EUR"


def test_several_currencies_want_one_to_report_in_and_its_rates(duck):
    with pytest.raises(KeepwellError, match="several currencies"):
        made(duck, reporting_currency=None)
    with pytest.raises(KeepwellError, match="no rate from USD to EUR"):
        made(duck, rates=None).statement(*QUARTER)


def test_a_series_begins_with_the_first_period_that_has_exchange_rates(duck):
    late = {**RATES, "valid_from": [date(2025, 9, 1)] * len(RATES["valid_from"])}
    company = made(duck, rates=arrow(late))
    assert company.first_day == date(2025, 6, 1)
    assert [s.period.start for s in company.series("year")] == [date(2026, 1, 1)]
    assert company.series("quarter")[0].period.start == date(2025, 10, 1)
    assert company.series("month")[0].period.start == date(2025, 9, 1)
    assert company.series("year", rates_on="2026-01-01")[0].period.start == date(2025, 1, 1)
    with pytest.raises(KeepwellError, match="no rate from USD to EUR on 2025-07-01") as told:
        company.statement("2025-07-01", "2026-01-01")
    assert any("begin on 2025-09-01 or later" in way for way in told.value.ways)


def test_before_anybody_pays_nothing_wants_a_rate(duck):
    before = made(duck).statement("1990-07-01", "1990-10-01")
    assert (before.accounts.opening, before.accounts.closing, before.mrr.closing) == (0, 0, 0)


def test_a_company_that_begins_inside_a_period_is_told_at_the_first_rates(duck):
    begun = made(duck, rates=arrow({**RATES, "valid_from": [date(2025, 6, 1)]}))
    year = begun.statement("2025-01-01", "2026-01-01")
    assert (year.accounts.opening, year.provenance["rates_on"]) == (0, "2025-06-01")
    assert year.mrr.closing == begun.statement("2025-01-01", "2026-01-01", rates_on="2025-06-01").mrr.closing
    assert begun.series("year")[0].period.start == date(2025, 1, 1)
    assert begun.statement(*QUARTER).provenance["rates_on"] == "2026-01-01"


def test_a_period_the_wrong_way_round_is_refused(duck):
    for days in (QUARTER[::-1], (QUARTER[0], QUARTER[0])):
        with pytest.raises(KeepwellError, match="must end after it starts"):
            made(duck).statement(*days)


def test_what_is_no_day_is_refused(duck):
    with pytest.raises(KeepwellError, match="“1st of May” is not a day"):
        made(duck).statement("1st of May", "2026-06-01")


@pytest.mark.parametrize("asked", [{"by": "segmnt"}, {"where": "segmnt = Large"}])
def test_an_unknown_column_is_answered_with_near_names(duck, asked):
    with pytest.raises(KeepwellError, match="no column “segmnt”") as told:
        made(duck).statement(*QUARTER, **asked)
    assert any("segment" in way for way in told.value.ways)


@pytest.mark.parametrize(
    "text", ["segment", "segment = ", "= Large", "segment = Large or x = 1", "segment in ()"]
)
def test_what_is_no_condition_is_refused_with_an_example(duck, text):
    with pytest.raises(KeepwellError, match="is no condition on accounts") as told:
        made(duck).statement(*QUARTER, where=text)
    assert any("country in (DE, AT)" in way for way in told.value.ways)


def test_an_unknown_line_or_definition_is_answered_with_near_names(duck):
    with pytest.raises(KeepwellError, match="no line “chrned”") as told:
        made(duck).statement(*QUARTER).list("chrned")
    assert any("churned" in way for way in told.value.ways)
    with pytest.raises(KeepwellError, match="no definition “baremetric”") as told:
        definition_named("baremetric")
    assert any("baremetrics" in way for way in told.value.ways)


def test_an_unknown_policy_value_is_refused(duck):
    with pytest.raises(KeepwellError, match="churn_dated is one of"):
        made(duck, policies={"churn_dated": "whenever"})


def test_without_events_there_is_no_retention_of_use(duck):
    with pytest.raises(KeepwellError, match="no events"):
        made(duck).events_retention(return_kind="used")


def test_a_frame_of_pandas_may_hold_its_days_as_timestamps(duck):
    frame = pd.DataFrame({**SUBSCRIPTIONS})
    frame["started_on"] = pd.to_datetime(frame["started_on"])
    frame["ended_on"] = pd.to_datetime(frame["ended_on"])
    found = made(duck, subscriptions=frame).statement(*QUARTER)
    assert found.accounts == made(duck).statement(*QUARTER).accounts


def test_days_may_be_text_and_what_is_no_day_is_said(duck):
    rows = {"account_id": ["a"], "started_on": ["2026-01-31"], "mrr": [10.0], "currency": ["EUR"]}
    company = kw.company(subscriptions=pl.DataFrame(rows), covered="2026-06-01")
    assert company.statement("2026-01-01", "2026-03-01").accounts.new == 1
    with pytest.raises(kw.BadInput, match="no day: started_on"):
        kw.company(subscriptions=pl.DataFrame({**rows, "started_on": ["31.01.2026"]}), covered="2026-06-01")
    with pytest.raises(kw.BadInput, match="are text"):
        kw.company(subscriptions=pl.DataFrame({**rows, "mrr": ["10"]}), covered="2026-06-01")
