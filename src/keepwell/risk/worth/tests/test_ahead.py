"""What accounts have ahead of them, from how long others stayed."""

from collections import Counter

import numpy as np
import pytest

from keepwell.lib.errors import KeepwellError
from keepwell.metrics.curves import MONTH, curve_of
from keepwell.metrics.curves import Life as Lives
from keepwell.risk.worth.ahead import Life, lives, months_ahead

USUAL = {"months": 24.0, "discount": 0.0, "saved_life": 1.0}


def halving(days=365, people=4096, ends=3):
    """Accounts of which every year a half leaves, watched for `ends` years."""
    left, here = Counter(), people
    for year in range(1, ends + 1):
        left[year * days] += here // 2
        here -= here // 2
    return Lives(Counter({-1: people}), left, Counter({ends * days + 1: here}))


def steady(rate, days):
    return Life(np.exp(-rate * np.arange(days + 1)), rate)


def test_where_nobody_leaves_every_month_ahead_counts():
    ahead = months_ahead(Life(np.ones(2000), 0.0), np.array([0, 500]), **USUAL)
    assert ahead.months == pytest.approx([24, 24])
    assert ahead.beyond == pytest.approx([0, 0])


def test_later_months_are_worth_less():
    ahead = months_ahead(Life(np.ones(2000), 0.0), np.array([0]), months=12.0, discount=0.1, saved_life=1.0)
    assert ahead.months[0] == pytest.approx(sum(1.1 ** (-m / 12) for m in range(12)))


def test_only_the_life_beyond_the_age_reached_counts():
    """Half leave at the age of a year: whoever has passed it has no such day ahead."""
    life = Life(np.where(np.arange(2000) < 365, 1.0, 0.5), 0.0)
    young, old = months_ahead(life, np.array([0, 400]), **USUAL).months
    assert old == pytest.approx(24)
    assert young == pytest.approx(12 + 0.5 * 12)


def test_a_saved_account_leaves_faster_than_others():
    rate = 0.002
    life = steady(rate, 2000)
    usual = months_ahead(life, np.array([10]), months=120, discount=0.0, saved_life=1.0).months[0]
    saved = months_ahead(life, np.array([10]), months=120, discount=0.0, saved_life=0.5).months[0]
    assert usual == pytest.approx(1 / (1 - np.exp(-rate * MONTH)), rel=0.01)
    assert saved == pytest.approx(1 / (1 - np.exp(-2 * rate * MONTH)), rel=0.01)


def test_beyond_what_was_seen_leaving_goes_on_as_in_the_last_year_and_is_marked():
    rate = 0.001
    short, long = steady(rate, 400), steady(rate, 4000)
    ages = np.array([100, 380, 900])
    seen = months_ahead(long, ages, **USUAL)
    guessed = months_ahead(short, ages, **USUAL)
    assert guessed.months == pytest.approx(seen.months, rel=0.002)
    assert seen.beyond == pytest.approx([0, 0, 0])
    assert 0 < guessed.beyond[0] < guessed.beyond[1] < guessed.beyond[2] == 1


def test_a_life_is_read_from_the_survival_curve():
    life = Life.of(curve_of(halving()))
    assert life.last == 3 * 365 + 1
    assert life.staying(np.array([0, 100, 370]), 365.0) == pytest.approx([0.5, 0.5, 0.5])
    assert life.tail == pytest.approx(np.log(2) / 365, rel=0.01)


def test_groups_with_too_little_history_borrow_the_companys_life():
    whole = curve_of(halving())
    groups = (curve_of(halving(), group="Large"), curve_of(halving(people=16), group="Small"))
    assert set(lives(groups, whole)) == {"", "Large"}


def test_without_enough_history_there_is_no_value_ahead():
    with pytest.raises(KeepwellError, match="not enough history"):
        lives((), curve_of(halving(people=16)))
