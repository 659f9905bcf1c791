"""Every answer shows itself, turns into dataframes, and says how sure it is when asked."""

import re
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import keepwell as kw
from keepwell.metrics import source as source_module
from keepwell.metrics.intervals import bootstrap, wilson
from keepwell.metrics.tabular import money_column


def _rows():
    """Sixty accounts from January on; each tenth leaves in May, each seventh then pays more, each ninth less."""
    for n in range(60):
        account, price = f"a{n:02}", 10 + (n * 7) % 50
        rest = {"account_id": account, "currency": "EUR"}
        end = date(2026, 5, 10) if n % 10 == 0 or n % 7 == 0 or n % 9 == 0 else None
        yield {**rest, "started_on": date(2026, 1, 5), "ended_on": end, "mrr": float(price)}
        if n % 10 and end:
            new = price * 2 if n % 7 == 0 else price / 2
            yield {**rest, "started_on": end, "ended_on": None, "mrr": float(new)}


@pytest.fixture(scope="module")
def company():
    frame = pl.DataFrame(list(_rows()), infer_schema_length=None)
    sizes = pl.DataFrame(
        {"account_id": [f"a{n:02}" for n in range(60)], "size": [("big", "small")[n % 2] for n in range(60)]}
    )
    events = pl.DataFrame(
        {
            "account_id": [f"a{n:02}" for n in range(40) for _day in (1, 4)],
            "kind": ["login"] * 80,
            "occurred_on": [date(2026, 2, day) for _n in range(40) for day in (1, 4)],
        }
    )
    with kw.company(subscriptions=frame, accounts=sizes, events=events, covered="2026-07-01") as found:
        yield found


@pytest.fixture(scope="module")
def quarter(company):
    return company.statement("2026-04-01", "2026-07-01", by="size")


def test_intervals_are_asked_for_and_not_worked_out_before(company):
    fresh = company.statement("2026-04-01", "2026-07-01")
    assert "intervals" not in fresh.to_dict()
    assert "opened" not in fresh.source.__dict__
    assert "intervals" in fresh.to_dict(intervals=True)


def test_a_share_of_accounts_has_wilsons_interval(quarter):
    held = quarter.to_dict(intervals=True)["intervals"]
    assert held["customer_churn"] == pytest.approx(wilson(6, 60))
    assert held["customer_retention"] == pytest.approx(wilson(54, 60))


def test_a_share_of_money_has_the_bootstrap_over_the_accounts_of_the_opening(quarter):
    held = quarter.to_dict(intervals=True)["intervals"]
    accounts = quarter.list("opening")
    opening, closing = (accounts[name].cast("float64").to_numpy() for name in ("opening", "closing"))
    for name, numerator in (
        ("net_revenue_retention", closing),
        ("gross_revenue_retention", np.minimum(opening, closing)),
        ("churned_share_of_revenue", np.where(closing == 0, opening, 0)),
    ):
        low, high = bootstrap(numerator, opening, draws=20_000, seed=9)
        assert held[name] == pytest.approx([low, high], abs=0.01)
        assert held[name][0] < float(quarter.rate(name)) < held[name][1]
    gross, churn = held["gross_revenue_retention"], held["revenue_churn"]
    assert churn == pytest.approx([1 - gross[1], 1 - gross[0]])
    assert not {"quick_ratio", "net_growth"} & held.keys()


def test_the_same_question_has_the_same_intervals_to_the_last_digit(company, quarter):
    again = company.statement("2026-04-01", "2026-07-01", by="size")
    assert again.to_dict(intervals=True) == quarter.to_dict(intervals=True)


def test_a_segment_has_the_intervals_of_its_own_accounts(company, quarter):
    part = quarter.to_dict(intervals=True)["parts"][0]
    alone = company.statement("2026-04-01", "2026-07-01", where="size = big").to_dict(intervals=True)
    assert part["segment"] == "big"
    assert part["intervals"] == alone["intervals"]


def test_a_company_with_too_many_different_accounts_says_why_money_has_no_interval(company, monkeypatch):
    monkeypatch.setattr(source_module, "MOST_ALIKE", 5)
    held = company.statement("2026-04-01", "2026-07-01").to_dict(intervals=True)
    assert set(held["intervals"]) == {"customer_churn", "customer_retention"}
    assert "too many different accounts" in held["intervals_left_out"]


def test_nobody_at_the_opening_is_no_interval(company):
    assert company.statement("2025-01-01", "2025-04-01").to_dict(intervals=True)["intervals"] == {}


def test_a_list_can_be_cut_to_its_largest(quarter):
    whole, cut = quarter.list("opening"), quarter.list("opening", 7)
    assert cut.equals(whole.slice(0, 7))
    assert whole["opening"].to_pylist() == sorted(whole["opening"].to_pylist(), reverse=True)
    changes = [abs(c) for c in quarter.list("expansion")["change"].to_pylist()]
    assert changes == sorted(changes, reverse=True)


