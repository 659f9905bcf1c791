"""Purchase cycles as they stood on a day: how often each irregular account buys, and how long it may be silent."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import number
from keepwell.metrics.cuts import NO_VALUE
from keepwell.metrics.printing import Rows
from keepwell.metrics.tabular import Tabular

_DAYS = ("last_purchase_on", "lapses_on")
_NONE = pa.schema(
    {
        "account_id": pa.string(),
        "segment": pa.string(),
        "purchases": pa.int64(),
        "last_purchase_on": pa.date32(),
        "cycle_days": pa.float64(),
        "limit_days": pa.int64(),
        "lapses_on": pa.date32(),
        "lapsed": pa.bool_(),
        "one_time": pa.bool_(),
    }
)


@dataclass(frozen=True, repr=False)
class Cycles(Tabular):
    """The cycles of irregular accounts before the day `as_of`; `table` is that of `newest_cycles`."""

    as_of: date
    table: pa.Table

    def to_arrow(self) -> pa.Table:
        """One row an account; its columns are told at `newest_cycles`."""
        return self.table

    def to_dict(self) -> list[dict[str, Any]]:
        """The documented JSON form: one entry for the company (segment None), then one a segment.

        accounts, one_time (bought once so far), lapsed, and the medians of cycle_days and limit_days over the
        accounts that bought more than once; None where nobody did.
        """
        accounts = self.table.to_pylist()
        segments: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for account in accounts:
            segments[str(account["segment"] or NO_VALUE)].append(account)
        named = sorted(segments.items(), key=lambda item: (item[0] == NO_VALUE, item[0]))
        return [_summed(None, accounts), *(_summed(name, own) for name, own in named)]

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        segments = self.to_dict()
        return (
            f"Purchase cycles before {self.as_of}",
            list(segments[0]),
            [list(one.values()) for one in segments],
        )

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        return as_notebook_html("cycles", {"segments": self.to_dict(), "spread": self.spread()})

    def spread(self) -> list[dict[str, Any]]:
        """By segment (the company's is None), the quarters of the cycles of accounts that bought more than once."""
        often = self.table.filter(pc.invert(self.table["one_time"]))
        found = [_spread(None, often)]
        for name in sorted(set(often["segment"].to_pylist()), key=lambda n: (n is None, str(n))):
            own = pc.is_null(often["segment"]) if name is None else pc.equal(often["segment"], name)
            found.append(_spread(name or NO_VALUE, often.filter(own)))
        return [one for one in found if one["accounts"]]


def _summed(segment: str | None, accounts: list[dict[str, Any]]) -> dict[str, Any]:
    often = [a for a in accounts if not a["one_time"]]
    return {
        "segment": segment,
        "accounts": len(accounts),
        "one_time": len(accounts) - len(often),
        "lapsed": sum(bool(a["lapsed"]) for a in accounts),
        "cycle_days": round(median(a["cycle_days"] for a in often), 1) if often else None,
        "limit_days": median(a["limit_days"] for a in often) if often else None,
    }


def _spread(segment: str | None, often: pa.Table) -> dict[str, Any]:
    low, middle, high = (
        np.quantile(often["cycle_days"].to_numpy(), [0.25, 0.5, 0.75]) if len(often) else (0, 0, 0)
    )
    limit = float(np.median(often["limit_days"].to_numpy())) if len(often) else 0.0
    return {
        "segment": segment,
        "accounts": len(often),
        "low": float(low),
        "middle": float(middle),
        "high": float(high),
        "limit": limit,
    }


def newest_cycles(ledger: Ledger, as_of: date) -> pa.Table:
    """One row an irregular account that had bought before `as_of`, longest silence against its limit first.

    account_id, segment, purchases (days with one), last_purchase_on, cycle_days, limit_days, lapses_on (the day on
    which its silence becomes a lapse), lapsed (whether that was before `as_of`), one_time (bought once so far).
    """
    day = number(as_of)
    if ledger.cycles is None:  # nothing has ever been bought
        return _NONE.empty_table()
    known = ledger.cycles.filter(nw.col("day") < day)
    newest = known.unique(subset=["account_id"], keep="last", order_by=["day"])
    told = newest.select(
        "account_id",
        "segment",
        purchases=nw.col("place"),
        last_purchase_on=nw.col("day"),
        cycle_days=nw.col("cycle_num") / nw.col("cycle_den"),
        limit_days=nw.col("limit"),
        lapses_on=nw.col("lapse_day"),
        lapsed=nw.col("lapse_day") < day,
        one_time=nw.col("place") == 1,
    )
    table = ledger.engine.collect(told).sort_by([("lapses_on", "ascending"), ("account_id", "ascending")])
    for name in _DAYS:
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].cast(pa.int32()).cast(pa.date32()))
    return table
