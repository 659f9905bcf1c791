"""What a standing remembers of its nights, and how it is kept."""

from datetime import date, timedelta
from typing import Any

from keepwell.accounts.stood import MONTHS, NIGHTS, Stood, read, together, written

DAY = date(2026, 6, 1)


def night(n: int, **said: Any) -> Stood:
    return Stood((DAY + timedelta(days=n)).isoformat(), **said)


def test_what_was_written_is_read_again() -> None:
    nights = [
        night(
            0, risk=0.2, health="healthy", score=80.0, known=0.9, steps={"use": "healthy", "renewal": "poor"}
        ),
        night(1, health="unknown", known=0.1, steps={"use": "unknown", "renewal": "poor"}),
        night(
            2, risk=0.0, health="poor", score=0.0, known=0.0, worth=0, currency="EUR", steps={"use": "poor"}
        ),
        night(
            3, risk=0.3, health="poor", score=10.0, known=0.7, worth=-5, currency="EUR", steps={"use": "poor"}
        ),
    ]
    assert read(written(nights)) == nights


def test_of_the_steps_only_those_that_turned_are_kept() -> None:
    steps = {"use": "healthy", "renewal": "poor"}
    rows = written([night(n, health="healthy", steps=steps) for n in (0, 1)])
    turned = written([night(0, health="poor", steps=steps), night(1, health="poor", steps={"use": "poor"})])
    assert rows[1] == ["2026-06-02", None, "healthy"]
    assert turned[1][-1] == {"use": "poor", "renewal": None}


def test_a_night_that_said_nothing_says_nothing() -> None:
    assert written([night(0)]) == [["2026-06-01"]]
    assert read([["2026-06-01"]]) == [Stood("2026-06-01")]


def test_nights_of_which_the_risk_alone_was_kept_are_read_as_such() -> None:
    past = [["2026-05-30", 0.1], ["2026-05-31", 0.2]]
    history = [["2026-05-31", 0.2, "poor", 30.0, 0.9]]
    assert read(history, past) == [
        Stood("2026-05-30", 0.1),
        Stood("2026-05-31", 0.2, "poor", 30.0, 0.9),
    ]


def test_the_last_nights_are_remembered_and_of_the_months_before_the_first() -> None:
    kept = read(written([night(n, risk=0.1, health="poor", steps={"use": str(n % 7)}) for n in range(2000)]))
    days = [one.day for one in kept]
    assert len(days) == NIGHTS + MONTHS
    assert days[-NIGHTS:] == [night(n).day for n in range(2000 - NIGHTS, 2000)]
    assert all(day.endswith("-01") for day in days[:MONTHS])
    assert days == sorted(days)
    place = {night(n).day: n for n in range(2000)}
    assert all(one.steps == {"use": str(place[one.day] % 7)} for one in kept), (
        "whatever nights are let go between"
    )


def test_what_was_said_at_the_time_stands_before_what_is_looked_back_at() -> None:
    said = [night(0, risk=0.1), night(2, risk=0.2)]
    back = [night(-30, risk=0.4, looked_back=True), night(0, risk=0.9, looked_back=True)]
    assert together(said, back) == [back[0], *said]
    again = [night(-30, risk=0.5, looked_back=True)]
    assert together(together(said, back), again) == [again[0], *said]
