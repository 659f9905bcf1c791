"""What the purchases of an account come to: how often, how lately, since when, how evenly, for how much."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from keepwell.book.engines import Engine, Frame
from keepwell.ledger.cycles import purchase_days
from keepwell.lib.days import number
from keepwell.lib.errors import BadInput
from keepwell.lib.money import Rate
from keepwell.lib.text import gettext as _
from keepwell.metrics.conversion import money_in, without_rate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Summaries:
    """One row an account that bought before the day they were made for. All arrays have shape (n,).

    Raises BadInput where the numbers cannot be those of a buyer.
    """

    accounts: NDArray[np.object_]
    frequency: Ints  # days of purchase after the first: 0 for who bought on one day only
    recency: Ints  # days from the first to the last purchase; 0 where there is only one
    age: Ints  # days from the first purchase to the last day looked at
    log_gaps: Floats  # sum of the natural logarithms of the days between purchases
    spend: Floats  # mean spend of a purchase day after the first, minor units; NaN where there is none above zero

    def __post_init__(self) -> None:
        x, t_x, age = self.frequency, self.recency, self.age
        wrong = (x < 0) | (t_x < x) | (age < t_x) | ((x == 0) & (t_x > 0))
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise BadInput(
                _("These are not the purchases of an account."),
                seen=f"{self.accounts[first]}: {x[first]} / {t_x[first]} / {age[first]}",
                ways=[_("An account buys on a day once, between its first purchase and the day looked at.")],
            )

    def __len__(self) -> int:
        return len(self.frequency)

    def where(self, rows: Any) -> "Summaries":
        """The accounts at these rows: a mask or positions."""
        return Summaries(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def numbers(self) -> tuple[Floats, Floats, Floats]:
        """Frequency, recency and age, as models take them."""
        return self.frequency.astype(np.float64), self.recency.astype(np.float64), self.age.astype(np.float64)

    def sample(self, most: int) -> "Summaries":
        """At most so many of them, spread evenly over their order."""
        return self.where(spread(len(self), most))

    def plain_rate(self, days: int) -> Floats:
        """Purchases in so many days at the rate so far, (n,): what any model has to beat."""
        return self.frequency / np.maximum(self.age, 1) * days


@dataclass(frozen=True)
class Held:
    """What was known of purchases on a day, and what came after it: to judge a model by."""

    summaries: Summaries
    days: int  # how long was watched
    bought: Ints  # (n,) purchase days in that time

    def sample(self, most: int) -> "Held":
        """At most so many accounts, spread evenly over their order."""
        rows = spread(len(self.summaries), most)
        return Held(self.summaries.where(rows), self.days, self.bought[rows])


def spread(many: int, most: int) -> Ints:
    """At most `most` of `many` places, as far apart as they can be."""
    return np.unique(np.linspace(0, max(many - 1, 0), min(many, most)).astype(np.int64))


def summarise(
    engine: Engine,
    purchases: Frame,
    as_of: date,
    *,
    rates: Mapping[str, Rate] | None = None,
    reporting: str | None = None,
    beside: Frame | None = None,
) -> Summaries:
    """What each account's purchases before `as_of` come to, in one query.

    `purchases` has account_id, occurred_on (day number), currency and amount (minor units), as
    `Book.moment(engine, as_known_on=as_of - 1 day).frame("purchases")` gives it. A row that is not above zero is a
    return and no purchase, and lessens that day's spend; several rows on a day are one purchase. `rates` turn spend
    into `reporting`, and a purchase in a currency without a rate leaves its account's spend unknown; without
    `reporting` all amounts are taken to be of one currency. Days on which a stretch of `beside` (account_id, start,
    end: subscriptions) runs are left out.

    >>> summarise(engine, moment.frame("purchases"), date(2026, 7, 1)).frequency  # doctest: +SKIP
    """
    return summarise_days(engine, days_bought(purchases, rates, reporting, beside), as_of)


def summarise_days(engine: Engine, days: Frame, as_of: date) -> Summaries:
    """As `summarise`, of days on which accounts bought: account_id, day, spend and unpriced, as `days_bought` gives.

    Each account has a day once.
    """
    return _summaries(_collected(engine, days, number(as_of), number(as_of)))


def held_back(
    engine: Engine,
    purchases: Frame,
    cut: date,
    until: date,
    *,
    rates: Mapping[str, Rate] | None = None,
    reporting: str | None = None,
    beside: Frame | None = None,
) -> Held:
    """What was known before `cut`, and the purchase days from it to before `until`; the rest as `summarise`.

    Raises BadInput where there is no day between the two.
    """
    return hold_back_days(engine, days_bought(purchases, rates, reporting, beside), cut, until)


def hold_back_days(engine: Engine, days: Frame, cut: date, until: date) -> Held:
    """As `held_back`, of days on which accounts bought."""
    if until <= cut:
        raise BadInput(
            _("Nothing can be held back: the last day is not after the cut."),
            seen=f"{cut} / {until}",
            ways=[_("Take an earlier cut.")],
        )
    rows = _collected(engine, days, number(cut), number(until))
    return Held(_summaries(rows), (until - cut).days, rows["later"].astype(np.int64))


def days_bought(
    purchases: Frame,
    rates: Mapping[str, Rate] | None = None,
    reporting: str | None = None,
    beside: Frame | None = None,
) -> Frame:
    """Rows account_id, day, spend (minor units) and unpriced (1 where that is not known); the rest as `summarise`."""
    rows = purchases.select("account_id", "currency", "amount", day=nw.col("occurred_on"))
    rates = rates or {}
    if reporting is None:
        alike = rows.with_columns(currency=nw.lit(""))
        return purchase_days(alike, beside).filter(nw.col("bought") == 1).with_columns(unpriced=nw.lit(0))
    priced = purchase_days(rows, beside).with_columns(
        spend=money_in(rates, reporting, "spend"), unpriced=without_rate(rates, reporting)
    )
    by_day = priced.group_by("account_id", "day").agg(
        nw.col("spend").sum().cast(nw.Int64), nw.col("bought").max(), nw.col("unpriced").max()
    )
    return by_day.filter(nw.col("bought") == 1)


def _collected(engine: Engine, days: Frame, cut: int, until: int) -> dict[str, NDArray[Any]]:
    """A row an account that bought before day number `cut`; `later` counts its days from then to before `until`."""
    before = nw.col("day") < cut
    gap = nw.col("day") - nw.col("day").shift(1).over("account_id", order_by="day")
    again = before & ~nw.col("gap").is_null()
    found = (
        days.filter(nw.col("day") < until)
        .with_columns(gap=gap)
        .group_by("account_id")
        .agg(
            first=nw.col("day").min(),
            last=nw.when(before).then(nw.col("day")).max(),
            frequency=nw.when(again).then(1).otherwise(0).sum().cast(nw.Int64),
            later=nw.when(before).then(0).otherwise(1).sum().cast(nw.Int64),
            log_gaps=nw.when(again).then(nw.col("gap").cast(nw.Float64).log()).otherwise(0.0).sum(),
            spent=nw.when(again).then(nw.col("spend").fill_null(0)).otherwise(0).sum().cast(nw.Int64),
            unpriced=nw.when(again).then(nw.col("unpriced")).otherwise(0).max().cast(nw.Int64),
        )
        .filter(nw.col("first") < cut)
    )
    table = engine.collect(found.sort("account_id"))
    columns = {name: table[name].to_numpy() for name in table.column_names}
    return {**columns, "age": cut - 1 - columns["first"]}


def _summaries(rows: Mapping[str, NDArray[Any]]) -> Summaries:
    x = rows["frequency"].astype(np.int64)
    spent = rows["spent"].astype(np.float64)
    return Summaries(
        accounts=rows["account_id"].astype(object),
        frequency=x,
        recency=(rows["last"] - rows["first"]).astype(np.int64),
        age=rows["age"].astype(np.int64),
        log_gaps=rows["log_gaps"].astype(np.float64),
        spend=np.divide(
            spent, x, out=np.full(len(x), np.nan), where=(x > 0) & (spent > 0) & (rows["unpriced"] == 0)
        ),
    )


@dataclass(frozen=True)
class Groups:
    """Accounts with equal frequency, recency and age as one row with a weight: what a fit works on.

    Only what differs is worked out: a function of frequency alone is asked once for each frequency there is.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    weight: Floats
    log_gaps: float  # sum over all accounts

    @classmethod
    def of(cls, summaries: Summaries) -> "Groups":
        """Equal rows together, sorted by frequency, recency, age."""
        keys, bases = _keys(summaries.frequency, summaries.recency, summaries.age)
        found, weight = np.unique(keys, return_counts=True)
        frequency, recency, age = _apart(found, bases)
        return cls(frequency, recency, age, weight.astype(np.float64), float(summaries.log_gaps.sum()))

    @property
    def accounts(self) -> float:
        """How many accounts there are."""
        return float(self.weight.sum())

    @property
    def rate(self) -> float:
        """Purchases a day so far, over all accounts; above 0."""
        return max(float(self.weight @ self.frequency) / max(float(self.weight @ self.age), 1.0), 1e-6)

    def sample(self, size: int) -> "Groups":
        """Every so many-th account in the order of the rows: about `size`, spread evenly over all kinds of buyer."""
        total = int(self.weight.sum())
        if total <= size:
            return self
        picks = (np.arange(size) + 0.5) * (total / size)
        rows = np.searchsorted(np.cumsum(self.weight), picks, side="right")
        taken = np.bincount(rows, minlength=len(self.weight)).astype(np.float64)
        kept = taken > 0
        gaps = self.log_gaps * size / total
        return Groups(self.frequency[kept], self.recency[kept], self.age[kept], taken[kept], gaps)

    @cached_property
    def by_frequency(self) -> tuple[Floats, NDArray[np.intp]]:
        """The different frequencies, and the place of each row's among them."""
        return _different(self.frequency)

    @cached_property
    def by_recency(self) -> tuple[Floats, NDArray[np.intp]]:
        """The different recencies, and the place of each row's among them."""
        return _different(self.recency)

    @cached_property
    def by_age(self) -> tuple[Floats, NDArray[np.intp]]:
        """The different ages, and the place of each row's among them."""
        return _different(self.age)


