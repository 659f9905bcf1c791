"""The policy under which an account that stops paying counts as paying for some days more."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.stretches import netted
from keepwell.lib.days import FOREVER


def hold_for_grace(steps: Frame, days: int, merges: Frame) -> Frame:
    """Date each fall to nothing later: by `days`, or to the day the account pays again if that is sooner.

    Nothing is held past the day of a merger: by then it counts for the account merged into.
    """
    falls = (
        _running(steps)
        .with_columns(next_day=nw.col("day").shift(-1).over("account_id", order_by="day").fill_null(FOREVER))
        .filter(nw.col("running") == 0)
        .join(merges.select("account_id", "merged_day"), on="account_id", how="left")
        .with_columns(merged_day=nw.col("merged_day").fill_null(FOREVER))
        .with_columns(
            held_until=nw.when(nw.col("next_day") < nw.col("day") + days)
            .then(nw.col("next_day"))
            .otherwise(nw.col("day") + days)
        )
        .with_columns(
            held_until=nw.when(nw.col("merged_day") < nw.col("held_until"))
            .then(nw.col("merged_day"))
            .otherwise(nw.col("held_until"))
        )
        .filter(nw.col("held_until") > nw.col("day"))
        .select("account_id", "day", "held_until")
    )
    later = steps.join(falls, on=["account_id", "day"], how="left").with_columns(
        day=nw.when(nw.col("held_until").is_null()).then(nw.col("day")).otherwise(nw.col("held_until"))
    )
    return netted(later.select(*steps.collect_schema().names()))


def _running(steps: Frame) -> Frame:
    """In how many currencies the account pays from each day with a step on: account_id, day, running."""
    chains = steps.with_columns(
        after=nw.col("change").cum_sum().over("account_id", "currency", order_by="day").cast(nw.Int64)
    )
    starts, stops = nw.col("after") == nw.col("change"), nw.col("after") == 0
    turn = nw.when(starts).then(1).when(stops).then(-1).otherwise(0)
    days = (
        chains.with_columns(turn=turn.cast(nw.Int64))
        .group_by("account_id", "day")
        .agg(turned=nw.col("turn").sum().cast(nw.Int64))
    )
    return days.select(
        "account_id",
        "day",
        running=nw.col("turned").cum_sum().over("account_id", order_by="day").cast(nw.Int64),
    )
