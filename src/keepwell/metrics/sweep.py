"""The statements of many periods from one pass over the ledger.

Where nothing has to be told apart that changes from period to period, the periods of a series share all work: each
row of the ledger belongs to one period only, most accounts have one row in it and are decided by that row alone,
and an opening is the opening before plus what moved since. The result is the same, row for row, as asking for each
statement on its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period, number
from keepwell.lib.money import Rate
from keepwell.metrics.conversion import priced
from keepwell.metrics.cuts import NO_VALUE
from keepwell.metrics.positions import ENDS, ends_of_chains, in_reporting, lines, only_row
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
    if ledger.cycles is not None and not ledger.engine.collect(ledger.cycles.head(1)).num_rows:
        return ["contract"]
    kinds: list[str] = ledger.engine.collect(ledger.rows.select("kept_by").unique())["kept_by"].to_pylist()
    return kinds


def sweep(ledger: Ledger, over: Sequence[Period], rates_on: date | None) -> list[Statement]:
    """The statements of periods that follow one another without a hole."""
    rates = ledger.rates(rates_on or over[0].start)
    moved = _Moved(ledger, over, rates)
    counted: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in [*moved.decided_by_one_row(), *moved.grouped()]:
        counted[row["period_start"]].append(row)
    leavers = _leavers(ledger, over, rates)
    accounts, mrr = _opening(ledger, rates, number(over[0].start))
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


# What a row does to its account is what the period does, where it is the account's only row in it.
_LINE_OF = {
    "new": "new",
    "reactivation": "reactivated",
    "expansion": "expansion",
    "contraction": "contraction",
    "churn": "churned",
}


@dataclass(frozen=True)
class _Moved:
    """The accounts that moved in each period, or pay in several currencies, counted as a statement counts them."""

    ledger: Ledger
    over: Sequence[Period]
    rates: Mapping[str, Rate]

    @cached_property
    def _inside(self) -> Frame:
        """Rows of accounts in one currency, each with its period."""
        ledger = self.ledger
        start, end = number(self.over[0].start), number(self.over[-1].end)
        rows = ledger.rows.filter(nw.col("lone"), nw.col("day") >= start, nw.col("day") < end)
        return rows.join(ledger.engine.frame(_calendar(self.over)), on="day", how="inner")

    @property
    def _only(self) -> nw.Expr:
        return only_row(nw.col("period_start"), nw.col("period_end"))

    def decided_by_one_row(self) -> list[dict[str, Any]]:
        """Accounts whose period is one row: most of them, and nothing has to be grouped by account."""
        summed_up = (
            in_reporting(self.ledger, self._inside.filter(self._only), self.rates)
            .select(
                "period_start", "kind", "leaving_kind", "kept_by", opening="before_in", closing="after_in"
            )
            .with_columns(moves=nw.col("opening") != nw.col("closing"))
            .group_by("period_start", "kind", "leaving_kind", "kept_by", "moves")
            .agg(
                accounts=nw.len().cast(nw.Int64),
                opening=nw.col("opening").sum().cast(nw.Int64),
                closing=nw.col("closing").sum().cast(nw.Int64),
            )
        )
        rows: list[dict[str, Any]] = self.ledger.engine.collect(summed_up).to_pylist()
        for row in rows:
            # A change too small to move the converted amount leaves the account unchanged.
            stays = row["kind"] in ("expansion", "contraction") and not row["moves"]
            line = "unchanged" if stays else _LINE_OF[row["kind"]]
            row.update(segment=NO_VALUE, line=line, interrupted=0, leaving=0)
        return rows

    def grouped(self) -> list[dict[str, Any]]:
        """All others: what they did is told by their rows of the period together."""
        # The few are taken out first, so that all that follows is worked out on full batches.
        few = self.ledger.engine.persist(self._inside.filter(~self._only))
        together = [in_reporting(self.ledger, few, self.rates)]
        if len(self.ledger.currencies) > 1:
            together.append(self._several_currencies())
        begins, stops = nw.col("period_start"), nw.col("period_end")
        ends = [ends_of_chains(rows, begins, stops, "period_start", "period_end") for rows in together]
        found = lines(
            nw.concat([part.select(*ENDS, "period_start") for part in ends], how="vertical"), begins
        )
        labelled = found.with_columns(segment=nw.lit(NO_VALUE), leaving=nw.lit(0))
        rows: list[dict[str, Any]] = self.ledger.engine.collect(summed(labelled, "period_start")).to_pylist()
        return rows

    def _several_currencies(self) -> Frame:
        """Rows of accounts in several currencies, once for each period in which they are in force or begin."""
        ledger = self.ledger
        whole = {
            "period_start": [number(period.start) for period in self.over],
            "period_end": [number(period.end) for period in self.over],
        }
        in_force = (nw.col("day") < nw.col("period_end")) & (nw.col("until") >= nw.col("period_start"))
        several = in_reporting(ledger, ledger.rows.filter(~nw.col("lone")), self.rates)
        crossed = ledger.engine.persist(several).join(ledger.engine.frame(pa.table(whole)), how="cross")
        return crossed.filter(in_force)


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
    before = in_reporting(ledger, ledger.rows.filter(nw.col("day") < start), rates)
    total = before.select(
        accounts=nw.col("paying").sum().cast(nw.Int64),
        mrr=(nw.col("after_in") - nw.col("before_in")).sum().cast(nw.Int64),
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
    )
    valued = priced(in_force, rates, ledger.reporting, ledger.engine, {"after": "closing"})
    by_end = valued.group_by("end").agg(
        accounts=nw.col("account_id").n_unique().cast(nw.Int64),
        closing=nw.col("closing").sum().cast(nw.Int64),
    )
    rows = ledger.engine.collect(by_end).to_pylist()
    return {row["end"]: {"accounts": row["accounts"], "closing": row["closing"]} for row in rows}
