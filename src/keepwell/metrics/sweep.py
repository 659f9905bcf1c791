"""The statements of many periods from one pass over the ledger.

Where nothing has to be told apart that changes from period to period, the periods of a series share all work: each
row of the ledger belongs to one period only, most accounts have one row in it and are decided by that row alone,
and an opening is the opening before plus what moved since. The result is the same, row for row, as asking for each
statement on its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period, number
from keepwell.lib.money import Rate
from keepwell.metrics.conversion import money_in
from keepwell.metrics.cuts import NO_VALUE
from keepwell.metrics.positions import ENDS, ends_of_chains, leaving_rank, lines
from keepwell.metrics.statement import (
    PAYING_AT_CLOSING,
    PAYING_AT_OPENING,
    Source,
    Statement,
    of_counted,
    summed,
)


def can_sweep(ledger: Ledger, over: Sequence[Period], rates_on: date | None) -> bool:
    """Whether every period has the same rates, and all accounts are contracts or all are irregular."""
    days = [rates_on] if rates_on else [period.start for period in over]
    # A rate dated after the first period's start and not after the last one's changes them on the way.
    moving = any(days[0] < changed <= days[-1] for changed in ledger.rate_days())
    return not moving and len(_kinds(ledger)) <= 1


def _kinds(ledger: Ledger) -> list[str]:
    """What accounts are kept by: contracts, purchases, or both."""
    kinds: list[str] = ledger.engine.collect(ledger.rows.select("kept_by").unique())["kept_by"].to_pylist()
    return kinds


def sweep(ledger: Ledger, over: Sequence[Period], rates_on: date | None) -> list[Statement]:
    """The statements of periods that follow one another without a hole."""
    rates = ledger.rates(rates_on or over[0].start)
    start, end = number(over[0].start), number(over[-1].end)
    engine = ledger.engine
    moved = lines(_ends(ledger, over, rates, start, end), nw.col("period_start"))
    counted: dict[int, list[dict[str, Any]]] = defaultdict(list)
    labelled = moved.with_columns(segment=nw.lit(NO_VALUE), leaving=nw.lit(0))
    for row in engine.collect(summed(labelled, "period_start")).to_pylist():
        counted[row["period_start"]].append(row)
    leavers = _leavers(ledger, over, rates)
    accounts, mrr = _opening(ledger, rates, start)
    kept_by = next(iter(_kinds(ledger)), "contract")
    made = []
    for period in over:
        rows = counted[number(period.start)]
        touched = [row for row in rows if row["line"] in PAYING_AT_OPENING]
        still = {
            "accounts": accounts - sum(row["accounts"] for row in touched),
            "opening": mrr - sum(row["opening"] for row in touched),
        }
        rows.append(_row(kept_by, **still, closing=still["opening"]))
        rows.append(_row(kept_by, leaving=1, **leavers.get(number(period.end), {})))
        source = Source(ledger, period, None, (), rates_on or period.start)
        made.append(of_counted(source, [row for row in rows if row["accounts"]]))
        closing = [row for row in rows if row["line"] in PAYING_AT_CLOSING and not row["leaving"]]
        accounts = sum(row["accounts"] for row in closing)
        mrr = sum(row["closing"] for row in closing)
    return made


def _row(
    kept_by: str, *, leaving: int = 0, accounts: int = 0, opening: int = 0, closing: int = 0
) -> dict[str, Any]:
    return {
        "segment": NO_VALUE,
        "line": "unchanged",
        "leaving_kind": None,
        "interrupted": 0,
        "kept_by": kept_by,
        "leaving": leaving,
        "accounts": accounts,
        "opening": opening,
        "closing": closing,
    }


def _ends(ledger: Ledger, over: Sequence[Period], rates: Mapping[str, Rate], start: int, end: int) -> Frame:
    """Openings and closings of every account that moved in a period, or pays in several currencies."""
    reporting = ledger.reporting
    calendar = ledger.engine.frame(_calendar(over))
    begins, stops = nw.col("period_start"), nw.col("period_end")
    inside = ledger.rows.filter(nw.col("lone"), nw.col("day") >= start, nw.col("day") < end).join(
        calendar, on="day", how="inner"
    )
    only = (nw.col("since") < begins) & (nw.col("until") >= stops)
    turn = nw.col("paying")
    decided = inside.filter(only).with_columns(
        own_opening=nw.col("before"),
        own_closing=nw.col("after"),
        opening=money_in(rates, reporting, "before"),
        closing=money_in(rates, reporting, "after"),
        is_new=nw.when(turn == 1, nw.col("spell") == 1).then(1).otherwise(0).cast(nw.Int64),
        came_back=nw.when(turn == 1, nw.col("spell") > 1).then(1).otherwise(0).cast(nw.Int64),
        left=nw.when(turn == -1).then(1).otherwise(0).cast(nw.Int64),
        last_leaving=leaving_rank().cast(nw.Int64),
    )
    together = [inside.filter(~only)]
    if len(ledger.currencies) > 1:
        together.append(_several_currencies(ledger, over))
    columns = [*ENDS, "period_start"]
    grouped = [
        ends_of_chains(rows, reporting, rates, begins, stops, "period_start", "period_end")
        for rows in together
    ]
    return nw.concat([part.select(*columns) for part in (decided, *grouped)], how="vertical")


def _several_currencies(ledger: Ledger, over: Sequence[Period]) -> Frame:
    """Rows of accounts in several currencies, once for each period in which they are in force or begin."""
    whole = {
        "period_start": [number(period.start) for period in over],
        "period_end": [number(period.end) for period in over],
    }
    in_force = (nw.col("day") < nw.col("period_end")) & (nw.col("until") >= nw.col("period_start"))
    several = ledger.engine.persist(ledger.rows.filter(~nw.col("lone")))
    return several.join(ledger.engine.frame(pa.table(whole)), how="cross").filter(in_force)


def _calendar(over: Sequence[Period]) -> pa.Table:
    """Each day of the periods with the first day of its period and the first after it."""
    days = [
        (day, number(p.start), number(p.end)) for p in over for day in range(number(p.start), number(p.end))
    ]
    return pa.table(
        dict(zip(("day", "period_start", "period_end"), map(list, zip(*days, strict=True)), strict=True))
    )


def _opening(ledger: Ledger, rates: Mapping[str, Rate], start: int) -> tuple[int, int]:
    """Accounts and MRR at the first opening: sums over chains telescope to what is in force."""
    before = ledger.rows.filter(nw.col("day") < start).select(
        "paying",
        change=money_in(rates, ledger.reporting, "after") - money_in(rates, ledger.reporting, "before"),
    )
    total = before.select(
        accounts=nw.col("paying").sum().cast(nw.Int64),
        mrr=nw.col("change").sum().cast(nw.Int64),
    )
    row = ledger.engine.collect(total).to_pylist()[0]
    return row["accounts"] or 0, row["mrr"] or 0


def _leavers(ledger: Ledger, over: Sequence[Period], rates: Mapping[str, Rate]) -> dict[int, dict[str, int]]:
    """Accounts and MRR known to be leaving at each closing."""
    ends = ledger.engine.frame(pa.table({"end": [number(p.end) for p in over]}))
    end = nw.col("end")
    leaving = (
        ledger.known_leavers().join(ends, how="cross").filter(nw.col("day") < end, nw.col("until") >= end)
    )
    leaving = ledger.engine.persist(leaving.select("account_id", "end").unique())
    in_force = (
        ledger.rows.filter(nw.col("after") > 0)
        .join(leaving, on="account_id", how="inner")
        .filter(nw.col("day") < end, nw.col("until") >= end)
        .with_columns(closing=money_in(rates, ledger.reporting, "after"))
    )
    by_end = in_force.group_by("end").agg(
        accounts=nw.col("account_id").n_unique().cast(nw.Int64),
        closing=nw.col("closing").sum().cast(nw.Int64),
    )
    rows = ledger.engine.collect(by_end).to_pylist()
    return {row["end"]: {"accounts": row["accounts"], "closing": row["closing"]} for row in rows}
