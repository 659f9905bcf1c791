"""Touches: how often we reached out to an account, it to us, and whether it answers."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then

REACH = 190
_ANSWER = 14  # days within which a touch of theirs after one of ours is an answer


def rows(then: Then) -> Frame:
    """Touches: age, direction, and of ours `answered` (1 or 0, missing while an answer may still come)."""
    found = then.frame("touches", "occurred_on", REACH).filter(nw.col("direction").is_in(["in", "out"]))
    by_account = {"order_by": ["occurred_at", "touch_id"]}
    ordered = found.with_columns(
        next=nw.col("direction").shift(-1).over("account_id", **by_account),
        next_age=nw.col("age").shift(-1).over("account_id", **by_account),
    )
    answer = (nw.col("next") == "in") & (nw.col("age") - nw.col("next_age") <= _ANSWER)
    undecided = nw.col("next").is_null() & (nw.col("age") <= _ANSWER)
    answered = nw.when(nw.col("direction") == "out", ~undecided).then(
        nw.when(answer).then(1.0).otherwise(0.0)
    )
    return ordered.select("account_id", "age", "direction", answered=answered)


SOURCE = Source("touches", rows)


def times(direction: str, days: int) -> Part:
    """How many touches there were from them (in) or from us (out) in the last days."""
    meant = (nw.col("direction") == direction) & (nw.col("age") <= days)
    return Part("touches", nw.when(meant).then(1).otherwise(0).sum().cast(nw.Int64))


NEWEST_IN = Part("touches", nw.when(nw.col("direction") == "in").then(nw.col("age")).min())
ANSWERED_90 = Part("touches", nw.when(nw.col("age") <= 90).then(nw.col("answered")).mean())
