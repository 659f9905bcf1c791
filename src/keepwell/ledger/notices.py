"""Known leavers: accounts that still pay, and have given notice of everything they pay for."""

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.lib.days import FOREVER

# From `day` until `until` (not included) the account pays and every subscription of it has been given notice of.
SCHEMA = pa.schema([("account_id", pa.string()), ("day", pa.int64()), ("until", pa.int64())])


def leaving_days(subscribed: Frame, engine: Engine) -> Frame:
    """Days over which accounts are leaving (see SCHEMA).

    `subscribed` has the stretches that subscriptions pay for (see `keepwell.ledger.stretches`).
    """
    start, end = nw.col("start"), nw.col("end")
    given = nw.when(nw.col("noticed") > start).then(nw.col("noticed")).otherwise(start)
    noticed = engine.persist(
        subscribed.filter(~nw.col("noticed").is_null())
        .select("account_id", day=given, until=end)
        .filter(nw.col("day") < nw.col("until"))
    )
    # Few have given notice: what follows is asked of those alone.
    concerned = engine.persist(
        subscribed.select("account_id", "start", "end").join(
            noticed.select("account_id").unique(), on="account_id", how="semi"
        )
    )
    one, zero = nw.lit(1).cast(nw.Int64), nw.lit(0).cast(nw.Int64)
    parts = [
        concerned.select("account_id", day=start, running=one, given=zero),
        concerned.filter(end < FOREVER).select("account_id", day=end, running=-one, given=zero),
        noticed.select("account_id", "day", running=zero, given=one),
        noticed.filter(nw.col("until") < FOREVER).select(
            "account_id", day=nw.col("until"), running=zero, given=-one
        ),
    ]
    daily = (
        nw.concat(parts, how="vertical")
        .group_by("account_id", "day")
        .agg(running=nw.col("running").sum().cast(nw.Int64), given=nw.col("given").sum().cast(nw.Int64))
    )
    by_day = {"order_by": "day"}
    return (
        daily.with_columns(
            running=nw.col("running").cum_sum().over("account_id", **by_day).cast(nw.Int64),
            given=nw.col("given").cum_sum().over("account_id", **by_day).cast(nw.Int64),
            until=nw.col("day").shift(-1).over("account_id", **by_day).fill_null(FOREVER),
        )
        .filter(nw.col("running") > 0, nw.col("running") == nw.col("given"))
        .select(SCHEMA.names)
    )
