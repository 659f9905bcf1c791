"""From the changes of accounts, one after the other, to the ledger's rows.

What is read here is sorted by account, day and currency and holds whole accounts: so what lies before and after a row
is its neighbour, and nothing has to be searched for. Everything is worked out on whole columns at a time.
"""

import numpy as np
import pyarrow as pa

from keepwell.ledger import notices
from keepwell.ledger.neighbours import Column, Groups, named, numbered, ranked
from keepwell.ledger.rows import KEPT_BY, KINDS, POSTING
from keepwell.ledger.rows import SCHEMA as ROW
from keepwell.ledger.stretches import LEFT_FOR

# What is found by following accounts, by name. The rows and the known leavers bear the number of their posting.
ROWS, LEAVING, JOINED = "ledger", "ledger_leaving", "joined"
OUTPUTS = {
    ROWS: ROW.append(POSTING),
    LEAVING: notices.SCHEMA.append(POSTING),
    # The currencies that there are rows in, and how many accounts first paid in each, in any number of parts.
    JOINED: pa.schema([("currency", pa.string()), ("accounts", pa.int64())]),
}

# Columns by name, all of one length.
_Columns = dict[str, Column]


def follow(changes: pa.Table, posting: int) -> dict[str, pa.Table]:
    """What OUTPUTS describes, of the accounts in `changes`.

    `changes` has the columns of `stretches.changes`, sorted by account_id, day and currency.
    """
    ids = changes["account_id"].combine_chunks()
    accounts = numbered(ids)
    places, currencies = ranked(changes["currency"])
    steps = _steps(changes, accounts, places)
    chains = _chains(steps)
    states = _states(steps, chains)
    rows = _rows(ids, currencies, {**steps, **chains, **states})
    leaving = notices.leaving_days(changes, ids, accounts)
    return {
        ROWS: rows.append_column(POSTING, pa.repeat(posting, rows.num_rows)),
        LEAVING: leaving.append_column(POSTING, pa.repeat(posting, leaving.num_rows)),
        JOINED: _joined(currencies, {**steps, **states}),
    }


def _steps(changes: pa.Table, accounts: Column, currencies: Column) -> _Columns:
    """The changes of each account, day and currency in one, where they come to anything at all.

    `place` is a row of `changes` with its account.
    """
    days = changes["day"].to_numpy()
    groups = Groups.of(accounts, days, currencies)
    net = groups.total(changes["change"].to_numpy())
    kept = np.flatnonzero(net)
    place = groups.starts[kept]
    steps = {
        "place": place,
        "account": accounts[place],
        "day": days[place],
        "currency": currencies[place],
        "change": net[kept],
        "why": groups.most(changes["why"].to_numpy())[kept],
    }
    if "irregular_change" in changes.column_names:
        steps["irregular_change"] = groups.total(changes["irregular_change"].to_numpy())[kept]
    return steps


def _chains(steps: _Columns) -> _Columns:
    """What lies before and after each step in its account and currency."""
    by_account = Groups.of(steps["account"])
    chains = _along(steps, by_account)
    several = by_account.least(steps["currency"]) != by_account.most(steps["currency"])
    chains["lone"] = ~by_account.spread(several)
    # Few accounts pay in several currencies: of those the steps are put in the order of their chains.
    apart = np.flatnonzero(~chains["lone"])
    apart = apart[np.lexsort([steps[name][apart] for name in ("day", "currency", "account")])]
    own = {name: column[apart] for name, column in steps.items()}
    for name, column in _along(own, Groups.of(own["account"], own["currency"])).items():
        chains[name][apart] = column
    return chains


def _along(steps: _Columns, groups: Groups) -> _Columns:
    after = groups.so_far(steps["change"])
    chains = {
        "before": after - steps["change"],
        "after": after,
        "until": groups.next_day(steps["day"]),
        "since": groups.day_before(steps["day"]),
    }
    if "irregular_change" in steps:
        chains["irregular_after"] = groups.so_far(steps["irregular_change"])
    return chains


def _states(steps: _Columns, chains: _Columns) -> _Columns:
    """How the account's paying turns on the day (1 starts, -1 stops), and why; `paying` says it on one row a day."""
    turn = (chains["before"] == 0).astype(np.int64) - (chains["after"] == 0)
    paying, why = turn.copy(), steps["why"].copy()
    apart = np.flatnonzero(~chains["lone"])
    days = Groups.of(steps["account"][apart], steps["day"][apart])
    by_account = Groups.of(steps["account"][apart][days.starts])
    turned = days.total(turn[apart])
    running = by_account.so_far(turned)  # how many currencies it pays in from then on
    was_running = running - turned
    turns = ((was_running == 0) & (running > 0)).astype(np.int64) - ((was_running > 0) & (running == 0))
    turn[apart] = days.spread(turns)
    paying[apart] = 0
    paying[apart[days.starts]] = turns
    why[apart] = days.spread(days.most(steps["why"][apart]))
    first_day = Groups.of(steps["account"])
    return {
        "turn": turn,
        "paying": paying,
        "why": why,
        "first_day": first_day.spread(steps["day"][first_day.starts]),
    }


def _rows(ids: pa.Array, currencies: pa.Array, steps: _Columns) -> pa.Table:
    turn = steps["turn"]
    starts, stops = turn == 1, turn == -1
    kind = np.select(
        [stops, starts & (steps["day"] == steps["first_day"]), starts, steps["change"] > 0],
        [KINDS.index(name) for name in ("churn", "new", "reactivation", "expansion")],
        KINDS.index("contraction"),
    )
    columns: dict[str, pa.Array | Column] = {
        **steps,
        "account_id": ids.take(pa.array(steps["place"])),
        "currency": pa.DictionaryArray.from_arrays(steps["currency"], currencies),
        "kind": named(kind, KINDS),
        "leaving_kind": named(steps["why"], LEFT_FOR, missing=~stops),
        "kept_by": named(_irregular(steps), KEPT_BY),
    }
    return pa.table([columns[name] for name in ROW.names], names=ROW.names)


def _irregular(steps: _Columns) -> Column:
    """1 where all that is paid from the day on, or up to it where nothing is, was read out of purchases."""
    if "irregular_after" not in steps:
        return np.zeros(len(steps["day"]), np.int8)
    after, before = steps["irregular_after"], steps["irregular_after"] - steps["irregular_change"]
    found: Column = np.where(steps["after"] > 0, after == steps["after"], before == steps["before"])
    return found.astype(np.int8)


def _joined(currencies: pa.Array, steps: _Columns) -> pa.Table:
    joined = (steps["paying"] == 1) & (steps["day"] == steps["first_day"])
    rows, accounts = (
        np.bincount(steps["currency"][of], minlength=len(currencies)) for of in (slice(None), joined)
    )
    return pa.table({"currency": currencies, "accounts": accounts}, schema=OUTPUTS[JOINED]).filter(
        pa.array(rows > 0)
    )
