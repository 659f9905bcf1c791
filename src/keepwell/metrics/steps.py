"""What accounts pay, step by step: the days on which it changes, of a table of the ledger's rows.

The rows of an account lie together there, by day. So what comes before and after a step is its neighbour, and whole
columns are worked out at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from keepwell.ledger.neighbours import Column, Groups, coded, numbered
from keepwell.ledger.rows import KEPT_BY, LEAVING_KINDS
from keepwell.lib.days import FOREVER
from keepwell.metrics.conversion import Prices

# The columns that are needed of the ledger's rows.
COLUMNS = ["account_id", "currency", "day", "before", "after", "leaving_kind", "kept_by"]


@dataclass(frozen=True)
class Leg:
    """What is paid in one currency, by step: minor units a month before and after it."""

    currency: Column | int  # its place among those that there are prices of
    before: Column
    after: Column


@dataclass(frozen=True)
class Steps:
    """One row an account and day on which what it pays changes, those of an account together.

    ids: the account ids of the table the steps were found in; place: the row of it that each step begins at. why: the
    place among LEAVING_KINDS where the account leaves, else -1. kept: the place among KEPT_BY of what changes on the
    step, and held: of all that lies behind the account's MRR after it. An account counts with the smallest.
    """

    ids: pa.Array
    place: Column
    accounts: Groups
    day: Column
    legs: Sequence[Leg]
    why: Column
    kept: Column
    held: Column
    pays: Column  # whether it pays after the step

    @property
    def begins(self) -> Column:
        """Whether a step is its account's first."""
        found = np.zeros(len(self.day), np.bool_)
        found[self.accounts.starts] = True
        return found

    def worth(self, which: str, at: Column, prices: Prices, era: Column | int) -> Column:
        """What is paid `before` or `after` the steps `at`, in the reporting currency, each leg rounded."""
        found = np.zeros(len(at), np.int64)
        for leg in self.legs:
            currency = leg.currency if isinstance(leg.currency, int) else leg.currency[at]
            found += prices.priced(getattr(leg, which)[at], currency, era)
        return found


def steps_of(rows: pa.Table, currencies: Sequence[str]) -> Iterator[Steps]:
    """The steps of accounts that ever pay in one currency only, and those of all others."""
    ids = rows["account_id"].combine_chunks()
    known = {name: rows[name].to_numpy() for name in ("day", "before", "after")}
    known["currency"] = coded(rows["currency"], currencies)
    known["why"] = coded(rows["leaving_kind"], LEAVING_KINDS)
    known["kept"] = coded(rows["kept_by"], KEPT_BY)
    known["account"] = numbered(ids)
    known["place"] = np.arange(len(ids))
    # Who pays in several currencies has two rows in different ones beside each other.
    account, currency = known["account"], known["currency"]
    differs = np.flatnonzero((currency[1:] != currency[:-1]) & (account[1:] == account[:-1]))
    mixed = np.zeros(account[-1] + 1 if len(account) else 0, np.bool_)
    mixed[account[differs]] = True
    several = mixed[account]
    yield _in_one_currency(ids, known, several)
    if several.any():
        yield _in_several(ids, {name: column[several] for name, column in known.items()})


def _in_one_currency(ids: pa.Array, rows: dict[str, Column], several: Column) -> Steps:
    """Each row is a step; those of other accounts are put where nobody asks for them."""
    kept, after = rows["kept"], rows["after"]
    day, pays = np.where(several, FOREVER, rows["day"]), (after > 0) & ~several
    leg = Leg(rows["currency"], rows["before"], after)
    accounts = Groups.of(rows["account"])
    return Steps(ids, rows["place"], accounts, day, [leg], rows["why"], kept, kept, pays)


def _in_several(ids: pa.Array, rows: dict[str, Column]) -> Steps:
    """The rows of a day are one step, and the currencies that do not change on it are still paid."""
    days = Groups.of(rows["account"], rows["day"])
    accounts = Groups.of(rows["account"][days.starts])
    step = days.spread(np.arange(len(days.starts)))
    kept = days.least(rows["kept"])
    legs, held = [], np.full(len(kept), len(KEPT_BY), np.int8)
    for currency in np.unique(rows["currency"]).tolist():
        own = np.flatnonzero(rows["currency"] == currency)
        change = np.zeros(len(kept), np.int64)
        change[step[own]] = rows["after"][own] - rows["before"][own]
        after = accounts.so_far(change)
        legs.append(Leg(currency, after - change, after))
        held = np.minimum(held, _newest(accounts, step[own], rows["kept"][own]))
    pays = np.logical_or.reduce([leg.after > 0 for leg in legs])
    place, day, why = rows["place"][days.starts], rows["day"][days.starts], days.most(rows["why"])
    return Steps(ids, place, accounts, day, legs, why, kept, held, pays)


def _newest(accounts: Groups, at: Column, values: Column) -> Column:
    """On each step the newest of some values, known on the steps `at`; more than all of them before the first."""
    found = np.full(accounts.rows, -1)
    found[at] = np.arange(len(at))
    found = np.maximum.accumulate(found)
    first = accounts.spread(np.searchsorted(at, accounts.starts))  # the first value of the step's account
    return np.where(found >= first, values[found], len(KEPT_BY)).astype(np.int8)
