"""What purchases come to, counted by the engine."""

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from keepwell.book.tests.importing_kit import PURCHASES, Desk
from keepwell.lib.days import number
from keepwell.lib.errors import BadInput
from keepwell.lib.money import Rate
from keepwell.risk.buying import Summaries, held_back, summarise
from keepwell.risk.buying.tests.buyers import buyers

DAY = date(2026, 1, 1)


def bought(engine, *rows):
    """Purchases as (account, day of January, amount, currency)."""
    names = ("account_id", "occurred_on", "amount", "currency")
    shaped = [(a, number(DAY) + day - 1, amount, *(rest or ("EUR",))) for a, day, amount, *rest in rows]
    return engine.frame(pa.table(dict(zip(names, map(list, zip(*shaped, strict=True)), strict=True))))


def test_several_rows_on_a_day_are_one_purchase_and_returns_are_none(duckdb):
    purchases = bought(
        duckdb,
        ("a", 1, 500),
        ("a", 5, 100),
        ("a", 5, 200),
        ("a", 7, -100),
        ("a", 9, 300),
        ("a", 9, -100),
        ("b", 2, -5),
    )
    known = summarise(duckdb, purchases, date(2026, 1, 11))
    assert known.accounts.tolist() == ["a"]
    assert (known.frequency[0], known.recency[0], known.age[0]) == (2, 8, 9)
    assert known.log_gaps[0] == pytest.approx(2 * np.log(4))
    assert known.spend[0] == 250  # the mean of 300 and 200: the first purchase tells less of those to come


def test_what_is_bought_on_the_day_itself_is_not_yet_known(duckdb):
    purchases = bought(duckdb, ("a", 1, 500), ("a", 5, 100), ("b", 5, 100))
    known = summarise(duckdb, purchases, date(2026, 1, 5))
    assert known.accounts.tolist() == ["a"]
    assert (known.frequency[0], known.recency[0], known.age[0]) == (0, 0, 3)
    assert np.isnan(known.spend[0])
    assert len(summarise(duckdb, purchases, DAY)) == 0


def test_what_came_after_the_cut_is_counted_apart(duckdb):
    purchases = bought(
        duckdb, ("a", 1, 5), ("a", 3, 5), ("a", 6, 5), ("a", 6, 5), ("a", 8, 5), ("a", 9, 5), ("c", 7, 5)
    )
    held = held_back(duckdb, purchases, date(2026, 1, 5), date(2026, 1, 9))
    assert held.summaries.accounts.tolist() == ["a"]
    assert (held.bought.tolist(), held.days, held.summaries.age.tolist()) == ([2], 4, [3])
    assert held.summaries.log_gaps[0] == pytest.approx(np.log(2))
    with pytest.raises(BadInput, match="Nothing can be held back"):
        held_back(duckdb, purchases, date(2026, 1, 5), date(2026, 1, 5))


def test_money_of_other_currencies_is_turned_into_the_reporting_currency(duckdb):
    purchases = bought(
        duckdb, ("a", 1, 5, "EUR"), ("a", 3, 100, "EUR"), ("a", 4, 100, "USD"), ("a", 4, 50, "EUR")
    )
    rates = {"USD": Rate.of("USD", Decimal("0.9"), "EUR")}
    known = summarise(duckdb, purchases, date(2026, 1, 9), rates=rates, reporting="EUR")
    assert (known.frequency[0], known.spend[0]) == (2, 120)
    without = summarise(duckdb, purchases, date(2026, 1, 9), reporting="EUR")
    assert without.frequency[0] == 2
    assert np.isnan(without.spend[0])


def test_days_on_which_a_subscription_runs_are_left_out(duckdb):
    purchases = bought(duckdb, ("a", 1, 5), ("a", 3, 5), ("a", 6, 5))
    beside = duckdb.frame(
        pa.table({"account_id": ["a"], "start": [number(DAY) + 2], "end": [number(DAY) + 5]})
    )
    assert summarise(duckdb, purchases, date(2026, 1, 9), beside=beside).frequency.tolist() == [1]


def test_every_engine_counts_as_numpy_does(engine):
    made = buyers(400, k=2, r=0.8, alpha=20, a=0.8, b=2.5, span=300, joined=120)
    held = made.held(200)
    found = held_back(engine, engine.frame(made.frame()), date(1970, 7, 21), date(1970, 10, 29))
    order = np.argsort(held.summaries.accounts)
    by_hand = held.summaries.where(order)
    assert (found.days, found.bought.tolist()) == (held.days, held.bought[order].tolist())
    assert found.summaries.accounts.tolist() == by_hand.accounts.tolist()
    for name in ("frequency", "recency", "age", "log_gaps"):
        np.testing.assert_allclose(getattr(found.summaries, name), getattr(by_hand, name))


def test_nothing_that_came_later_changes_what_was_known(duckdb):
    made = buyers(300, r=0.8, alpha=20, a=0.8, b=2.5, span=300, joined=250)
    rows, day = made.frame(), date(1970, 7, 21)
    only_before = rows.filter(pc.field("occurred_on") < number(day))
    whole, cut = (summarise(duckdb, duckdb.frame(table), day) for table in (rows, only_before))
    for field in fields(Summaries):
        np.testing.assert_array_equal(getattr(whole, field.name), getattr(cut, field.name))


def test_purchases_come_from_the_book_as_they_were_known_on_a_day(duckdb, tmp_path):
    desk = Desk(tmp_path)
    desk.load("purchases", PURCHASES + "p1,A1,2026-01-01,10,EUR\np2,A1,2026-02-01,20,EUR\n")
    late = datetime(2026, 6, 20, tzinfo=UTC)
    desk.load("purchases", PURCHASES + "p3,A1,2026-02-20,40,EUR\n", name="late.csv", now=late)
    for known_on, days, spend in ((date(2026, 6, 10), 1, 2000), (date(2026, 6, 30), 2, 3000)):
        purchases = desk.book.moment(duckdb, known_on).frame("purchases")
        known = summarise(duckdb, purchases, date(2026, 3, 1))
        assert (known.accounts.tolist(), known.frequency[0], known.spend[0]) == (["A1"], days, spend)


@pytest.mark.parametrize("numbers", [(-1, 0, 5), (1, 0, 5), (2, 9, 5), (0, 3, 5)])
def test_what_no_buyer_can_have_done_is_refused(numbers):
    columns = [np.array([n]) for n in numbers]
    with pytest.raises(BadInput, match="not the purchases"):
        Summaries(np.array(["a"], object), *columns, np.zeros(1), np.zeros(1))
