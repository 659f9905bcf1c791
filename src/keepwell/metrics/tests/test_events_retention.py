# ruff: noqa: DTZ001 - instants in the book are UTC without a zone
"""Retention of use equals what looking at each start and each event gives."""

from datetime import date, datetime, timedelta
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepwell.lib.days import Grain, number, periods
from keepwell.lib.errors import KeepwellError
from keepwell.metrics.events_retention import events_retention

NOON = datetime(2024, 1, 1, 12)
BRACKETS = ((1, 3), (3, 8), (20, 21))


def table_of(events):
    """Of (account, instant, kind)."""
    return pa.table(
        {
            "account_id": pa.array([a for a, _t, _k in events], pa.string()),
            "occurred_at": pa.array([t for _a, t, _k in events], pa.timestamp("us")),
            "day": pa.array([number(t.date()) for _a, t, _k in events], pa.int64()),
            "kind": pa.array([k for _a, _t, k in events], pa.string()),
        }
    )


def ask(engine, events, covered, **more):
    asked = {"start_kind": None, "return_kind": None, **more}
    return events_retention(engine.frame(table_of(events)), engine, covered=covered, **asked)


def expected(events, covered, start_kind, return_kind, mode, window, first, days, brackets, grain):
    """cohort → (size, [(from, to, active, base)]), one start and one event at a time."""
    rolling = window == "rolling"
    bound = datetime(covered.year, covered.month, covered.day) if rolling else covered
    seen = [(a, t if rolling else t.date(), k) for a, t, k in events]
    seen = [e for e in seen if e[1] < bound]
    starts = {(a, t) for a, t, k in seen if start_kind in (None, k)}
    if first == "first":
        starts = {(a, t) for a, t in starts if t == min(x for b, x in starts if b == a)}
    if mode == "brackets":
        cells = list(brackets)
    else:
        cells = [(k, k + 1 if mode == "on" else None) for k in range(0 if rolling else 1, days + 1)]
    found = {}
    for account, start in starts:
        day = start.date() if rolling else start
        label = None
        if grain:
            label = next(periods(grain, day, day + timedelta(days=1))).start.isoformat()
        size, counts = found.setdefault(label, ([0], [[a, b, 0, 0] for a, b in cells]))
        size[0] += 1
        ages = [(t - start) // timedelta(days=1) for a, t, k in seen if a == account and t > start]
        kinds = [k for a, t, k in seen if a == account and t > start]
        ages = [x for x, k in zip(ages, kinds, strict=True) if return_kind in (None, k)]
        for cell in counts:
            if start + timedelta(days=cell[1] or cell[0] + 1) <= bound:
                cell[3] += 1
                cell[2] += any(cell[0] <= x and (cell[1] is None or x < cell[1]) for x in ages)
    return {c: (size[0], [tuple(x) for x in counts]) for c, (size, counts) in found.items()}


def as_counted(result):
    return {
        c.cohort: (c.size, [(x.from_day, x.to_day, x.active, x.base) for x in c.cells])
        for c in result.cohorts
    }


instants = st.integers(0, 40 * 24 * 4).map(lambda n: NOON + timedelta(minutes=15 * n))
events_lists = st.lists(
    st.tuples(st.sampled_from("abc"), instants, st.sampled_from(["signup", "use"])), max_size=25
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=events_lists,
    length=st.integers(0, 50),
    mode=st.sampled_from(["on", "on_or_after", "brackets"]),
    window=st.sampled_from(["rolling", "calendar"]),
    first=st.sampled_from(["first", "every"]),
    kinds=st.sampled_from([(None, None), ("signup", "use"), ("use", "use"), (None, "use")]),
    days=st.sampled_from([1, 4, 12]),
    grain=st.sampled_from([None, Grain.MONTH]),
)
def test_a_cell_counts_the_starts_that_were_followed_by_a_return(
    duck, events, length, mode, window, first, kinds, days, grain
):
    covered = NOON.date() + timedelta(days=length)
    asked = {
        "mode": mode,
        "window": window,
        "first": first,
        "days": days,
        "brackets": BRACKETS if mode == "brackets" else (),
        "grain": grain,
    }
    result = ask(duck, events, covered, start_kind=kinds[0], return_kind=kinds[1], **asked)
    assert as_counted(result) == expected(events, covered, *kinds, **asked)


@pytest.mark.parametrize("window", ["rolling", "calendar"])
@pytest.mark.parametrize("mode", ["on", "on_or_after", "brackets"])
def test_hundreds_of_accounts_come_out_equal_on_every_engine(engine, mode, window):
    chance = Random(4)
    events = [
        (
            f"a{chance.randrange(120)}",
            datetime(1969, 12, 20) + timedelta(microseconds=chance.randrange(60 * 86_400_000_000)),
            chance.choice(["signup", "use", "use"]),
        )
        for _n in range(600)
    ]
    for first in ("first", "every"):
        asked = {"mode": mode, "window": window, "first": first, "days": 10}
        asked["brackets"] = BRACKETS if mode == "brackets" else ()
        asked |= {"start_kind": "signup", "return_kind": "use", "grain": Grain.MONTH}
        covered = date(1970, 2, 10)
        assert as_counted(ask(engine, events, covered, **asked)) == expected(events, covered, **asked)


START = ("a", datetime(2024, 1, 1, 22), "use")


def shares(result):
    return [c.share for c in result.cohorts[0].cells]


def test_the_next_morning_is_day_one_of_the_calendar_and_day_zero_of_rolling_hours(duck):
    events = [START, ("a", datetime(2024, 1, 2, 8), "use")]
    covered = date(2024, 2, 1)
    assert shares(ask(duck, events, covered, window="calendar", days=2)) == [1, 0]
    assert shares(ask(duck, events, covered, window="rolling", days=2)) == [1, 0, 0]


def test_on_or_after_a_day_counts_any_later_return(duck):
    events = [START, ("a", datetime(2024, 1, 4, 8), "use")]
    assert shares(ask(duck, events, date(2024, 2, 1), mode="on_or_after", days=4)) == [1, 1, 1, 0]
    assert shares(ask(duck, events, date(2024, 2, 1), mode="on", days=4)) == [0, 0, 1, 0]


def test_every_start_counts_where_asked(duck):
    events = [START, ("a", datetime(2024, 1, 2, 8), "use"), ("a", datetime(2024, 1, 9, 8), "use")]
    result = ask(duck, events, date(2024, 2, 1), first="every", days=1)
    assert result.cohorts[0].size == 3
    assert shares(result) == [pytest.approx(1 / 3)]
    assert result.interval(result.cohorts[0].cells[0]) is None


def test_a_cell_that_nobody_could_have_reached_has_no_share_and_is_not_finished(duck):
    events = [START, ("b", datetime(2024, 1, 2), "use")]
    cells = ask(duck, events, date(2024, 1, 4), days=3).to_dict()[0]["cells"]
    assert [(c["age"], c["base"], c["share"], c["finished"]) for c in cells] == [
        (1, 2, 0, True),
        (2, 1, 0, False),
        (3, 0, None, False),
    ]
    assert all(c["small"] for c in cells)


def test_the_hour_at_which_the_covered_day_begins_can_be_said(duck):
    asked = {"window": "rolling", "days": 1}
    [cohort] = ask(duck, [START], date(2024, 1, 3), covered_at=datetime(2024, 1, 2, 22), **asked).cohorts
    assert [c.base for c in cohort.cells] == [1, 0]
    [cohort] = ask(duck, [START], date(2024, 1, 3), covered_at=datetime(2024, 1, 2, 21), **asked).cohorts
    assert [c.base for c in cohort.cells] == [0, 0]


def test_a_share_of_first_starts_has_wilsons_interval(duck):
    result = ask(duck, [START], date(2024, 2, 1), days=1)
    assert result.interval(result.cohorts[0].cells[0])[0] == 0


def test_no_event_gives_no_cohort(duck):
    assert ask(duck, [], date(2024, 2, 1)).to_dict() == []


@pytest.mark.parametrize("brackets", [(), ((3, 3),), ((5, 2),), ((1, 4), (3, 6)), ((0, 2),)])
def test_brackets_that_make_no_sense_are_refused(duck, brackets):
    with pytest.raises(KeepwellError, match="no brackets"):
        ask(duck, [START], date(2024, 2, 1), mode="brackets", brackets=brackets)


def test_brackets_where_returns_are_not_asked_for_by_brackets_are_refused(duck):
    with pytest.raises(KeepwellError, match="not asked for by brackets") as told:
        ask(duck, [START], date(2024, 2, 1), mode="on", brackets=((1, 8),))
    assert told.value.ways


def test_no_days_are_refused(duck):
    with pytest.raises(KeepwellError, match="at least one day"):
        ask(duck, [START], date(2024, 2, 1), days=0)
