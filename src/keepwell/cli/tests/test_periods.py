from datetime import date

import pytest

from keepwell.cli.periods import asked_period, held_back
from keepwell.ledger.policies import Policies
from keepwell.lib.days import Grain, Period
from keepwell.lib.errors import KeepwellError
from keepwell.metrics.periods import last_finished, name_of, period_named


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("FY2026", date(2026, 4, 1), date(2027, 4, 1)),
        ("fy2026-q4", date(2027, 1, 1), date(2027, 4, 1)),
    ],
)
def test_a_period_has_the_name_people_give_it(name: str, start: date, end: date) -> None:
    assert period_named(name, fiscal_start=4) == Period(start, end)


@pytest.mark.parametrize("name", ["", "2026-Q5", "2026-13", "FY2026-04", "Q3", "0000", "9999"])
def test_what_is_no_period_is_refused_with_the_ways_out(name: str) -> None:
    with pytest.raises(KeepwellError) as error:
        period_named(name)
    assert error.value.ways


def test_a_period_asked_for_twice_or_by_one_end_is_refused() -> None:
    with pytest.raises(KeepwellError):
        asked_period("2026-01-01", "", "2026")
    with pytest.raises(KeepwellError):
        asked_period("2026-01-01", "", "")
    assert asked_period("", "", "") is None


def test_the_last_finished_quarter_ends_on_the_covered_day_or_before() -> None:
    assert last_finished(Grain.QUARTER, date(2026, 7, 1)) == period_named("2026-Q2")
    assert last_finished(Grain.QUARTER, date(2026, 9, 30)) == period_named("2026-Q2")
    assert last_finished(Grain.YEAR, date(2026, 9, 30), fiscal_start=10) == Period(
        date(2024, 10, 1), date(2025, 10, 1)
    )
    assert last_finished(Grain.MONTH, date(2026, 3, 1)) == period_named("2026-02")


@pytest.mark.parametrize("name", ["2026", "2026-Q3", "2026-07", "2026-12"])
def test_a_period_is_called_as_it_was_asked_for(name: str) -> None:
    period = period_named(name)
    assert name_of(period.start, period.end) == name


def test_a_period_without_a_name_is_called_by_its_days() -> None:
    assert name_of(date(2026, 4, 2), date(2026, 7, 2)) == "2026-04-02 – 2026-07-02"
    assert name_of(date(2026, 2, 1), date(2026, 5, 1)) == "2026-02-01 – 2026-05-01"


def test_of_an_unfinished_period_the_source_that_holds_it_back_is_named() -> None:
    covered = {
        "subscriptions": {"billing": date(2026, 4, 1), "files": date(2026, 3, 15)},
        "purchases": {"shop": date(2026, 3, 20)},
        "tickets": {"desk": date(2026, 1, 1)},
    }
    measured, whole = Policies().measured, Period(date(2026, 1, 1), date(2026, 4, 1))
    waits, others = held_back(whole, covered, measured)
    assert "subscriptions from “files” are complete up to 2026-03-15" in waits
    assert others.endswith("purchases “shop” 2026-03-20, subscriptions “billing” 2026-04-01")
    assert held_back(Period(date(2026, 1, 1), date(2026, 3, 1)), covered, measured) == []
    assert len(held_back(whole, {"purchases": covered["purchases"]}, measured)) == 1


def test_where_an_unpaid_invoice_ends_what_is_paid_a_period_waits_for_the_invoices_too() -> None:
    covered = {"subscriptions": {"billing": date(2026, 4, 1)}, "invoices": {"desk": date(2026, 2, 1)}}
    period = Period(date(2026, 1, 1), date(2026, 4, 1))
    assert held_back(period, covered, Policies().measured) == []
    assert "invoices from “desk”" in held_back(period, covered, Policies(past_due_days=30).measured)[0]
