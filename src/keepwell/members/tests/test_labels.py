"""What choices, days and numbers are called is worked out once, and in each reader's language."""

from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format, number_format

from keepwell.lib.days import first_of_month, month_number
from keepwell.members.labels import day_said, labels, whole_said
from keepwell.members.models import Role, Team
from keepwell.members.speaking import spoken_in
from keepwell.metrics.charts import numbers

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_and_numbers_are_said_as_django_says_them(language: str) -> None:
    with translation.override(language):
        for form in ("DATE_FORMAT", "SHORT_DATE_FORMAT"):
            assert day_said(date(2026, 3, 5), form) == date_format(date(2026, 3, 5), form)
        for number in (0, 999, 1000, 12345, 1234567, 100_000_000):
            assert whole_said(number) == number_format(number, use_l10n=True, force_grouping=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_and_months_are_said_on_every_screen_as_in_charts_and_papers(language: str) -> None:
    with spoken_in(language):
        for month in range(1, 13):
            day = date(2026, month, 5)
            assert day_said(day) == numbers.day(day)
            assert date_format(day, "YEAR_MONTH_FORMAT") == numbers.period(
                day.replace(day=1), first_of_month(month_number(day) + 1)
            )
            moment = datetime(2026, month, 5, 20, 30, tzinfo=UTC)
            assert date_format(moment, "DATETIME_FORMAT").startswith(numbers.day(day))


def test_a_choice_is_called_as_whoever_reads_calls_it() -> None:
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = labels(Role)[Role.MEMBER]
            assert labels(Team.Kind) == {value: str(label) for value, label in Team.Kind.choices}
    assert len(set(said.values())) == len(LANGUAGES)
