"""Where accounts leave, what goes before, and what they said: with the truth known to the test."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.company import company
from keepwell.lib.days import Period
from keepwell.lib.errors import KeepwellError
from keepwell.risk.causes.before import before_leaving
from keepwell.risk.causes.stated import stated_beside_behaviour
from keepwell.risk.causes.where import drawn_together, leaving_by
from keepwell.risk.features import Feature
from keepwell.risk.observations import Observations
from keepwell.risk.outcomes import Outcomes

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))


def seen(values, *, accounts, as_of, left_in, horizon=360, kind="contract"):
    n = len(values)
    left_in, none = np.array(left_in, float), np.full(n, np.nan)
    blank = np.full(n, "", dtype=object)
    names = [f"f{place}" for place in range(np.shape(values)[1])]
    return Observations(
        accounts=np.array(accounts, dtype=object),
        as_of=np.array(as_of),
        values=np.array(values, float),
        features=tuple(Feature(name, name, name, "", 0, "ledger") for name in names),
        kind=np.full(n, kind, dtype=object),
        mrr=np.full(n, 100),
        segment=blank,
        outcomes=Outcomes(
            horizon, np.ones(n, bool), (~np.isnan(left_in)).astype(float), left_in, blank, none, none
        ),
    )


def sold(*groups, by="salesperson"):
    """A company whose salespeople sold so many accounts, of which so many left in the middle of the year."""
    subscriptions, accounts = [], []
    for name, sold_to, lost in groups:
        for place in range(sold_to):
            account = f"{name}{place}"
            end = date(2025, 7, 2) if place < lost else None
            accounts.append({"account_id": account, "segment": "S", by: name})
            subscriptions.append(
                {
                    "account_id": account,
                    "started_on": date(2024, 1, 1),
                    "ended_on": end,
                    "mrr": 100,
                    "currency": "EUR",
                }
            )
    import pandas as pd

    return company(
        subscriptions=pd.DataFrame(subscriptions), accounts=pd.DataFrame(accounts), covered=date(2026, 1, 1)
    ).ledger


def test_departures_are_counted_against_the_time_accounts_were_there_to_leave():
    found = leaving_by(sold(("Ann", 100, 10)), "salesperson", YEAR).groups[0]
    assert (found.accounts, found.left) == (100, 10)
    assert found.account_years == pytest.approx((90 * 365 + 10 * 182) / 365.25)


def test_departures_expected_add_up_to_departures():
    found = leaving_by(sold(("Ann", 80, 10), ("Bob", 40, 9), ("Cy", 5, 0)), "salesperson", YEAR)
    assert sum(g.expected for g in found.groups) == pytest.approx(sum(g.left for g in found.groups))


def test_a_salesperson_who_sold_three_accounts_and_lost_two_does_not_top_the_list_by_luck():
    groups = [(f"P{n}", 100, 8) for n in range(8)]
    found = leaving_by(sold(*groups, ("Lucky", 3, 2), ("Bad", 100, 40)), "salesperson", YEAR)
    assert found.groups[0].group == "Bad"
    assert found.groups[0].surely == "above"
    lucky = next(g for g in found.groups if g.group == "Lucky")
    assert lucky.to_dict()["small"]
    assert lucky.shrunk < lucky.ratio
    assert lucky.surely == ""


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0.01, 50)), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_ratio_is_only_ever_drawn_towards_one(groups):
    left, expected = (np.array(column, float) for column in zip(*groups, strict=True))
    shrunk, low, high = drawn_together(left, expected)
    raw = left / expected
    assert ((shrunk - 1) * (raw - 1) >= -1e-9).all()
    assert (np.abs(shrunk - 1) <= np.abs(raw - 1) + 1e-9).all()
    assert (low <= shrunk).all()
    assert (shrunk <= high).all()


def test_one_departure_of_twelve_accounts_makes_nothing_certain():
    found = leaving_by(sold(("Ann", 4, 1), ("Bob", 4, 0), ("Cem", 4, 0)), "salesperson", YEAR)
    ann = found.groups[0]
    assert (ann.group, ann.surely) == ("Ann", "")
    assert 1 < ann.shrunk < ann.ratio
    assert ann.low < 0.5
    assert ann.high > 2


def test_an_interval_holds_the_truth_as_often_as_it_says():
    chance = np.random.default_rng(7)
    held = []
    for _company in range(400):
        expected = chance.uniform(0.2, 8, size=6)
        truth = chance.gamma(2, 1 / 2, size=6)  # widely different, and few of them
        _shrunk, low, high = drawn_together(chance.poisson(truth * expected).astype(float), expected)
        held.append((low <= truth) & (truth <= high))
    assert 0.93 < np.mean(held) < 0.97


def test_accounts_can_be_told_apart_by_the_year_they_came():
    found = leaving_by(sold(("Ann", 10, 2)), "cohort", YEAR)
    assert [g.group for g in found.groups] == ["2024"]


def test_a_period_in_which_nobody_paid_is_refused():
    with pytest.raises(KeepwellError, match="No account paid"):
        leaving_by(sold(("Ann", 3, 1)), "cohort", Period(date(2020, 1, 1), date(2021, 1, 1)))


def test_where_nobody_left_no_group_is_believed_to_be_like_any_other():
    with pytest.raises(KeepwellError, match="Nobody left") as refused:
        leaving_by(sold(("Ann", 3, 0), ("Bob", 4, 0)), "salesperson", YEAR)
    assert refused.value.seen == "7 accounts paid"


def test_segments_are_laid_beside_each_other_and_not_beside_themselves():
    found = leaving_by(sold(("Small", 100, 40), ("Big", 100, 5), by="segment"), "segment", YEAR)
    assert [(one.group, one.surely) for one in found.groups] == [("Small", "above"), ("Big", "below")]


def test_kinds_of_accounts_are_laid_beside_each_other_and_not_beside_themselves():
    (only,) = leaving_by(sold(("Ann", 10, 2)), "kept_by", YEAR).groups
    assert (only.group, only.left) == ("contract", 2)


def test_that_accounts_grow_older_is_no_signal_that_moves():
    made = history()
    clock = replace(made.features[1], name="tenure")
    made = replace(made, features=(made.features[0], clock))
    assert [path.feature.name for path in before_leaving(made).paths] == ["f0"]


def test_a_period_that_is_not_over_ends_where_all_is_known():
    found = leaving_by(sold(("Ann", 3, 1)), "salesperson", Period(date(2025, 1, 1), date(2030, 1, 1)))
    assert found.period.end == date(2026, 1, 1)


def history(leavers=150, stayers=600, drops_before=90):
    """Twelve months of each account: use falls `drops_before` days before leaving; the second signal is noise."""
    chance = np.random.default_rng(4)
    values, accounts, as_of, left_in = [], [], [], []
    for place in range(leavers + stayers):
        leaves = 3931 + chance.integers(0, 29) if place < leavers else None
        for month in range(12):
            day = 3600 + 30 * month
            ahead = leaves - day if leaves else np.nan
            use = 100 + chance.normal(0, 10) - (30 if leaves and ahead < drops_before else 0)
            values.append([use, chance.normal()])
            accounts.append(f"A{place}")
            as_of.append(day)
            left_in.append(ahead if leaves and ahead < 360 else np.nan)
    return seen(values, accounts=accounts, as_of=as_of, left_in=left_in)


def test_how_long_before_leaving_use_falls_is_found():
    found = {path.feature.name: path for path in before_leaving(history()).paths}
    assert found["f0"].before == -1
    assert found["f0"].days == 90
    assert found["f1"].days is None


def test_that_small_accounts_leave_more_often_is_no_signal_that_moves():
    observations = history(drops_before=0)
    leaves = np.array([int(str(account)[1:]) < 150 for account in observations.accounts])
    observations.values[:, 1] -= 5 * leaves
    found = {path.feature.name: path for path in before_leaving(observations).paths}
    assert found["f1"].places[0].gap < -2
    assert found["f1"].before == 0


def test_with_a_handful_of_leavers_nothing_is_said():
    with pytest.raises(KeepwellError, match="Too few accounts left"):
        before_leaving(history(leavers=10, stayers=50))


def test_a_segment_that_nobody_is_in_is_said_with_those_there_are():
    observations = history(leavers=10, stayers=50)
    observations.segment[:] = "Enterprise"
    with pytest.raises(KeepwellError, match="no segment “Enterprice”") as refused:
        before_leaving(observations, segment="Enterprice")
    assert list(refused.value.ways) == ["Did you mean Enterprise?", "There are: Enterprise."]
    with pytest.raises(KeepwellError, match="Too few accounts left"):
        before_leaving(observations, segment="Enterprise")


def test_a_stated_reason_is_laid_beside_what_those_who_stated_it_did():
    chance = np.random.default_rng(5)
    complained = np.arange(200) < 60
    values = np.column_stack(
        [np.where(complained, 5, 0) + chance.normal(0, 1, 200), chance.normal(0, 1, 200)]
    )
    names = [f"A{n}" for n in range(200)]
    observations = seen(values, accounts=names, as_of=[3600] * 200, left_in=[20] * 200)
    codes = {(name, 3620): "service" if bad else "price" for name, bad in zip(names, complained, strict=True)}
    codes |= {("A199", 3620): ""}
    service, price = (
        next(one for one in stated_beside_behaviour(observations, codes) if one.code == code)
        for code in ("service", "price")
    )
    assert (service.accounts, price.accounts) == (60, 139)
    assert [feature.name for feature, gap in service.signals if gap.above_zero] == ["f0"]
    assert all(gap.below_zero for feature, gap in price.signals if feature.name == "f0")
