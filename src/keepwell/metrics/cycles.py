"""Purchase cycles as they stood on a day: how often each irregular account buys, and how long it may be silent."""

from datetime import date

import narwhals as nw
import pyarrow as pa

from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import number

_DAYS = ("last_purchase_on", "lapses_on")


def newest_cycles(ledger: Ledger, as_of: date) -> pa.Table:
    """One row an irregular account that had bought before `as_of`, longest silence against its limit first.

    account_id, segment, purchases (days with one), last_purchase_on, cycle_days, limit_days, lapses_on (the day on
    which its silence becomes a lapse), lapsed (whether that was before `as_of`), one_time (bought once so far).
    """
    day = number(as_of)
    assert ledger.cycles is not None
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
