"""The accounts of a generated company, and what they subscribe to: many at once, each by its own draws."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.demo import columns as c
from keepwell.demo.draws import Dice, Ints, steps_until

SEGMENTS = ("Enterprise", "Mid-market", "Small business", "Public sector", "Non-profit")
INDUSTRIES = ("Manufacturing", "Retail", "Logistics", "Health", "Education", "Finance", "Software", "Energy")
COUNTRIES = ("DE", "FR", "CZ", "GB", "US", "PL", "HU", "AT")
LANGUAGES = ("de", "fr", "cs", "en", "pl", "hu")
_SPOKEN = np.array([0, 1, 2, 3, 3, 4, 5, 0])  # the language of each country
CHANNELS = ("web", "partner", "outbound", "referral", "event")
CURRENCIES = ("EUR", "USD", "GBP", "CZK")
PRODUCTS = ("Starter", "Team", "Business", "Enterprise", "Reporting", "Support")
PRICES = np.array([2_900, 9_900, 24_900, 79_900, 4_900, 1_900])
END_REASONS = ("by_choice", "failed_payment", "closed_or_merged")

_LONGEST = 120  # months of a subscription
PAGE = 4096  # rows of one kind that one account may have
MOST_SUBSCRIPTIONS = 24


@dataclass(frozen=True)
class Plan:
    """What company is made: `extra` weighs the subscriptions beyond the first, `irregular` are thousandths."""

    dice: Dice
    accounts: int
    extra: list[int]
    irregular: int
    events: int
    start: int
    end: int

    @property
    def span(self) -> int:
        """Days of the data."""
        return self.end - self.start


def first_days(plan: Plan, whom: Ints) -> Ints:
    """Three in ten came in the two years before the data begins; the others any day of it."""
    older = plan.dice.chance("older", whom, 300)
    inside = plan.start + plan.dice.below("first day", whom, plan.span)
    return np.where(older, plan.start - 1 - plan.dice.below("older by", whom, 730), inside)


def account_ids(plan: Plan, whom: Ints) -> pa.Array:
    """Texts like A0001234."""
    return c.keys("A", whom, max(7, len(str(plan.accounts - 1))))


def accounts_of(plan: Plan, whom: Ints, first: Ints) -> pa.Table:
    """Rows of the table accounts."""
    dice = plan.dice
    country = dice.pick("country", whom, [30, 15, 10, 15, 15, 5, 5, 5])
    return pa.table(
        {
            "account_id": account_ids(plan, whom),
            "name": c.keys("N", whom, max(7, len(str(plan.accounts - 1)))),
            "segment": c.words(SEGMENTS, segments_of(plan, whom)),
            "industry": c.words(INDUSTRIES, dice.below("industry", whom, len(INDUSTRIES))),
            "country": c.words(COUNTRIES, country),
            "language": c.words(LANGUAGES, _SPOKEN[country]),
            "created_on": c.days(first - dice.below("created before", whom, 30)),
            "salesperson": c.keys("P", dice.below("salesperson", whom, 40), 2),
            "channel": c.words(CHANNELS, dice.below("channel", whom, len(CHANNELS))),
        }
    )


def segments_of(plan: Plan, whom: Ints) -> Ints:
    """Position in SEGMENTS."""
    return plan.dice.pick("segment", whom, [5, 20, 60, 10, 5])


def subscriptions_of(plan: Plan, whom: Ints, first: Ints, form: str) -> tuple[pa.Table, Ints, Ints]:
    """The table, the start of each row, and the last day of each account."""
    dice, end = plan.dice, plan.end
    count = 1 + dice.pick("how many", whom, plan.extra)
    place = np.cumsum(count) - count  # the account's first row
    rows = int(count.sum())
    started, ended = np.empty(rows, np.int64), np.empty(rows, np.int64)
    own = np.repeat(whom, count)
    number = np.arange(rows) - np.repeat(place, count)
    key = own * PAGE + number
    months = dice.pick("months", key, steps_until(30, _LONGEST)) + 1
    length = months * 365 // 12 + np.where(
        dice.chance("odd end", key, 300), dice.below("odd days", key, 28), 0
    )
    trial = (number == 0) & dice.chance("trial", key, 60)
    length = np.where(trial, 14, np.where(dice.chance("no day", key, 2), 0, length))
    relation = dice.pick("relation", key, [45, 35, 20])  # switch on the same day, add-on, return after a gap
    gap, part = dice.below("gap", key, 200) + 1, dice.below("part", key, 1000)
    before_end, last = first, first
    for turn in range(int(count.max(initial=0))):
        has = np.flatnonzero(count > turn)
        at = place[has] + turn
        if turn == 0:
            start = first[has]
        else:
            follows = before_end + np.where(relation[at] == 2, gap[at], 0)
            begin = first[has]
            inside = begin + (np.maximum(np.minimum(last[has], end), begin + 1) - begin) * part[at] // 1000
            start = np.where((relation[at] == 1) | (follows >= end), inside, follows)
        started[at], ended[at] = start, start + length[at]
        more = count[has] > turn + 1
        before_end = ended[at][more]
        last = _raised(last, has, ended[at])
    return (
        _subscription_table(plan, own, key, started, ended, trial=trial, form=form),
        started,
        np.minimum(last, end),
    )


def _raised(last: Ints, has: Ints, ends: Ints) -> Ints:
    out = last.copy()
    out[has] = np.maximum(out[has], ends)
    return out


def _subscription_table(
    plan: Plan, own: Ints, key: Ints, started: Ints, ended: Ints, *, trial: NDArray[np.bool_], form: str
) -> pa.Table:
    dice = plan.dice
    segment = segments_of(plan, own)
    product = dice.pick("product", key, [30, 30, 20, 5, 10, 5])
    quantity = 1 + dice.below("seats", key, np.array([40, 15, 4, 20, 6])[segment])
    mrr = np.where(trial, 0, PRICES[product] * quantity * (100 - 5 * dice.below("discount", key, 5)) // 100)
    home = dice.pick("currency", own, [60, 20, 10, 10])
    currency = np.where(
        dice.chance("other currency", key, 10), dice.below("which", key, len(CURRENCIES)), home
    )
    stated = (ended < plan.end) | dice.chance("end stated ahead", key, 50)
    gave_notice = stated & dice.chance("notice", key, 600)
    notice = np.maximum(started, ended - dice.below("notice days", key, 60))
    over = ended < plan.end
    return pa.table(
        {
            "subscription_id": row_ids("S", key),
            "account_id": account_ids(plan, own),
            "product": c.words(PRODUCTS, product),
            "started_on": c.days(started),
            "ended_on": c.days(ended, stated),
            "mrr": money(mrr, form),
            "currency": c.words(CURRENCIES, currency),
            "quantity": quantity,
            "cancelled_on": c.days(notice, gave_notice),
            "status": c.words(("active", "ended"), over.astype(np.int64)),
            "end_reason": c.words(END_REASONS, dice.pick("reason", key, [70, 20, 10]), over & gave_notice),
        }
    )


def row_ids(letter: str, key: Ints) -> pa.Array:
    """Texts like S000000008192."""
    return c.keys(letter, key, 12)


def money(minor: Ints, form: str) -> pa.Array:
    """All currencies here have two decimals."""
    amounts = pa.array(minor)
    if form != "csv":
        return amounts
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(minor), [None, pa.py_buffer(_wide(minor))])


def _wide(minor: Ints) -> Ints:
    """The same integers with 128 bits, as Arrow lays decimals out."""
    return np.ascontiguousarray(np.stack([minor, minor >> 63], axis=1))


def years(numbers: Ints) -> Ints:
    """The calendar year of each day."""
    return numbers.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def months_of(numbers: Ints) -> Ints:
    """The calendar month of each day, as 202601."""
    month = numbers.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return (month // 12 + 1970) * 100 + month % 12 + 1
