"""What contract accounts pay for, as it changes: open subscriptions, and the rows that were closed."""

from dataclasses import dataclass, field

import numpy as np

from keepwell.demo import company
from keepwell.demo.accounts import Accounts
from keepwell.demo.clock import Flags, Floats, Ints
from keepwell.demo.streams import Random

NONE = -1
PRODUCTS = len(company.PRODUCTS)
_PRICES = np.array([p.price for p in company.PRODUCTS])
_EUROS = np.array([c.euros for c in company.CURRENCIES])
_WHOLE = np.array([c.code in ("HUF",) for c in company.CURRENCIES])  # nobody quotes a hundredth of a forint


@dataclass
class Rows:
    """Rows in the making: arrays of equal length by column name, one chunk at a time."""

    chunks: list[dict[str, Ints]] = field(default_factory=list)

    def add(self, **columns: Ints) -> None:
        """More rows."""
        self.chunks.append(columns)

    def column(self, name: str) -> Ints:
        """All rows' values of one column."""
        parts = [c[name] for c in self.chunks]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def __getitem__(self, name: str) -> Ints:
        return self.column(name)


REASONS = (
    "", "renewed", "upgrade", "downgrade", "switched currency", "by_choice", "failed_payment", "merged", "trial over",
    "product dropped",
)  # fmt: skip


