"""Small but nasty histories of a company: what the oracle reads, and two ways of making them up.

Days are day numbers (days since 1970-01-01) everywhere, money is whole minor units.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from keepwell.lib.days import add_months, number

T = TypeVar("T")


@dataclass(frozen=True)
class Subscription:
    account: str
    started_on: int
    ended_on: int | None  # pays on started_on <= day < ended_on
    mrr: int
    currency: str = "EUR"
    cancelled_on: int | None = None
    end_reason: str | None = None  # one of REASONS
    renewal_on: int | None = None


@dataclass(frozen=True)
class Purchase:
    account: str
    occurred_on: int
    amount: int  # below zero: a return
    currency: str = "EUR"


@dataclass(frozen=True)
class Invoice:
    account: str
    due_on: int
    paid_on: int | None
    amount: int = 1000
    currency: str = "EUR"


@dataclass(frozen=True)
class Account:
    account: str
    segments: tuple[tuple[int, str | None], ...] = ()  # (valid from this day, value), in order of days
    merged_into: str | None = None
    merged_on: int | None = None  # missing: merged since always
    excluded: str | None = None


@dataclass(frozen=True)
class Rate:
    currency: str
    valid_from: int
    rate: Decimal  # how much of the reporting currency one unit buys


@dataclass(frozen=True, eq=False)  # told apart by identity, so that what is worked out of one can be kept
class History:
    accounts: tuple[Account, ...]
    covered: int  # every day before it is known
    subscriptions: tuple[Subscription, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    rates: tuple[Rate, ...] = ()
    reporting_currency: str = "EUR"
    data_from: int | None = None  # the data say nothing of accounts that were gone before this day


@dataclass(frozen=True)
class Policies:
    grace: int = 0
    churn_dated: str = "paid_until"  # or "notice"
    past_due_stops_after: int | None = None  # days; None: past due still pays
    term: str = "ends"  # or "rolls_on"
    purchases_beside_subscription: bool = False
    default_cycle: int = 30
    default_first_limit: int = 90
    least_gaps: int = 30  # fewer gaps than this say nothing of a segment or a company


REASONS = ("by_choice", "failed_payment", "closed_or_merged")

# Fourteen months with a leap day in them.
WINDOW = (number(date(2023, 12, 20)), number(date(2025, 2, 20)))
_MONTHS = [number(add_months(date(2023, 10, 1), k)) for k in range(24)]
_QUARTERS = _MONTHS[3:15:3]
_EDGES = sorted(first + shift for first in _MONTHS for shift in (-1, 0, 1))


class Dice(Protocol):
    """Where chance comes from: Hypothesis, or a plain seeded generator."""

    def integer(self, least: int, most: int) -> int: ...
    def pick(self, options: Sequence[T]) -> T: ...
    def chance(self, percent: int) -> bool: ...


class Seeded:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def integer(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def pick(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent


class _Drawn:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, least: int, most: int) -> int:
        return self._draw(st.integers(least, most))

    def pick(self, options: Sequence[T]) -> T:
        return options[self._draw(st.integers(0, len(options) - 1))]

    def chance(self, percent: int) -> bool:
        # the high end, so that a shrunk example has as little in it as possible
        return self._draw(st.integers(0, 99)) >= 100 - percent


@dataclass(frozen=True)
class Kinds:
    """What may occur in the histories made; switch parts off to look at one thing alone."""

    subscriptions: bool = True
    purchases: bool = True
    invoices: bool = True
    merging: bool = True
    excluding: bool = True
    late_segments: bool = True  # first known segment may be dated after the account's first days
    most_accounts: int = 12


EVERYTHING = Kinds()
CONTRACTS = Kinds(purchases=False)
PLAIN = Kinds(purchases=False, invoices=False, merging=False, excluding=False)
IRREGULAR = Kinds(subscriptions=False, invoices=False, merging=False)


def seeded_history(seed: int, kinds: Kinds = EVERYTHING) -> History:
    """The history with this seed, the same on every machine."""
    return make(Seeded(seed), kinds)


def seeded_policies(seed: int) -> Policies:
    return make_policies(Seeded(seed + 1_000_003))


@st.composite
def histories(draw: st.DrawFn, kinds: Kinds = EVERYTHING) -> History:
    return make(_Drawn(draw), kinds)


@st.composite
def policies(draw: st.DrawFn) -> Policies:
    return make_policies(_Drawn(draw))


@st.composite
def periods(draw: st.DrawFn) -> tuple[int, int]:
    """Half-open days, often with edges at a month's first or last day."""
    return make_period(_Drawn(draw))


