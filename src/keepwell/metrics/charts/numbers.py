"""Numbers, money and days as people write them."""

from datetime import date, timedelta
from typing import Any

from keepwell.lib.amounts import MINUS, money, short_money, written
from keepwell.lib.text import gettext as _

__all__ = [
    "MINUS",
    "cohort",
    "count",
    "day",
    "decimal",
    "is_period",
    "money",
    "month_name",
    "percent",
    "period",
    "points",
    "short_money",
    "times",
    "written",
]


def decimal(value: Any, decimals: int = 0) -> str:
    """A number with so many decimals; None is a dash."""
    return "–" if value is None else written(f"{float(value):,.{decimals}f}").replace("-", MINUS)


def count(n: Any) -> str:
    """A whole number with its thousands apart: 12,345. None is a dash."""
    return "–" if n is None else written(f"{int(n):,}").replace("-", MINUS)


def percent(share: Any, decimals: int = 1) -> str:
    """A share as per cent: 0.0487 is 4.9%. None, a ratio without a base, says so."""
    if share is None:
        return _("no base")
    return written(f"{float(share) * 100:,.{decimals}f}%").replace("-", MINUS)


def points(difference: float, decimals: int = 1) -> str:
    """A difference of two shares in percentage points, signed: +0.8 pt."""
    said = f"{abs(difference) * 100:.{decimals}f}"
    sign = "" if float(said) == 0 else ("+" if difference > 0 else MINUS)
    return _("{sign}{points} pt").format(sign=sign, points=written(said))


def times(ratio: Any) -> str:
    """A plain ratio with two decimals: 1.42. None says that it has no base."""
    return _("no base") if ratio is None else written(f"{float(ratio):,.2f}").replace("-", MINUS)


def month_name(n: int) -> str:
    """The short name of a month, 1 to 12."""
    return [
        _("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"),
        _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"),
    ][n - 1]  # fmt: skip


def day(value: Any) -> str:
    """A day as people write it: 31 Mar 2026. What is no day is given back as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    if not isinstance(value, date):
        return "–" if value is None else str(value)
    return _("{day} {month} {year}").format(day=value.day, month=month_name(value.month), year=value.year)


def period(start: Any, end: Any) -> str:
    """The shortest name of [start, end): March 2026 is Mar 2026, a quarter Q1 2026, else both days."""
    first, out = date.fromisoformat(str(start)[:10]), date.fromisoformat(str(end)[:10])
    months = (out.year - first.year) * 12 + out.month - first.month
    if first.day == out.day == 1:
        if months == 1:
            return _("{month} {year}").format(month=month_name(first.month), year=first.year)
        if months == 3 and first.month % 3 == 1:
            return _("Q{quarter} {year}").format(quarter=first.month // 3 + 1, year=first.year)
        if months == 12 and first.month == 1:
            return str(first.year)
    return _("{first} to {last}").format(first=day(first), last=day(out - timedelta(days=1)))


def is_period(name: Any) -> bool:
    """Whether a cohort is named by the first day, or the month, of a calendar period."""
    parts = str(name).split("-")
    return len(parts) in (2, 3) and len(parts[0]) == 4 and all(p.isdigit() for p in parts)


def cohort(name: Any, grain: str = "month") -> str:
    """A cohort's name on an axis: 2025-04-01 is Apr 2025, by quarter Q2 2025; a segment keeps its own."""
    if not is_period(name):
        return str(name) or _("(none)")
    year, month = (int(part) for part in str(name).split("-")[:2])
    if grain == "quarter" and month % 3 == 1:
        return _("Q{quarter} {year}").format(quarter=month // 3 + 1, year=year)
    if grain == "year" and month == 1:
        return str(year)
    return _("{month} {year}").format(month=month_name(month), year=year)
