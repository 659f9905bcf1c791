"""Numbers, money and days read as people write them."""

import pytest

from keepwell.lib.amounts import money, short_money, whole_money
from keepwell.lib.text import speaking
from keepwell.metrics.charts import numbers


@pytest.mark.parametrize(
    ("share", "said"), [(0.0487, "4.9%"), (0, "0.0%"), (-0.01, "−1.0%"), (1.234, "123.4%"), (None, "no base")]
)
def test_a_share_is_said_in_per_cent_and_one_without_base_says_so(share, said):
    assert numbers.percent(share) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("51300.00", "EUR", "€51,300"),
        ("51300.50", "EUR", "€51,300.50"),
        ("-12.40", "USD", "−$12.40"),
        ("1200", "JPY", "¥1,200"),
        ("1200.00", "HUF", "HUF\N{NO-BREAK SPACE}1,200"),
        (None, "EUR", "–"),
    ],
)
def test_money_carries_its_currency(amount, currency, said):
    assert numbers.money(amount, currency) == said


@pytest.mark.parametrize(
    ("language", "said", "short", "code"),
    [
        ("en", "−€51,300.50", "€1.2M", "HUF\u00a01,200"),
        ("zh_Hans", "−€51,300.50", "€1.2M", "HUF\u00a01,200"),
        ("hu", "−51\u00a0300,50\u00a0€", "1,2M\u00a0€", "1\u00a0200\u00a0HUF"),
        ("pl", "−51\u00a0300,50\u00a0€", "1,2M\u00a0€", "1\u00a0200\u00a0HUF"),
    ],
)
def test_money_stands_as_the_readers_language_writes_it(language, said, short, code):
    with speaking(language):
        assert money("-51300.50", "EUR") == said
        assert short_money("1234567", "EUR") == short
        assert money("1200", "HUF") == code


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (5_130_049, "EUR", "€51,300"),
        (-50, "EUR", "€0"),
        (-151, "EUR", "−€2"),
        (1200, "JPY", "¥1,200"),
        (100, "", "1"),
    ],
)
def test_in_lists_money_is_said_in_whole_units(minor, currency, said):
    assert whole_money(minor, currency) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("827400", "€827.4k"),
        ("1234567", "€1.2M"),
        ("2500000000", "€2.5B"),
        ("950", "€950"),
        ("0", "€0"),
        ("9.5", "€9.5"),
    ],
)
def test_money_in_little_room_is_short(amount, said):
    assert numbers.short_money(amount, "EUR") == said


def test_a_gain_and_a_loss_have_their_signs():
    assert numbers.short_money("31000", "EUR", signed=True) == "+€31k"
    assert numbers.short_money("-31000", "EUR", signed=True) == "−€31k"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-01-01", "2026-02-01", "Jan 2026"),
        ("2026-07-01", "2026-10-01", "Q3 2026"),
        ("2026-01-01", "2027-01-01", "2026"),
        ("2026-01-15", "2026-02-10", "15 Jan 2026 to 9 Feb 2026"),
        ("2026-02-01", "2026-05-01", "1 Feb 2026 to 30 Apr 2026"),
    ],
)
def test_a_period_is_called_by_its_shortest_name_and_its_last_day_is_in_it(start, end, said):
    assert numbers.period(start, end) == said


def test_a_cohort_is_called_by_its_period_or_keeps_its_own_name():
    assert numbers.cohort("2025-04-01") == "Apr 2025"
    assert numbers.cohort("2025-04-01", "quarter") == "Q2 2025"
    assert numbers.cohort("2025-01-01", "year") == "2025"
    assert numbers.cohort("Enterprise") == "Enterprise"
    assert numbers.cohort("") == "(none)"
