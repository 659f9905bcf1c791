"""What an address asks for: periods, and the addresses of those beside them."""

from datetime import date

import pytest

from keepwell.lib.days import Grain, Period
from keepwell.retention.asking import Asked, asked, asked_of, offered
from keepwell.retention.cut import Cut

CUT = Cut("cut", 1, date(2026, 10, 1), 1)
Q3 = Period(date(2026, 7, 1), date(2026, 10, 1))
DAYS = {"from": "2026-03-05", "to": "2026-04-02"}


def test_without_a_word_it_is_the_last_finished_quarter() -> None:
    assert asked({}, CUT).period == Q3
    assert asked({}, Cut("cut", 1, date(2026, 9, 30), 1)).name == "2026-Q2"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"period": "2026-Q1"}, "2026-Q1"),
        ({"period": "2026-Q1", "was": "2026-Q1", **DAYS}, ""),
        ({"period": "2026-Q1", "was": "2025", **DAYS}, "2026-Q1"),
        ({"period": "2026-Q1", "was": "", **DAYS}, "2026-Q1"),
        ({"period": "", "was": "", **DAYS}, ""),
    ],
)
def test_a_period_chosen_anew_goes_before_the_days_that_stood_there(given: dict[str, str], name: str) -> None:
    assert asked(given, CUT).name == name


def test_before_and_after_a_period_are_as_long_as_it_is() -> None:
    said = asked({"period": "2026-01"}, CUT)
    assert (said.moved(-1).name, said.moved(1).name) == ("2025-12", "2026-02")
    days = asked(DAYS, CUT)
    assert days.moved(1).period == Period(date(2026, 4, 2), date(2026, 4, 30))
    assert days.moved(1).moved(-1) == days


def test_an_address_leads_back_to_what_was_asked() -> None:
    said = Asked(Q3, Grain.MONTH, by="segment", where="country = DE")
    assert said.query(line="churned") == "period=2026-Q3&by=segment&where=country+%3D+DE&line=churned"
    assert "from=2026-03-05" in asked(DAYS, CUT).query()


def test_the_same_condition_is_the_same_question_however_it_is_typed() -> None:
    one, other = (Asked(Q3, Grain.MONTH, where=text) for text in ("country=DE", "country  =  'DE'"))
    assert one.params("where") == other.params("where")


def test_a_picker_offers_the_running_period_where_days_of_it_are_covered() -> None:
    running = dict(offered(Cut("cut", 1, date(2026, 10, 15), 1)))
    assert running[Grain.MONTH][0].start == date(2026, 10, 1)
    assert dict(offered(CUT))[Grain.MONTH][0].start == date(2026, 9, 1)


def test_a_series_looks_back_three_years_of_months() -> None:
    assert asked_of("series", {}, CUT).period == Period(date(2023, 10, 1), date(2026, 10, 1))