def seeded_period(seed: int) -> tuple[int, int]:
    return make_period(Seeded(seed + 2_000_003))


def make_policies(dice: Dice) -> Policies:
    return Policies(
        grace=dice.pick((0, 0, 1, 2, 7, 30)),
        churn_dated=dice.pick(("paid_until", "paid_until", "notice")),
        past_due_stops_after=dice.pick((None, None, 0, 1, 14)),
        term=dice.pick(("ends", "ends", "rolls_on")),
        purchases_beside_subscription=dice.chance(20),
        least_gaps=dice.pick((30, 30, 5, 1)),
    )


def make_period(dice: Dice) -> tuple[int, int]:
    start = _day(dice, WINDOW[0] - 5, WINDOW[1])
    length = dice.pick((1, 2, 7, 28, 29, 30, 31, 90, 91, 92, 365, 366, None))
    return start, start + length if length else _day(dice, start + 1, WINDOW[1] + 90)


def make(dice: Dice, kinds: Kinds = EVERYTHING) -> History:
    """Roll one history. The same rolls whether they come from Hypothesis or from a seed."""
    currencies = ("EUR", "USD", "JPY")[: dice.integer(1, 3)]
    covered = WINDOW[1] if dice.chance(50) else _day(dice, WINDOW[0] + 60, WINDOW[1] + 40)
    accounts: list[Account] = []
    subscriptions: list[Subscription] = []
    purchases: list[Purchase] = []
    invoices: list[Invoice] = []
    for i in range(dice.integer(1, kinds.most_accounts)):
        name = f"a{i:02}"
        bought: list[Purchase] = []
        habit = dice.pick(("contract", "contract", "irregular", "both", "irregular", "nothing"))
        home = dice.pick(currencies)
        if kinds.subscriptions and (habit in ("contract", "both") or not kinds.purchases):
            subscriptions += _subscriptions(dice, name, home, currencies)
        if kinds.purchases and (habit in ("irregular", "both") or not kinds.subscriptions):
            bought = _purchases(dice, name, home, currencies, covered)
            purchases += bought
        if kinds.invoices and dice.chance(30):
            invoices += [_invoice(dice, name, home) for _ in range(dice.integer(1, 3))]
        others = [a.account for a in accounts]
        accounts.append(_account(dice, name, others, [p.occurred_on for p in bought], kinds))
    return History(
        tuple(accounts),
        covered,
        tuple(subscriptions),
        tuple(purchases),
        tuple(invoices),
        tuple(_rates(dice, currencies)),
        data_from=_day(dice, WINDOW[0], WINDOW[0] + 90) if dice.chance(20) else None,
    )


def _day(dice: Dice, least: int, most: int) -> int:
    """A day between the two (both in), as often as not beside the edge of a month."""
    near = _EDGES[bisect_left(_EDGES, least) : bisect_right(_EDGES, most)]
    return dice.pick(near) if near and dice.chance(40) else dice.integer(least, max(least, most))


def _account(dice: Dice, name: str, others: list[str], bought: list[int], kinds: Kinds) -> Account:
    changes = {_day(dice, *WINDOW) for _ in range(dice.pick((0, 0, 1, 2)))}
    if bought and dice.chance(30):  # a new segment on the very day of a purchase, or of a quarter's start
        changes.add(dice.pick((dice.pick(bought), dice.pick(_QUARTERS), dice.pick(_QUARTERS) - 1)))
    days = sorted(changes)
    if not (kinds.late_segments and dice.chance(15)):
        days = [WINDOW[0] - 400, *days]
    merged = bool(others) and kinds.merging and dice.chance(20)
    return Account(
        name,
        tuple((day, dice.pick(("Small", "Large", None, "Small"))) for day in days),
        merged_into=dice.pick(others) if merged else None,
        merged_on=_day(dice, *WINDOW) if merged and dice.chance(80) else None,
        excluded=dice.pick(("our own", "test")) if kinds.excluding and dice.chance(8) else None,
    )


