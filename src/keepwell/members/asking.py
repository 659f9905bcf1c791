"""What an address asks for, read: what cannot be is not asked for."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date

YEARS = range(1900, 2200)  # beyond them a moment cannot be told in every zone


def one_of(said: str, known: Iterable[str]) -> str:
    """What was said where it is known; else "" for all."""
    return said if said in known else ""


def number_of(said: str) -> int:
    """The number of a row that was said; 0, which no row has, where it can be none."""
    return int(said) if said.isdecimal() and len(said) < 18 else 0


def day_of(said: str) -> date | None:
    """The day that was said, if it is one."""
    try:
        day = parse_date(said)
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def begin_of(day: date | None) -> datetime | None:
    """The moment a day begins by the reader's clock."""
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def end_of(day: date | None) -> datetime | None:
    """The moment the day after it begins."""
    return begin_of(day + timedelta(days=1)) if day else None
