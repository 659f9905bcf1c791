"""Members' clocks."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from keepwell.book.book import Book
from keepwell.lib.errors import KeepwellError


def company_zone() -> str:
    """The name of the time zone by which the company's book begins a day; UTC where there is no book yet."""
    try:
        return Book.open(settings.HOME).settings.time_zone
    except KeepwellError:
        return "UTC"


def zone_of(name: str) -> tzinfo:
    """A member's time zone; UTC where it is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