def _subscriptions(dice: Dice, name: str, home: str, currencies: Sequence[str]) -> list[Subscription]:
    rows: list[Subscription] = []
    start = _day(dice, WINDOW[0] - 20, WINDOW[1] - 60)
    for _ in range(dice.integer(1, 4)):
        length = dice.pick((30, 0, 1, 2, 5, 31, 59, 90, 91, 180, 365, None, None))
        end = None if length is None else start + length
        rows.append(
            Subscription(
                name,
                start,
                end,
                mrr=dice.pick((1000, 0, 1, 2, 333, 999, 1000, 2500, 100_005)),
                currency=dice.pick(currencies) if dice.chance(20) else home,
                cancelled_on=_notice(dice, start, end),
                end_reason=dice.pick((None, *REASONS)),
                renewal_on=_day(dice, start, start + 400) if dice.chance(30) else None,
            )
        )
        # side by side with the one before, following it closely, or wherever
        if end is not None and dice.chance(70):
            start = end + dice.pick((0, 1, 2, -1, -10, 0, 8, 31))
        else:
            start = _day(dice, WINDOW[0] - 20, WINDOW[1] + 20)
    return rows


def _notice(dice: Dice, start: int, end: int | None) -> int | None:
    if dice.chance(55):
        return None
    if end is None:
        return _day(dice, start - 2, start + 300)
    return end + dice.pick((-30, -1, 0, 1, 15, -400, -90))


def _purchases(dice: Dice, name: str, home: str, currencies: Sequence[str], covered: int) -> list[Purchase]:
    day = _day(dice, WINDOW[0] - 30, min(WINDOW[1] - 60, covered - 1))
    count = dice.pick((3, 1, 2, 3, 4, 6, 8, 13, 40, 70))
    steps = [dice.pick((7, 1, 2, 7, 14, 30, 31, 45)) for _ in range(dice.pick((1, 1, 2, 3)))]
    amounts = [dice.pick((1000, 1, 50, 999, 12_345)) for _ in range(dice.pick((1, 1, 3)))]
    silent_after = dice.integer(0, count) if dice.chance(40) else None
    odd_currency = dice.pick(currencies)
    rows: list[Purchase] = []
    for k in range(count):
        rows.append(Purchase(name, day, amounts[k % len(amounts)], home))
        if k < 12 and dice.chance(15):  # a second invoice the same day, perhaps in other money
            rows.append(Purchase(name, day, dice.pick((500, 1, 0)), odd_currency))
        if k < 12 and dice.chance(15):  # a return: the same day, soon, or later than the next purchase
            back = dice.pick((-500, -1, -100_000))
            rows.append(Purchase(name, day + dice.pick((0, 1, 5, 40)), back, home))
        # a silence often ends just before, on or after the day on which the stated defaults lapse
        day += dice.pick((91, 90, 92, 150, 200)) if k == silent_after else steps[k % len(steps)]
    return [row for row in rows if row.occurred_on < covered]


def _invoice(dice: Dice, name: str, currency: str) -> Invoice:
    due = _day(dice, *WINDOW)
    paid = dice.pick((0, 1, -5, 2, 14, 15, 16, 40, 90, None))
    return Invoice(name, due, None if paid is None else due + paid, currency=currency)


def _rates(dice: Dice, currencies: Sequence[str]) -> list[Rate]:
    rows: list[Rate] = []
    for currency in currencies[1:]:
        base = {"USD": Decimal("0.9"), "JPY": Decimal("0.006")}[currency]
        days = {_day(dice, *WINDOW) for _ in range(dice.pick((0, 1, 3)))}
        for day in (WINDOW[0] - 400, *sorted(days)):
            rows.append(Rate(currency, day, base * dice.integer(80, 125) / 100))
    return rows
