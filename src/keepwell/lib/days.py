"""Days and periods.

Inside frames a day is an integer, the number of days since 1970-01-01, because engines agree on
integers and on little else about dates. In Python it is a `datetime.date`.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from keepwell.lib.errors import KeepwellError

EPOCH = date(1970, 1, 1)
FOREVER = 2**31 - 1  # later than any day that a date can hold
NEVER = -(2**31)  # earlier than any day that a date can hold


def number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def from_number(n: int) -> date:
    """The day `n` days after 1970-01-01."""
    return EPOCH + timedelta(days=n)


def month_number(day: date) -> int:
    """Months from January of year 0: neighbours differ by one, across years too."""
    return day.year * 12 + day.month - 1


def first_of_month(n: int) -> date:
    """The first day of the month with number `n`."""
    return date(n // 12, n % 12 + 1, 1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the month's last day where it has no such day."""
    n = month_number(day) + months
    year, month = n // 12, n % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def parse_day(text: str) -> date:
    """Read a day as people type it on a command line: 2026-01-31.

    Raises KeepwellError where it is not one.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise KeepwellError(
            f"“{text}” is not a day.",
            ways=["Write it as year-month-day, such as 2026-01-31."],
        ) from None


class Grain(StrEnum):
    """How long the periods of a series are."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many calendar months one such period has."""
        return {"month": 1, "quarter": 3, "year": 12}[self.value]


@dataclass(frozen=True, order=True)
class Period:
    """Half-open days: `start` is in, `end` is out.

    >>> Period(date(2026, 1, 1), date(2026, 4, 1)).days
    90
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise KeepwellError(
                "A period must end after it starts.",
                seen=f"from {self.start} to {self.end}",
                ways=[
                    "The first day is in and the last is out: January is --from 2026-01-01 --to 2026-02-01."
                ],
            )

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    def __str__(self) -> str:
        return f"{self.start} to {self.end} (not included)"


def periods(grain: Grain, start: date, end: date, *, fiscal_start: int = 1) -> Iterator[Period]:
    """Every whole period of `grain` that overlaps [start, end), in order.

    `fiscal_start` is the month (1 to 12) with which the company's year begins; quarters follow it.
    """
    shift = (fiscal_start - 1) % grain.months
    n = month_number(start)
    n -= (n - shift) % grain.months
    while first_of_month(n) < end:
        yield Period(first_of_month(n), first_of_month(n + grain.months))
        n += grain.months
