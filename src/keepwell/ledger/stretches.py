"""Stretches of days over which an account pays one monthly amount: what movements are made of.

Columns of a frame of stretches: account_id, currency, start, end (FOREVER where open), amount (minor units a
month), irregular (1 where it was read out of purchases, else 0), why (rank of a leaving kind), noticed
(the day on which notice of it was given, or missing).
"""

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.ledger.policies import Policies
from keepwell.ledger.rows import LEAVING_KINDS
from keepwell.lib.days import FOREVER, NEVER

COLUMNS = ["account_id", "currency", "start", "end", "amount", "irregular", "why", "noticed"]

# Where several things end on one day, the account left for the first of them in the order of LEAVING_KINDS.
WHY = {kind: rank for rank, kind in enumerate(reversed(LEAVING_KINDS[:-1]), start=1)} | {"unknown": 0}
# A departure dated the day of the account's merger is the merger's, whatever else ended that day.
MERGED = len(LEAVING_KINDS)
# The leaving kind of each rank.
LEFT_FOR = ("unknown", *reversed(LEAVING_KINDS[:-1]), "closed_or_merged")

# What the sources of billing systems call it.
_REASONS = {
    "by_choice": ("by_choice", "by choice", "choice", "voluntary", "cancelled", "canceled", "cancellation", "price",
                  "competitor", "no_results", "notice"),
    "failed_payment": ("failed_payment", "failed payment", "payment_failed", "involuntary", "payment", "unpaid",
                       "card_expired", "dunning"),
    "lapse": ("lapse", "lapsed", "expired", "not_renewed"),
    "closed_or_merged": ("closed_or_merged", "closed or merged", "closed", "merged", "merger", "out_of_business",
                         "bankrupt", "bankruptcy", "acquired"),
}  # fmt: skip


def leaving_kind(why: nw.Expr) -> nw.Expr:
    """The name of a rank."""
    named = nw.lit("unknown")
    for name, rank in WHY.items():
        named = nw.when(why == rank).then(nw.lit(name)).otherwise(named)
    return named


def _why(reason: nw.Expr) -> nw.Expr:
    """The rank of a stated reason. A notice without one is no choice proven: unpaid bills end in a notice too."""
    said = reason.str.to_lowercase().str.strip_chars()
    rank: nw.Expr = nw.lit(WHY["unknown"])
    # Asked one word after the other and our own words first: a list would be a join to the engine.
    for name, words in _REASONS.items():
        for word in words[1:]:
            rank = nw.when(said == word).then(nw.lit(WHY[name])).otherwise(rank)
    for name in _REASONS:
        rank = nw.when(reason == name).then(nw.lit(WHY[name])).otherwise(rank)
    return nw.when(reason.is_null()).then(nw.lit(WHY["unknown"])).otherwise(rank)


def of_subscriptions(subscriptions: Frame, policies: Policies) -> Frame:
    """The stretches over which subscriptions run, trials and free offers (amount 0) among them.

    `subscriptions` has account_id, currency, mrr, started_on, ended_on, cancelled_on, end_reason; days as
    numbers, mrr in minor units. One that ends on the day it starts runs on no day.
    """
    end, cancelled = nw.col("ended_on").fill_null(FOREVER), nw.col("cancelled_on")
    if policies.term_end == "rolls_on":
        told = ~cancelled.is_null() | ~nw.col("end_reason").is_null()
        end = nw.when(told).then(end).otherwise(nw.lit(FOREVER))
    if policies.churn_dated == "notice":
        end = nw.when(cancelled < end).then(cancelled).otherwise(end)
    return subscriptions.select(
        "account_id",
        "currency",
        start=nw.col("started_on").cast(nw.Int64),
        end=end.cast(nw.Int64),
        amount=nw.col("mrr").cast(nw.Int64),
        irregular=nw.lit(0).cast(nw.Int64),
        why=_why(nw.col("end_reason")).cast(nw.Int64),
        noticed=cancelled.cast(nw.Int64),
    ).filter(nw.col("end") > nw.col("start"))


