"""What the accounts of a generated company buy without a contract, and do with the product."""

import numpy as np
import pyarrow as pa

from keepwell.demo import columns as c
from keepwell.demo.crowd import (
    CURRENCIES,
    PAGE,
    PRICES,
    PRODUCTS,
    Plan,
    account_ids,
    money,
    months_of,
    row_ids,
)
from keepwell.demo.draws import Ints, steps_until

EVENT_KINDS = ("login", "report", "export", "api_call", "invite")
_MOST_PURCHASES = 160


def purchases_of(plan: Plan, whom: Ints, first: Ints, form: str) -> tuple[pa.Table, Ints, Ints]:
    """The table, the day of each row, and the last day of each account.

    Each buyer has a cycle of its own and gives up after some purchase or other.
    """
    dice, end = plan.dice, plan.end
    cycle = np.array([7, 14, 30, 45, 60, 90])[dice.pick("cycle", whom, [5, 15, 35, 20, 15, 10])]
    stops = 1 + dice.pick("purchases", whom, steps_until(60, _MOST_PURCHASES))
    turns = int(stops.max(initial=0))
    day = np.empty((len(whom), turns), np.int64)
    now = np.maximum(first, plan.start)
    for turn in range(turns):
        day[:, turn] = now
        at = whom * PAGE + turn
        wait = cycle // 2 + dice.below("wait", at, cycle)
        now = now + np.where(
            dice.chance("same day", at, 20), 0, np.where(dice.chance("long", at, 50), 3 * wait, wait)
        )
    real = (np.arange(turns)[None, :] < stops[:, None]) & (day < end)
    who, place = np.nonzero(real)
    bought, own = day[real], whom[who]
    key = own * PAGE + place
    product = dice.pick("bought", key, [30, 30, 20, 5, 10, 5])
    quantity = 1 + dice.below("pieces", key, 10)
    back = dice.chance("return", key, 40) & (place > 0)
    amount = PRICES[product] * quantity // 2 * np.where(back, -1, 1)
    last_day: Ints = np.where(real, day, 0).max(axis=1, initial=plan.start)
    table = pa.table(
        {
            "purchase_id": row_ids("B", key),
            "account_id": account_ids(plan, own),
            "occurred_at": c.instants(bought, dice.below("second", key, c.DAY_SECONDS)),
            "occurred_on": c.days(bought),
            "amount": money(amount, form),
            "currency": c.words(CURRENCIES, dice.pick("currency", own, [60, 20, 10, 10])),
            "product": c.words(PRODUCTS, product),
            "quantity": quantity,
        }
    )
    return table, bought, last_day + 1


class EventWeights:
    """How many of the events each account has: some none, some many, together as many as asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._total = 0
        if plan.events:
            for first in range(0, plan.accounts, 1_000_000):
                whom = np.arange(first, min(first + 1_000_000, plan.accounts), dtype=np.int64)
                self._total += int(self._weights(whom).sum())
        self._passed = 0

    def _weights(self, whom: Ints) -> Ints:
        return np.array([1, 4, 10, 30, 80])[self._plan.dice.pick("use", whom, [20, 30, 30, 15, 5])]

    def take(self, whom: Ints) -> Ints:
        """The counts of the next accounts; to be asked in order."""
        weights = self._weights(whom)
        bounds = np.concatenate([[self._passed], self._passed + np.cumsum(weights)])
        self._passed = int(bounds[-1])
        shares: Ints = np.diff(bounds * self._plan.events // self._total)
        return shares


def events_of(plan: Plan, whom: Ints, begin: Ints, end: Ints, count: Ints) -> tuple[pa.Table, Ints]:
    """The events of some accounts, any day of the account's stay, with the month of each row."""
    dice = plan.dice
    own = np.repeat(np.arange(len(whom)), count)
    number = np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count)
    key = whom[own] * (PAGE << 12) + number
    day = begin[own] + dice.below("event day", key, (end - begin)[own])
    table = pa.table(
        {
            "event_id": c.keys("E", key, 15),
            "account_id": account_ids(plan, whom[own]),
            "occurred_at": c.instants(day, dice.below("event second", key, c.DAY_SECONDS)),
            "occurred_on": c.days(day),
            "kind": c.words(EVENT_KINDS, dice.pick("event kind", key, [50, 20, 10, 15, 5])),
            "quantity": np.ones(len(key), np.int64),
        }
    )
    return table, months_of(day)
