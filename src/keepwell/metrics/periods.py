"""Periods as people name them: 2026, 2026-Q3, 2026-07, and the last one that is finished."""

import re
from datetime import date

from keepwell.lib.days import Grain, Period, add_months
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

_NAME = re.compile(
    r"(?P<fiscal>FY)?(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.I
)


def period_named(name: str, *, fiscal_start: int = 1) -> Period:
    """The period of a name: 2026, 2026-Q3, 2026-07, and FY2026 or FY2026-Q3 for fiscal years.

    A fiscal year is named by the calendar year in which it begins; `fiscal_start` is its first month.
    Raises KeepwellError where the name is none of these.

    >>> period_named("2026-Q3")
    Period(start=datetime.date(2026, 7, 1), end=datetime.date(2026, 10, 1))
    """
    found = _NAME.fullmatch(name.strip())
    if found is None or (found["fiscal"] and found["month"]) or not 1 <= int(found["year"]) <= 9998:
        raise KeepwellError(
            _("“{name}” is not the name of a period.").format(name=name),
            ways=[
                _("Write a year, a quarter or a month: 2026, 2026-Q3, 2026-07; fiscal: FY2026, FY2026-Q3."),
                _("Or give its days: --from 2026-01-01 --to 2026-04-01 (the last day is not in it)."),
            ],
        )
    start = date(int(found["year"]), fiscal_start if found["fiscal"] else 1, 1)
    grain = Grain.YEAR
    if found["quarter"]:
        grain, start = Grain.QUARTER, add_months(start, 3 * (int(found["quarter"]) - 1))
    elif found["month"]:
        grain, start = Grain.MONTH, add_months(start, int(found["month"]) - 1)
    return Period(start, add_months(start, grain.months))


def name_of(start: date, end: date) -> str:
    """The name people give a period (2026, 2026-Q3, 2026-07), or its days where it has none."""
    for grain in Grain:
        if (
            start.day == 1
            and end == add_months(start, grain.months)
            and (start.month - 1) % grain.months == 0
        ):
            quarter = f"-Q{(start.month + 2) // 3}"
            return {
                Grain.MONTH: f"{start:%Y-%m}",
                Grain.QUARTER: f"{start:%Y}{quarter}",
                Grain.YEAR: f"{start:%Y}",
            }[grain]
    return f"{start} – {end}"


def last_finished(grain: Grain, covered: date, *, fiscal_start: int = 1) -> Period:
    """The last whole period of `grain` all of whose days lie before `covered`."""
    shift = (fiscal_start - 1) % grain.months
    back = (covered.month - 1 - shift) % grain.months
    end = add_months(covered.replace(day=1), -back)
    return Period(add_months(end, -grain.months), end)