def alike(*columns: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The different rows of columns of whole numbers from 0 on, (columns, m), and each row's place among them."""
    keys, bases = _keys(*(column.astype(np.int64) for column in columns))
    found, place = np.unique(keys, return_inverse=True)
    return _apart(found, bases), place


def _keys(*columns: Ints) -> tuple[Ints, list[int]]:
    """One number a row, in which the first column counts most, and by what each column was multiplied."""
    bases = [int(column.max(initial=0)) + 1 for column in columns]
    if math.prod(bases) > 2**62:
        raise BadInput(
            _("These purchases span too many days to be grouped."),
            seen=", ".join(map(str, bases)),
            ways=[_("Look for a day far from all others.")],
        )
    keys = np.zeros_like(columns[0])
    for column, base in zip(columns, bases, strict=True):
        keys = keys * base + column
    return keys, bases


def _apart(keys: Ints, bases: list[int]) -> Floats:
    columns = []
    for base in reversed(bases):
        keys, column = np.divmod(keys, base)
        columns.append(column.astype(np.float64))
    return np.stack(columns[::-1])


def _different(whole: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Whole numbers from 0 on, once each, and where each row's is: by counting, which is faster than sorting."""
    numbers = whole.astype(np.intp)
    seen = np.flatnonzero(np.bincount(numbers))
    place = np.zeros(int(seen[-1]) + 1 if len(seen) else 0, np.intp)
    place[seen] = np.arange(len(seen))
    return seen.astype(np.float64), place[numbers]
