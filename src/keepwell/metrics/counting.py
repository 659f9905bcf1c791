"""Positions counted: everything a statement tells apart, of all its periods in one question."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.metrics.source import Source
from keepwell.metrics.standing import LEAVING, MOVED, STILL

# Counted by these, a company of any size comes to a few dozen rows a period.
COUNTED_BY = ["place", "segment", "line", "leaving_kind", "interrupted", "kept_by"]
# How many accounts, and what they pay; and of those known to be leaving at the closing, how many and what then.
SUMS = ["accounts", "opening", "closing", "leaving", "leaving_closing"]

Counted = Mapping[str, Any]


def counted(source: Source) -> list[list[Counted]]:
    """For each period rows with `COUNTED_BY` and `SUMS`."""
    engine, found = source.ledger.engine, source.counted
    parts = [
        _still(source, found[STILL]),
        _moved(source.cut(found[MOVED])),
        _leaving(source.cut(found[LEAVING])),
    ]
    by_place: list[list[Counted]] = [[] for _period in source.over]
    for row in engine.collect(nw.concat(parts, how="vertical")).to_pylist():
        by_place[row["place"]].append(row)
    return by_place


def _still(source: Source, still: Frame) -> Frame:
    """Accounts that do not move: counted once for all the periods they hold their place in."""
    alike = (
        source.cut_still(still)
        .group_by("first", "last", "segment", "kept_by")
        .agg(*_sums("accounts", "opening"))
    )
    by_place = source.positions.calendar.spread(alike).group_by("place", "segment", "kept_by")
    summed = by_place.agg(*_sums("accounts", "opening"))
    return _unchanged(
        summed, accounts=nw.col("accounts"), opening=nw.col("opening"), closing=nw.col("opening")
    )


def _leaving(leaving: Frame) -> Frame:
    """Accounts known to be leaving: counted apart from what else they are counted as."""
    summed = leaving.group_by("place", "segment", "kept_by").agg(*_sums("accounts", "closing"))
    return _unchanged(summed, leaving=nw.col("accounts"), leaving_closing=nw.col("closing"))


def _unchanged(summed: Frame, **sums: nw.Expr) -> Frame:
    """What was summed by place, segment and kept_by of accounts that pay, as counted: a sum not given is none."""
    none = nw.lit(0).cast(nw.Int64)
    return summed.select(
        "place",
        "segment",
        line=nw.lit("unchanged"),
        leaving_kind=nw.lit(None, nw.String),
        interrupted=none,
        kept_by=nw.col("kept_by"),
        **{name: sums.get(name, none) for name in SUMS},
    )


def _moved(moved: Frame) -> Frame:
    """Accounts that moved."""
    none = nw.lit(0).cast(nw.Int64)
    return (
        moved.group_by(*COUNTED_BY)
        .agg(*_sums("accounts", "opening", "closing"))
        .with_columns(leaving=none, leaving_closing=none)
        .select(*COUNTED_BY, *SUMS)
    )


def _sums(*names: str) -> list[nw.Expr]:
    return [nw.col(name).sum().cast(nw.Int64) for name in names]
