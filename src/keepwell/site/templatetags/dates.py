"""Django's filter `date`, in its place in every template: a list says the same days again and again."""

from datetime import date as Day
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import date as as_django_says
from django.utils.formats import date_format
from django.utils.translation import get_language

register = template.Library()
_KEPT = frozenset({"DATE_FORMAT", "SHORT_DATE_FORMAT"})  # those that say nothing of the hour


@register.filter(expects_localtime=True)
def date(value: Any, form: str | None = None) -> Any:
    """A day or moment in the reader's form, kept for the days that are said often; `c` is the machine's form."""
    if form == "c" and isinstance(value, Day):
        return value.isoformat()
    if form in _KEPT and isinstance(value, Day):
        return _said(value.date() if isinstance(value, datetime) else value, form, get_language())
    return as_django_says(value, form)


@lru_cache(4096)
def _said(day: Day, form: str, _language: str | None) -> str:
    return str(date_format(day, form))
