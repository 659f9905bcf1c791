"""Positions counted: everything a statement tells apart, of all its periods in one question."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.metrics.calendar import narrowed
from keepwell.metrics.lines import PAYING_AT_CLOSING
from keepwell.metrics.source import Source

# Counted by these, a company of any size comes to a few dozen rows a period.
COUNTED_BY = ["place", "segment", "line", "leaving_kind", "interrupted", "kept_by"]
# How many accounts, and what they pay; and of those known to be leaving at the closing, how many and what then.
SUMS = ["accounts", "opening", "closing", "leaving", "leaving_closing"]

Counted = Mapping[str, Any]


def counted(source: Source) -> list[list[Counted]]:
    """For each period rows with `COUNTED_BY` and `SUMS`."""
    positions, engine = source.positions, source.ledger.engine
    none = nw.lit(0).cast(nw.Int64)
    # Tables are made before anything is built on others: see `Positions`.
    leavers = source.leavers
    still = source.cut_still(positions.still)
    parts = [_still(source, still, leaving=none, leaving_closing=none)]
    if leavers is not None:
        known = still.join(leavers, on="account_id", how="inner")
        while_leaving = narrowed(known, nw.col("leaving_from"), nw.col("leaving_to"))
        told = {"leaving": nw.col("accounts"), "leaving_closing": nw.col("opening")}
        parts.append(_still(source, while_leaving, **told, accounts=none, opening=none, closing=none))
        spread = leavers.select("account_id", first="leaving_from", last=nw.col("leaving_to"))
        leavers = source.positions.calendar.spread(spread).select("account_id", "place", leaving=none + 1)
    parts += [_moved(source.cut(part), leavers) for part in (positions.decided, positions.grouped)]
    by_place: list[list[Counted]] = [[] for _period in source.over]
    for row in engine.collect(nw.concat(parts, how="vertical")).to_pylist():
        by_place[row["place"]].append(row)
    return by_place


def _still(source: Source, still: Frame, **sums: nw.Expr) -> Frame:
    """Accounts that do not move: counted once for all the periods they hold their place in."""
    alike = still.group_by("first", "last", "segment", "kept_by").agg(
        accounts=nw.len().cast(nw.Int64), opening=nw.col("opening").sum().cast(nw.Int64)
    )
    by_place = source.positions.calendar.spread(alike).group_by("place", "segment", "kept_by")
    summed = by_place.agg(*[nw.col(name).sum().cast(nw.Int64) for name in ("accounts", "opening")])
    return summed.select(
        "place",
        "segment",
        line=nw.lit("unchanged"),
        leaving_kind=nw.lit(None, nw.String),
        interrupted=nw.lit(0).cast(nw.Int64),
        kept_by=nw.col("kept_by"),
        **{
            "accounts": nw.col("accounts"),
            "opening": nw.col("opening"),
            "closing": nw.col("opening"),
            **sums,
        },
    )


def _moved(found: Frame, leavers: Frame | None) -> Frame:
    """Positions of accounts that moved, or may have."""
    if leavers is None:
        found = found.with_columns(leaving=nw.lit(0).cast(nw.Int64))
    else:
        found = found.join(leavers, on=["account_id", "place"], how="left")
    pays = nw.col("line").is_in(PAYING_AT_CLOSING) & (nw.col("leaving") == 1)
    return (
        found.with_columns(
            leaving=nw.when(pays).then(1).otherwise(0),
            leaving_closing=nw.when(pays).then(nw.col("closing")).otherwise(0),
            accounts=nw.lit(1),
        )
        .group_by(*COUNTED_BY)
        .agg(*[nw.col(name).sum().cast(nw.Int64) for name in SUMS])
        .select(*COUNTED_BY, *SUMS)
    )
