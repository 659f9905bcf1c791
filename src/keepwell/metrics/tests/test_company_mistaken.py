"""What a person gets wrong in Python is told in words, with what may be meant."""

from datetime import date

import pandas as pd
import polars as pl
import pytest

import keepwell as kw

ROWS = {
    "customer_id": ["a", "b"],
    "Start Date": [date(2026, 1, 1), date(2026, 1, 1)],
    "End": [None, date(2026, 3, 1)],
    "mrr": [10.0, 20.0],
    "Währung": ["EUR", "EUR"],
}
EVENTS = {
    "customer_id": ["a", "a"],
    "timestamp": [pd.Timestamp("2026-01-01T05:00"), pd.Timestamp("2026-01-03")],
    "event_type": ["signup", "login"],
}


@pytest.fixture(scope="module")
def company():
    with kw.company(
        subscriptions=pl.DataFrame(ROWS), events=pl.DataFrame(EVENTS), covered="2026-06-01"
    ) as made:
        yield made


def test_a_frame_may_name_its_columns_as_a_file_may(company):
    found = company.statement("2026-02-01", "2026-06-01")
    assert (found.accounts.opening, found.accounts.churned) == (2, 1)
    assert company.events_retention(start_kind="signup", days=3).to_dict()[0]["size"] == 1


def test_a_price_beside_a_quantity_is_not_taken_for_the_amount():
    rows = {"customer": ["a"], "date": ["2026-01-01"], "price": [5], "quantity": [2]}
    with pytest.raises(kw.BadInput, match="lacks the column amount"):
        kw.company(purchases=pl.DataFrame(rows), reporting_currency="EUR")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"subscripitons": pl.DataFrame(ROWS)}, "Did you mean subscriptions"),
        ({"subscriptions": [{"account_id": "a"}]}, "must be a dataframe"),
        ({"subscriptions": "subscriptions.csv"}, "must be a dataframe"),
        ({"subscriptions": pl.DataFrame(ROWS), "policies": {"grace": 14}}, "Did you mean grace_days"),
        ({"subscriptions": pl.DataFrame(ROWS), "reporting_currency": "EURO"}, "EUR"),
        ({"subscriptions": pl.DataFrame(ROWS), "fiscal_start": 14}, "1 to 12"),
        ({"subscriptions": pl.DataFrame(ROWS), "engine": "duck"}, "duckdb"),
        ({"subscriptions": pl.DataFrame({**ROWS, "End": ["x", "y"]})}, "no day: ended_on"),
    ],
)
def test_what_no_company_can_be_made_of_is_told(given, told):
    with pytest.raises(kw.KeepwellError, match=told):
        kw.company(**given)


def test_a_frame_without_its_name_is_told_how_to_give_it():
    with pytest.raises(kw.KeepwellError, match="subscriptions=…"):
        kw.company(pl.DataFrame(ROWS))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda c: c.series("week"), "month, quarter, year"),
        (lambda c: c.cohorts("weeks"), "month, quarter, year"),
        (lambda c: c.cohorts(measure="revenue"), "accounts, mrr"),
        (lambda c: c.statement(2026, "2026-06-01"), "A day is a date"),
        (lambda c: c.events_retention(start_kind="sign-up"), "Did you mean signup"),
        (lambda c: c.events_retention(return_kind="used"), "The kinds are: login, signup"),
        (lambda c: c.events_retention(mode="brackts"), "Did you mean brackets"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_with_what_may_be_meant(company, asked, told):
    with pytest.raises(kw.KeepwellError, match=told):
        asked(company)


def test_the_days_of_pandas_are_days(company):
    asked = company.statement(pd.Timestamp("2026-02-01"), pd.Timestamp("2026-06-01"))
    assert asked.accounts == company.statement("2026-02-01", "2026-06-01").accounts


def test_a_long_series_tells_how_long_it_will_be(company):
    told = []
    made = company.series(
        "month", where="kept_by = contract", progress=lambda done, total: told.append((done, total))
    )
    assert told == [(0, len(made))]
    assert len(made) > 1
