"""What an irregular account's purchases are a month: its run-rate, held until the next purchase or the lapse."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.stretches import COLUMNS, WHY
from keepwell.lib.days import FOREVER


def of_purchases(days: Frame, cycles: Frame, covered: int) -> Frame:
    """The stretches that purchases make (see `keepwell.ledger.stretches`).

    `days` comes from `cycles.purchase_days`, `cycles` from `cycles.cycles`; `covered` is the day number before which
    every purchase is known: a silence counts only up to it.
    """
    ended = (
        nw.when(nw.col("next_day") <= nw.col("lapse_day"))
        .then(nw.col("next_day"))
        .when(nw.col("lapse_day") < covered)
        .then(nw.col("lapse_day"))
        .otherwise(nw.col("next_day").fill_null(FOREVER))
    )
    return (
        _rates(days, cycles)
        .with_columns(
            start=nw.col("day"),
            end=ended.cast(nw.Int64),
            irregular=nw.lit(1).cast(nw.Int64),
            why=nw.lit(WHY["lapse"]).cast(nw.Int64),
            noticed=nw.lit(None, nw.Int64),
        )
        .select(COLUMNS)
    )


def _rates(days: Frame, cycles: Frame) -> Frame:
    """Run-rate by purchase day and currency: net spend in the three cycles that end that day, a month.

    It is spend / (days from the first of those purchases to that day + one cycle) x 30.4375, rounded half up,
    at least one minor unit. 30.4375 is 487/16.
    """
    keys = ["account_id", "day", "next_day", "lapse_day", "cycle_num", "cycle_den"]
    ago = nw.col("day") - nw.col("spent_on")
    window = (
        cycles.select(keys)
        .join(
            days.select("account_id", "currency", "spend", "bought", spent_on="day"),
            on="account_id",
            how="inner",
        )
        .filter(ago >= 0, ago * nw.col("cycle_den") < 3 * nw.col("cycle_num"))
    )
    by_currency = window.group_by(*keys, "currency").agg(
        spend=nw.col("spend").sum().cast(nw.Int64), bought=nw.col("bought").max().cast(nw.Int64)
    )
    spans = (
        window.filter(nw.col("bought") == 1)
        .group_by("account_id", "day")
        .agg(first=nw.col("spent_on").min())
        .select("account_id", "day", span=nw.col("day") - nw.col("first"))
    )
    # spend x a / b in whole numbers, split so that no product leaves 64 bits.
    a, b = 487 * nw.col("cycle_den"), 16 * (nw.col("span") * nw.col("cycle_den") + nw.col("cycle_num"))
    whole, rest = nw.col("spend") // b, nw.col("spend") % b
    rate = whole * a + (2 * rest * a + b) // (2 * b)
    return (
        by_currency.filter(nw.col("bought") == 1)
        .join(spans, on=["account_id", "day"], how="inner")
        .with_columns(amount=nw.when(nw.col("spend") > 0).then(rate).otherwise(1).cast(nw.Int64))
        .with_columns(amount=nw.when(nw.col("amount") < 1).then(1).otherwise(nw.col("amount")))
    )