def moved_to_survivors(stretches: Frame, merges: Frame) -> Frame:
    """What a merged account pays from the day of the merger on counts for the account it merged into.

    `merges` has account_id, survivor, merged_day: where each merged account's rows go in the end, and from when.
    A run-rate is not handed over: the survivor's own purchases tell its own. Where mergers follow one another,
    each call follows one of them.
    """
    joined = stretches.join(merges, on="account_id", how="left")
    day = nw.col("merged_day").fill_null(FOREVER)
    cut_short = nw.col("end") > day
    before = joined.with_columns(end=nw.when(cut_short).then(day).otherwise(nw.col("end")))
    after = joined.filter(nw.col("irregular") == 0, cut_short).with_columns(
        account_id=nw.col("survivor"),
        start=nw.when(nw.col("start") > day).then(nw.col("start")).otherwise(day),
    )
    parts = [part.filter(nw.col("end") > nw.col("start")).select(COLUMNS) for part in (before, after)]
    return nw.concat(parts, how="vertical")


def changes(stretches: Frame, engine: Engine, *, irregular: bool) -> Frame:
    """What begins, ends and is told in stretches: a row for each start, each end, and each notice in between.

    Columns: account_id, currency, day, change (of the monthly amount), why, irregular_change, and running and given:
    1 where a subscription starts and where notice of one is given, -1 where it ends, else 0. Where there is nothing
    `irregular`, nothing is spent on telling it apart: the column is missing.
    """
    # Each stretch three times: so they are read and joined once only.
    sides = engine.frame(pa.table({"side": pa.array([1, 0, -1], pa.int64())}))
    side, start, end, noticed = (nw.col(c) for c in ("side", "start", "end", "noticed"))
    change = nw.col("amount") * side
    own = {"irregular_change": change * nw.col("irregular")} if irregular else {}
    in_between = ~noticed.is_null() & (noticed > start) & (noticed < end)
    told = ~noticed.is_null() & (noticed < end)
    given = nw.when(told & (side == -1)).then(-1).when(told & ((side == 0) | (noticed <= start))).then(1)
    return (
        stretches.join(sides, how="cross")
        .filter((side != 0) | in_between)
        .select(
            "account_id",
            "currency",
            day=nw.when(side == 1).then(start).when(side == -1).then(end).otherwise(noticed),
            change=change,
            why=nw.when(side == -1).then(nw.col("why")).otherwise(WHY["unknown"]).cast(nw.Int8),
            running=(side * (1 - nw.col("irregular"))).cast(nw.Int8),
            given=given.otherwise(0).cast(nw.Int8),
            **own,
        )
        .filter(nw.col("day") > NEVER, nw.col("day") < FOREVER)
    )


def netted(changes: Frame) -> Frame:
    """One row for each account, currency and day, where anything changes at all."""
    summed = [c for c in ("change", "irregular_change") if c in changes.collect_schema().names()]
    return (
        changes.group_by("account_id", "currency", "day")
        .agg(*[nw.col(c).sum().cast(nw.Int64) for c in summed], why=nw.col("why").max().cast(nw.Int64))
        .filter(nw.col("change") != 0)
    )


def instead(changes: Frame, steps: Frame) -> Frame:
    """The changes of `steps` in the place of those of `changes`, of which what is told of subscriptions is kept."""
    none = nw.lit(0)
    amounts = [c for c in ("change", "irregular_change") if c in steps.collect_schema().names()]
    names = ["account_id", "currency", "day", *amounts, "why", "running", "given"]
    told = changes.filter((nw.col("running") != 0) | (nw.col("given") != 0))
    told = told.with_columns(**{c: none.cast(nw.Int64) for c in amounts}, why=none.cast(nw.Int8))
    paid = steps.with_columns(
        why=nw.col("why").cast(nw.Int8), running=none.cast(nw.Int8), given=none.cast(nw.Int8)
    )
    return nw.concat([paid.select(names), told.select(names)], how="vertical")


def ended_by_mergers(changes: Frame, merges: Frame) -> Frame:
    """Changes of which all of a merged account's on the day of its merger are for the merger."""
    merged = merges.select("account_id", day=nw.col("merged_day"), merged=nw.lit(1))
    why = nw.when(nw.col("merged").is_null()).then(nw.col("why")).otherwise(MERGED).cast(nw.Int8)
    joined = changes.join(merged, on=["account_id", "day"], how="left")
    return joined.with_columns(why=why).drop("merged")
