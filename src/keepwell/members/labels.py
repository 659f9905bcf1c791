"""What choices, days and numbers are called, each worked out once a language: lists say them row by row."""

from datetime import date
from functools import cache, lru_cache

from django.db.models.enums import Choices
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language


def labels(kind: type[Choices]) -> dict[str, str]:
    """What each value is called in the reader's language."""
    return _labels(kind, get_language())


def day_said(day: date, form: str = "DATE_FORMAT") -> str:
    """A day as the reader writes it."""
    return day_in(day, form, get_language())


def whole_said(number: int) -> str:
    """A whole number as the reader writes it, its thousands apart."""
    apart = _thousands(get_language())
    return (
        str(number_format(number, force_grouping=True))
        if apart is None
        else f"{number:,}".replace(",", apart)
    )


@cache
def _labels(kind: type[Choices], _language: str | None) -> dict[str, str]:
    return {value: str(label) for value, label in kind.choices}


@lru_cache(4096)
def day_in(day: date, form: str, _language: str | None) -> str:
    """The same in the language of a reader who is known: the one that is spoken now."""
    return str(date_format(day, form))


@cache
def _thousands(_language: str | None) -> str | None:
    """What stands between thousands; None in a language that groups otherwise."""
    return str(get_format("THOUSAND_SEPARATOR")) if get_format("NUMBER_GROUPING") == 3 else None