class Contracts:
    """Open subscriptions as a table of accounts by products; closing one writes its row.

    Amounts are whole minor units a month in the account's currency.
    """

    def __init__(self, accounts: Accounts, chance: Random) -> None:
        n = len(accounts)
        self.accounts = accounts
        self.chance = chance
        self.rows = Rows()
        self.started = np.full((n, PRODUCTS), NONE, dtype=np.int64)
        self.amount = np.zeros((n, PRODUCTS), dtype=np.int64)
        self.quantity = np.zeros((n, PRODUCTS), dtype=np.int64)
        self.seats = accounts.seats.astype(np.int64)
        self.price_level = np.exp(chance.normal(0, 0.10, n))
        self.currency = accounts.currency.copy()
        self.term_end = np.full(n, NONE, dtype=np.int64)  # annual contracts: the next renewal
        self.noticed = np.full(n, NONE, dtype=np.int64)  # day of notice
        self.ends = np.full(n, NONE, dtype=np.int64)  # day of leaving, once known
        self.wanted = chance.random((n, PRODUCTS)) < np.array([p.at_start for p in company.PRODUCTS])

    @property
    def live(self) -> Flags:
        """Who pays for anything now."""
        return np.asarray((self.started >= 0).any(axis=1))

    def price(self, at: Ints, product: int) -> Ints:
        """The monthly amount of a product for the accounts `at`, in minor units."""
        currency = self.currency[at]
        # Big customers pay less a seat.
        euros = _PRICES[product] * self.price_level[at] * np.power(self.seats[at].astype(np.float64), 0.9)
        minor = euros / _EUROS[currency] * 100
        whole = np.where(_WHOLE[currency], np.round(minor / 100) * 100, np.round(minor))
        return np.asarray(whole, dtype=np.int64)

    def open(self, at: Ints, product: int, day: Ints) -> None:
        """Start a product for accounts `at` on each one's day."""
        self.started[at, product] = day
        self.amount[at, product] = self.price(at, product)
        self.quantity[at, product] = self.seats[at]

    def begin(self, at: Ints, day: Ints) -> None:
        """Sign new (or returning) accounts: the product everyone has, and what else they want at once."""
        self.noticed[at] = self.ends[at] = NONE
        annual = self.accounts.annual[at]
        self.term_end[at] = np.where(annual, next_year(day), NONE)
        for product in range(PRODUCTS):
            wants = self.wanted[at, product]
            self.open(at[wants], product, day[wants])

    def close(self, at: Ints, product: int, day: Ints, reason: str) -> None:
        """End a product; a row that would pay no day is not written."""
        started = self.started[at, product]
        paid = day > started
        self._write(at[paid], product, day[paid], reason)
        self.started[at, product] = NONE

    def change(self, at: Ints, product: int, day: Ints, reason: str) -> None:
        """Close and open a product at today's price and seats, where it runs."""
        runs = self.started[at, product] >= 0
        at, day = at[runs], day[runs]
        self._write(at, product, day, reason)
        self.open(at, product, day)

    def renew(self, at: Ints, day: Ints, currency: Ints, seats: Ints) -> None:
        """End one term and begin the next, in this currency and with so many seats."""
        runs = self.started[at] >= 0
        switched = currency != self.currency[at]
        for product in range(PRODUCTS):
            for flag, reason in ((switched, "switched currency"), (~switched, "renewed")):
                which = runs[:, product] & flag
                self.close(at[which], product, day[which], reason)
        self.currency[at], self.seats[at], self.term_end[at] = currency, seats, next_year(day)
        for product in range(PRODUCTS):
            which = runs[:, product]
            self.open(at[which], product, day[which])

    def leave(self, at: Ints, day: Ints, reason: str) -> None:
        """End everything the accounts pay for."""
        for product in range(PRODUCTS):
            runs = self.started[at, product] >= 0
            self.close(at[runs], product, day[runs], reason)
        self.term_end[at] = NONE

    def finish(self, end: int) -> None:
        """Write what still runs at the end of the simulation: open, or with a notice and its end ahead."""
        for product in range(PRODUCTS):
            at = np.flatnonzero(self.started[:, product] >= 0)
            known = np.where((self.noticed[at] >= 0) & (self.noticed[at] < end), self.ends[at], NONE)
            for flag, reason in ((known < 0, ""), (known >= 0, "by_choice")):
                self._write(at[flag], product, known[flag], reason)

    def _write(self, at: Ints, product: int, ended: Ints, reason: str) -> None:
        told = self.noticed[at]
        leaving = (told >= 0) & (reason == "by_choice")
        self.rows.add(
            account=at,
            product=np.full(len(at), product),
            started=self.started[at, product],
            ended=ended,
            amount=self.amount[at, product],
            currency=self.currency[at],
            quantity=self.quantity[at, product],
            renewal=self.term_end[at],
            cancelled=np.where(leaving, told, NONE),
            reason=np.full(len(at), REASONS.index(reason)),
        )

    def trials(self, clock_end: int) -> None:
        """Free trials before the first paying day, and those that never led to one."""
        a = self.accounts
        at = np.flatnonzero((a.trial > 0) & (a.joins - a.trial < clock_end))
        ended = a.joins[at]
        self.rows.add(
            account=at, product=np.zeros(len(at), dtype=np.int64), started=a.joins[at] - a.trial[at],
            ended=np.where(ended < clock_end, ended, NONE), amount=np.zeros(len(at), dtype=np.int64),
            currency=self.currency[at], quantity=self.seats[at], renewal=np.full(len(at), NONE),
            cancelled=np.full(len(at), NONE),
            reason=np.where(ended < clock_end, REASONS.index("trial over"), 0),
        )  # fmt: skip


def next_year(day: Ints) -> Ints:
    """The same day of the next year (no days past the 28th come here)."""
    at = day.astype("datetime64[D]")
    month = at.astype("datetime64[M]")
    in_month = (at - month.astype("datetime64[D]")).astype(np.int64)
    return np.asarray((month + 12).astype("datetime64[D]").astype(np.int64) + in_month)


def growth(resolve: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Chances per step that an account takes more seats, and that it gives some back."""
    more = 0.0086 * np.exp(np.clip(0.8 * value - 0.5 * resolve, -2.5, 1.5))
    fewer = 0.0042 * np.exp(np.clip(0.9 * resolve - 0.3 * value, -2.0, 2.0))
    return more, fewer