def test_money_in_every_table_taken_away_is_in_whole_units_of_its_currency(company, quarter):
    of_line = {row["line"]: row["mrr"] for row in quarter.to_arrow().to_pylist() if row["segment"] is None}
    for line in ("opening", "closing"):
        behind = quarter.list(line)
        assert behind[line].type == pa.decimal128(38, 2)
        assert sum(behind[line].to_pylist()) == of_line[line]
    assert sum(quarter.list("churned").to_pandas()["change"]) == -of_line["churned"]
    cells = company.cohorts("quarter", measure="mrr")
    said = [cell["active"] for cohort in cells.to_dict() for cell in cohort["cells"]]
    assert [str(a) for a in cells.to_arrow()["active"].to_pylist()] == said


@pytest.mark.parametrize(("currency", "told"), [("JPY", "1200"), ("EUR", "12.00"), ("KWD", "1.200")])
def test_money_in_a_table_has_the_decimals_of_its_currency(currency, told):
    assert [None if a is None else str(a) for a in money_column([1200, None], currency).to_pylist()] == [
        told,
        None,
    ]


def test_a_statement_is_a_table_of_its_lines_and_then_of_each_segment(quarter):
    found = quarter.to_polars()
    assert found.columns == ["segment", "line", "accounts", "mrr"]
    whole = found.filter(pl.col("segment").is_null())
    opening = whole.filter(pl.col("line") == "opening").row(0, named=True)
    assert (opening["accounts"], opening["mrr"]) == (60, Decimal(quarter.money(quarter.mrr.opening)))
    parts = found.filter(pl.col("segment").is_not_null())
    assert parts.filter(pl.col("line") == "churned")["accounts"].sum() == 6
    assert list(quarter.to_pandas().columns) == found.columns


def test_a_series_is_a_sequence_and_a_table_of_periods(company):
    series = company.series("month", "2026-03-01", "2026-07-01")
    assert len(series) == 4
    assert series[-1].period.start == date(2026, 6, 1)
    assert [s.period for s in series[1:3]] == [s.period for s in list(series)[1:3]]
    assert series[:] == list(series)
    assert series.to_dict() == [one.to_dict() for one in series]
    table = series.to_arrow()
    assert table["accounts_churned"].to_pylist() == [0, 0, 6, 0]
    assert table["customer_churn"].to_pylist() == pytest.approx([0, 0, 0.1, 0])
    assert company.series("month", "2026-03-01", "2026-05-01", by="size").to_arrow().num_rows == 6


def test_the_other_answers_are_tables_too(company):
    compared = company.definitions("2026-04-01", "2026-07-01").to_polars()
    assert compared["name"][0] == "opening_set"
    assert compared["rate"][0] == pytest.approx(0.1)
    use = company.events_retention(days=5, grain="month").to_arrow()
    assert use.filter(pl.Series(use["age"]).eq(3).to_arrow())["share"].to_pylist() == [1.0]
    assert company.cohorts("quarter").to_polars()["size"][0] == 60
    assert company.survival().to_polars().height > 0
    assert company.cycles().to_arrow().num_rows == 0


def test_every_answer_printed_in_a_console_is_a_small_table(company, quarter):
    series = company.series("month", "2026-03-01", "2026-07-01")
    answers = {
        "Statement of 2026-04-01": quarter,
        "Series of 4 statements": series,
        "Churn by every definition": company.definitions("2026-04-01", "2026-07-01"),
        "Cohorts, share of mrr by month": company.cohorts("month", measure="mrr"),
        "Survival in days": company.survival(by="size"),
        "Retention of use, on": company.events_retention(days=30),
        "Purchase cycles before 2026-07-01": company.cycles(),
    }
    for title, answer in answers.items():
        lines = repr(answer).splitlines()
        assert lines[0].startswith(title)
        assert len(lines) <= 45
        assert max(map(len, lines)) <= 140
    assert "opening" in repr(quarter)
    assert re.search(r"^customer_churn +– +10.0%$", repr(quarter), re.MULTILINE)
    assert re.search(r"^2026-05 .* 6 .* 10.0% ", repr(series), re.MULTILINE)


def test_every_answer_shows_itself_in_a_notebook(company, quarter):
    answers = [
        quarter,
        company.series("month", "2026-03-01", "2026-07-01"),
        company.definitions("2026-04-01", "2026-07-01"),
        company.cohorts("month", measure="mrr"),
        company.survival(by="size"),
        company.events_retention(days=5),
    ]
    for answer in answers:
        shown = answer._repr_html_()
        assert "<svg" in shown
        assert "<table" in shown
    assert "Nobody has bought more than once" in company.cycles()._repr_html_()
