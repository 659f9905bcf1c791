"""Django's filter `date`, in its place in every template: a list says the same days again and again."""

from collections.abc import Callable
from datetime import date as Day
from datetime import datetime, tzinfo
from datetime import time as Hour
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import date as as_django_says
from django.utils.formats import get_format, time_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from keepwell.members.labels import day_in

register = template.Library()
_KEPT = frozenset({"DATE_FORMAT", "SHORT_DATE_FORMAT"})  # those that say nothing of the hour
_HOURS = ("P", "H:i")  # forms of an hour that say no more than its minute
FORMS = _KEPT | {"DATETIME_FORMAT", "c"}


@register.filter
def date(value: Any, form: str | None = None) -> Any:
    """A day or moment in the reader's form, kept for the days that are said often; `c` is the machine's form."""
    if form in FORMS:
        return saying(form, get_language())(value, get_current_timezone())
    return as_django_says(_here(value, get_current_timezone()), form)


@lru_cache(256)
def saying(form: str, language: str | None) -> Callable[[Any, tzinfo], Any]:
    """What says days in one of FORMS and in one language, told where the reader is."""
    hour = _hour_after(form, language)

    def said(value: Any, zone: tzinfo) -> Any:
        at = _here(value, zone)
        if not isinstance(at, Day):
            return as_django_says(at, form)
        if form == "c":
            return at.isoformat()
        if form in _KEPT:
            return day_in(at.date() if isinstance(at, datetime) else at, form, language)
        if hour is None or not isinstance(at, datetime):
            return as_django_says(at, form)
        return f"{day_in(at.date(), 'DATE_FORMAT', language)}{hour}{_hour(at.hour, at.minute, language)}"

    return said


def _here(value: Any, zone: tzinfo) -> Any:
    """A moment as the reader's clock has it."""
    return value.astimezone(zone) if isinstance(value, datetime) and value.tzinfo is not None else value


def _hour_after(form: str, language: str | None) -> str | None:
    """What stands between day and hour, where a moment is said as these two; None where it is not."""
    whole, day, hour = (get_format(f"{one}_FORMAT", language) for one in ("DATETIME", "DATE", "TIME"))
    between = whole.removeprefix(day).removesuffix(hour)
    alike = f"{day}{between}{hour}" == whole and not between.strip(" ,") and hour in _HOURS
    return between if alike and form == "DATETIME_FORMAT" else None


@lru_cache(1440 * 2)
def _hour(hour: int, minute: int, _language: str | None) -> str:
    return str(time_format(Hour(hour, minute)))
