"""Random lives of accounts, the ledger rows they make, and what a day looks like: day by day, with no cleverness."""

from datetime import date, timedelta
from random import Random

import pyarrow as pa
from hypothesis import strategies as st

from keepwell.ledger.rows import SCHEMA
from keepwell.lib.days import FOREVER, NEVER, number

# account → changes (day, currency, MRR from that day on), at most one a currency and day
History = dict[str, list[tuple[date, str, int]]]

FIRST = date(2023, 11, 27)
LENGTH = 500  # days; past a leap day and a year's end
AMOUNTS = (0, 0, 0, 1, 3, 333, 10_000, 10_001, 99_999)
CURRENCIES = ("EUR", "EUR", "USD", "JPY")


def random_history(seed: int, accounts: int) -> History:
    """The same life for every seed."""
    chance = Random(seed)
    history: History = {}
    for n in range(accounts):
        changes = {}
        for _turn in range(chance.randint(1, 7)):
            day = FIRST + timedelta(days=chance.randrange(LENGTH))
            changes[day, chance.choice(CURRENCIES)] = chance.choice(AMOUNTS)
        history[f"a{n}"] = [(d, c, m) for (d, c), m in sorted(changes.items())]
    return history


def histories() -> st.SearchStrategy[History]:
    """Up to eight accounts; shrinks to few changes near the first day."""
    change = st.tuples(
        st.integers(0, LENGTH - 1).map(lambda n: FIRST + timedelta(days=n)),
        st.sampled_from(CURRENCIES),
        st.sampled_from(AMOUNTS),
    )
    changes = st.lists(change, min_size=1, max_size=7, unique_by=lambda c: c[:2]).map(sorted)
    return st.lists(changes, min_size=1, max_size=8).map(
        lambda lives: {f"a{n}": c for n, c in enumerate(lives)}
    )


def balance(history: History, account: str, day: date) -> dict[str, int]:
    """What the account pays a month at the end of the day, by currency."""
    state = {}
    for since, currency, amount in history[account]:
        if since <= day:
            state[currency] = amount
    return {c: m for c, m in state.items() if m}


def paying_days(history: History, account: str, until: date) -> list[date]:
    """Every day before `until` on which it pays."""
    day, days = FIRST, []
    while day < until:
        if balance(history, account, day):
            days.append(day)
        day += timedelta(days=1)
    return days


def first_spell(days: list[date]) -> int:
    """How many days the first unbroken stretch of paying has."""
    length = 1
    while length < len(days) and days[length] - days[0] == timedelta(days=length):
        length += 1
    return length


def rows_of(history: History) -> pa.Table:
    """The ledger's rows."""
    rows = [row for account, changes in history.items() for row in _of_account(account, changes)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _of_account(account: str, changes: list[tuple[date, str, int]]) -> list[dict]:
    state: dict[str, int] = {}
    chains: dict[str, list[dict]] = {}
    rows, first = [], None
    for day in sorted({d for d, _c, _m in changes}):
        paid = bool(sum(state.values()))
        made = []
        for _day, currency, amount in (c for c in changes if c[0] == day):
            before = state.get(currency, 0)
            if amount != before:
                row = {"account_id": account, "currency": currency, "day": number(day), "until": FOREVER}
                row |= {"since": NEVER, "before": before, "after": amount, "paying": 0}
                made.append(row)
            state[currency] = amount
        pays = bool(sum(state.values()))
        if pays and not paid:
            first = number(day) if first is None else first
        for n, row in enumerate(made):
            row |= {"paying": int(pays) - int(paid) if n == 0 else 0, "first_day": first}
            row |= {"kind": "new", "lone": len({c for _d, c, m in changes if m}) == 1, "kept_by": "contract"}
            chain = chains.setdefault(row["currency"], [])
            if chain:
                chain[-1]["until"], row["since"] = row["day"], chain[-1]["day"]
            chain.append(row)
        rows += made
    return rows
