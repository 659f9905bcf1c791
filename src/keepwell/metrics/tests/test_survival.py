"""Survival agrees with published results, with lifelines, and with following every account day by day."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_leukemia, load_waltons
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import median_survival_times, restricted_mean_survival_time

from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.metrics.curves import Life, curve_of, log_rank
from keepwell.metrics.survival import survival
from keepwell.metrics.tests.histories import (
    FIRST,
    LENGTH,
    balance,
    first_spell,
    histories,
    paying_days,
    random_history,
    rows_of,
)

RATES = {"USD": Rate.of("USD", Decimal("0.91237"), "EUR"), "JPY": Rate.of("JPY", Decimal("0.00613"), "EUR")}


def life_of(ages, left, entered=None) -> Life:
    entered = [-1] * len(ages) if entered is None else entered
    pairs = [(int(a), bool(e)) for a, e in zip(ages, left, strict=True)]
    return Life(Counter(entered), Counter(a for a, e in pairs if e), Counter(a for a, e in pairs if not e))


def at(curve, day):
    return [p for p in curve.points if p.day <= day][-1]


def test_the_leukemia_trial_of_1963_comes_out_as_published():
    # Freireich and others, Blood 21 (1963); Kaplan-Meier and log-rank as in Kleinbaum and Klein, chapter 2.
    data = load_leukemia()
    drug, placebo = (data[data.Rx == rx] for rx in (0, 1))
    lives = [life_of(g.t, g.status) for g in (drug, placebo)]
    treated = curve_of(lives[0])
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {t: round(at(treated, t).survival, 3) for t in published} == published
    assert (treated.median, curve_of(lives[1]).median) == (23, 8)
    test = log_rank(lives)
    assert test.statistic == pytest.approx(16.79, abs=0.005)
    assert test.degrees == 1
    assert test.p_value == pytest.approx(4.17e-5, rel=0.01)


def agrees_with_lifelines(ages, left, entered=None):
    late = None if entered is None else [max(e, 0) for e in entered]
    theirs = KaplanMeierFitter().fit(ages, left, entry=late)
    ours = curve_of(life_of(ages, left, entered))
    interval = theirs.confidence_interval_survival_function_
    for point in ours.points:
        if point.day == 0:
            continue
        assert point.survival == pytest.approx(float(theirs.predict(point.day)), abs=1e-9)
        low, high = interval[interval.index <= point.day].iloc[-1]
        if point.low is not None and not np.isnan(low):
            assert (point.low, point.high) == pytest.approx((low, high), abs=1e-9)
        table = theirs.event_table
        if point.day in table.index and not late:  # their table counts those who enter that day
            assert point.at_risk == table.loc[point.day, "at_risk"]
    median = theirs.median_survival_time_
    assert ours.median == (None if np.isinf(median) else median)
    return theirs, ours


def test_the_curves_of_waltons_flies_agree_with_lifelines():
    data = load_waltons()
    for _name, group in data.groupby("group"):
        theirs, ours = agrees_with_lifelines(group["T"].astype(int), group["E"])
        low, high = median_survival_times(theirs.confidence_interval_survival_function_).iloc[0]
        assert ours.median_interval == (low, high)
        if ours.mean_up_to:
            expected = restricted_mean_survival_time(theirs, t=ours.mean_up_to)
            assert ours.mean_life == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("late", [False, True])
def test_random_lives_with_ties_and_late_entry_agree_with_lifelines(late):
    for seed in range(12):
        chance = np.random.default_rng(seed)
        entered = chance.integers(1, 15, 80) if late else None
        start = entered if late else np.zeros(80, int)
        ages, left = start + chance.integers(1, 25, 80), chance.random(80) < 0.6
        if late:  # lifelines cannot do with nobody at risk in between
            entered[:30], ages[:30] = -1, chance.integers(20, 40, 30)
        agrees_with_lifelines(ages, left, entered)


def test_the_log_rank_test_of_several_groups_agrees_with_lifelines():
    for groups in (2, 3, 6):
        chance = np.random.default_rng(groups)
        which, ages = chance.integers(0, groups, 200), chance.integers(1, 30, 200)
        left = chance.random(200) < 0.7
        theirs = multivariate_logrank_test(ages, which, left)
        ours = log_rank([life_of(ages[which == g], left[which == g]) for g in range(groups)])
        assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-9)
        assert ours.degrees == groups - 1
        assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-7)


def test_millions_of_accounts_in_three_groups_still_have_two_degrees_of_freedom():
    chance = np.random.default_rng(9)
    lives = []
    for _group in range(3):
        counts = [chance.integers(0, 9_000, 900) for _kind in range(2)]
        left, censored = (Counter(dict(enumerate(map(int, c), start=1))) for c in counts)
        lives.append(Life(Counter({-1: left.total() + censored.total()}), left, censored))
    test = log_rank(lives)
    assert test.degrees == 2
    assert log_rank([lives[0], lives[0], lives[0]]).statistic == pytest.approx(0, abs=1e-6)


def test_groups_of_very_different_size_are_compared():
    chance = np.random.default_rng(2)
    big = life_of(chance.integers(1, 400, 100_000), chance.random(100_000) < 0.5)
    tiny = life_of(chance.integers(1, 40, 5), [True] * 5)
    both = log_rank([big, tiny])
    assert both.degrees == 1
    assert both.p_value < 0.001


def exact_log_rank(groups):
    """Two groups of (entered, age, left), in fractions, straight from the hypergeometric distribution."""
    z = v = Fraction(0)
    for t in sorted({a for g in groups for _e, a, left in g if left}):
        n1, n = (sum(e < t <= a for e, a, _l in g) for g in (groups[0], groups[0] + groups[1]))
        d1, d = (sum(a == t and x for _e, a, x in g) for g in (groups[0], groups[0] + groups[1]))
        z += d1 - Fraction(d * n1, n)
        if n > 1:
            v += Fraction(n1, n) * (1 - Fraction(n1, n)) * Fraction(d * (n - d), n - 1)
    return float(z * z / v)


def test_the_log_rank_test_minds_late_entry():
    chance = np.random.default_rng(5)
    groups = []
    for _group in range(2):
        entered = [int(e) for e in chance.integers(-1, 8, 60)]
        groups.append(
            [(e, e + 1 + int(chance.integers(0, 12)), bool(chance.random() < 0.7)) for e in entered]
        )
    lives = [life_of([a for _e, a, _l in g], [x for _e, _a, x in g], [e for e, _a, _l in g]) for g in groups]
    assert log_rank(lives).statistic == pytest.approx(exact_log_rank(groups), rel=1e-9)


def test_nothing_to_compare_gives_no_test():
    assert log_rank([]) is None
    assert log_rank([life_of([5, 6], [True, False])]) is None
    assert log_rank([life_of([5], [False]), life_of([6], [False])]) is None
    assert log_rank([Life(), life_of([3, 4], [True, True])]) is None


def test_the_mean_life_is_counted_up_to_the_last_day_with_thirty_at_risk():
    life = life_of([10] * 10 + [20] * 25 + [100] * 5, [True] * 40)
    curve = curve_of(life)
    assert curve.mean_up_to == 20
    assert curve.mean_life == pytest.approx(10 + 10 * 0.75)
    assert curve_of(life_of([5] * 29, [True] * 29)).mean_life is None


def ask(engine, history, covered, values=None, **more):
    if values is not None:
        table = pa.table({"account_id": list(values), "value": pa.array(list(values.values()), pa.string())})
        more["by"] = engine.frame(table)
    return survival(
        engine.frame(rows_of(history)), engine, covered=covered, rates=RATES, reporting="EUR", **more
    )


def followed(history, covered, data_from=date.min, values=None):
    """group → lives, followed day by day: who is watched at each age, and who left at it."""
    found, left_out = {}, 0
    for account in history:
        days = paying_days(history, account, covered)
        if not days:
            continue
        age = first_spell(days)
        left = days[0] + timedelta(days=age) < covered
        last = age if left else age - 1
        watched = [
            a for a in range(last + 1) if days[0] + timedelta(days=a) > data_from or days[0] >= data_from
        ]
        if not watched:
            left_out += 1
            continue
        worth = sum(
            sum(m if c == "EUR" else RATES[c].convert(m) for c, m in balance(history, account, day).items())
            for day in days[:age]
            if day >= data_from
        )
        group = "" if values is None else values.get(account) or "(none)"
        found.setdefault(group, []).append((watched[0] - 1, last, left, worth))
    return found, left_out


def agrees_with_following(result, history, covered, data_from=date.min, values=None):
    expected, left_out = followed(history, covered, data_from, values)
    assert result.left_out == left_out
    assert [c.group or "" for c in result.curves] == sorted(expected)
    for curve in result.curves:
        lives = expected[curve.group or ""]
        own = curve_of(
            life_of(
                [a for _e, a, _l, _w in lives], [x for _e, _a, x, _w in lives], [e for e, _a, _l, _w in lives]
            ),
            group=curve.group,
            worth=sum(w for _e, _a, _l, w in lives),
        )
        assert curve == own
        for point in curve.points:
            assert point.at_risk == sum(e < point.day <= a for e, a, _l, _w in lives)
        paid = sum(a - max(e, 0) + (not x) for e, a, x, _w in lives)
        assert curve.mean_mrr == round(sum(w for *_x, w in lives) / paid)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=histories(),
    days=st.integers(1, LENGTH + 40),
    since=st.one_of(st.none(), st.integers(0, LENGTH)),
    grouped=st.booleans(),
)
def test_counts_agree_with_following_each_account_day_by_day(duck, history, days, since, grouped):
    covered = FIRST + timedelta(days=days)
    data_from = None if since is None else FIRST + timedelta(days=since)
    values = {"a0": "north", "a1": "south", "a2": "", "a4": "south"} if grouped else None
    result = ask(duck, history, covered, values, data_from=data_from)
    agrees_with_following(result, history, covered, data_from or date.min, values)


def test_hundreds_of_accounts_come_out_equal_on_every_engine(engine):
    history, covered, data_from = random_history(5, 300), date(2025, 2, 1), date(2024, 3, 1)
    values = {f"a{n}": ("north", "south", None)[n % 3] for n in range(250)}
    result = ask(engine, history, covered, values, data_from=data_from)
    agrees_with_following(result, history, covered, data_from, values)
    assert result.log_rank.degrees == 2
    agrees_with_following(ask(engine, history, covered), history, covered)


def test_nobody_gives_no_curve(engine):
    result = ask(engine, {"a": [(FIRST, "EUR", 0)]}, date(2024, 5, 1))
    assert result.curves == ()
    assert result.to_dict()["groups"] == []
    assert result.to_arrow().num_rows == 0


def test_a_value_of_a_life_is_mean_mrr_times_mean_life_in_decimals(duck):
    history = {f"a{n}": [(FIRST, "EUR", 10_000), (FIRST + timedelta(days=60), "EUR", 0)] for n in range(40)}
    [group] = ask(duck, history, date(2024, 6, 1)).to_dict()["groups"]
    assert (group["group"], group["size"], group["left"], group["median"]) == (None, 40, 40, 60)
    assert (group["mean_life"], group["mean_up_to"]) == (60, 60)
    assert group["mean_mrr"] == "100.00"
    assert group["lifetime_value"] == str((Decimal(6000) / Decimal("30.4375")).quantize(Decimal("0.01")))
    assert group["points"][-1]["low"] is None


def test_a_currency_without_a_rate_is_refused(duck):
    with pytest.raises(KeepwellError, match="no exchange rate"):
        ask(duck, {"a": [(FIRST, "GBP", 100)]}, date(2024, 5, 1))


def test_without_a_currency_there_is_no_money(duck):
    rows = duck.frame(rows_of(random_history(1, 60)))
    [curve] = survival(rows, duck, covered=date(2025, 1, 1)).curves
    assert curve.lifetime_value is None
    assert curve.mean_life is not None
