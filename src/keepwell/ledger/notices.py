"""Known leavers: accounts that still pay, and have given notice of everything they pay for."""

import numpy as np
import pyarrow as pa

from keepwell.ledger.neighbours import Column, Groups

# From `day` until `until` (not included) the account pays and every subscription of it has been given notice of.
SCHEMA = pa.schema([("account_id", pa.string()), ("day", pa.int64()), ("until", pa.int64())])


def leaving_days(changes: pa.Table, ids: pa.Array, accounts: Column) -> pa.Table:
    """Days over which accounts are leaving (see SCHEMA).

    `changes` has the columns of `stretches.changes`, sorted by account and day; `ids` is its account_id, and
    `accounts` has a number for each.
    """
    running, given = (changes[name].to_numpy() for name in ("running", "given"))
    by_account = Groups.of(accounts)
    # Few have given notice: what follows is asked of those alone.
    told = by_account.spread(by_account.most(given) > 0) & ((running != 0) | (given != 0))
    at = np.flatnonzero(told)
    accounts, day = accounts[at], changes["day"].to_numpy()[at]
    days = Groups.of(accounts, day)
    accounts, day, place = accounts[days.starts], day[days.starts], at[days.starts]
    by_account = Groups.of(accounts)
    runs, noticed = (by_account.so_far(days.total(column[at])) for column in (running, given))
    found = np.flatnonzero((runs > 0) & (runs == noticed))
    until = by_account.next_day(day)
    return pa.table([ids.take(pa.array(place[found])), day[found], until[found]], schema=SCHEMA)
