"""How far an account had come with what it wants to reach, against a straight line from then to the day due."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then, minutes

_OLD = 120  # days after which a reading says nothing of today
_SLACK = 0.1  # how much of the way a goal may lack and still be on track
_OVER = 90  # days past its due day for which a goal still counts


def rows(then: Then) -> Frame:
    """Goals that had been agreed: age, state ("on track", "behind", "unknown"), plan (done as a share of what should
    have been done by the newest reading)."""
    agreed = (
        then.moment.versions("goals")
        .filter(~nw.col("gone"))
        .group_by("goal_id")
        .agg(agreed_at=nw.col("known_at").min())
    )
    readings = then.frame("goal_readings", "read_on").filter(~nw.col("value").is_null())
    newest = readings.unique(subset=["goal_id"], keep="last", order_by=["read_on"])
    first = readings.group_by("goal_id").agg(oldest=nw.col("age").max())
    due = nw.col("due_on") - then.day  # days ahead
    goals = (
        then.standing("goals")
        .filter(nw.col("due_on").is_null() | (due > -_OVER))
        .join(agreed, on="goal_id", how="left")
        .join(newest.select("goal_id", "value", read_age=nw.col("age")), on="goal_id", how="left")
        .join(first, on="goal_id", how="left")
    )
    known_age = ((then.begins - minutes("agreed_at")) // 1440).cast(nw.Int64)
    # A goal loaded long after it was agreed has readings that are older than itself.
    began = nw.max_horizontal(known_age, nw.col("oldest"), nw.lit(1))
    way = nw.col("target") - nw.col("baseline")
    done = nw.when(way != 0).then((nw.col("value") - nw.col("baseline")) / way)
    return (
        goals.with_columns(age=began, due=due, done=done)
        .with_columns(should=_should())
        .with_columns(state=_state())
        .select(
            "account_id",
            "age",
            "state",
            plan=nw.when(nw.col("should") >= 0.1, nw.col("state") != "unknown").then(
                nw.max_horizontal(
                    nw.min_horizontal(nw.col("done") / nw.col("should"), nw.lit(3.0)), nw.lit(-1.0)
                )
            ),
        )
    )


def _should() -> nw.Expr:
    """The share of the way that should have been done by the newest reading; all of it where no day is due."""
    span = nw.col("age") + nw.col("due")
    passed = (nw.col("age") - nw.col("read_age")) / nw.when(span > 0).then(span)
    return nw.when(nw.col("due").is_null()).then(1.0).otherwise(nw.min_horizontal(passed, nw.lit(1.0)))


def _state() -> nw.Expr:
    unknown = nw.col("read_age").is_null() | (nw.col("read_age") > _OLD) | nw.col("done").is_null()
    unknown = unknown | nw.col("should").is_null()
    behind = nw.col("done") < nw.col("should") - _SLACK
    return (
        nw.when(unknown)
        .then(nw.lit("unknown"))
        .otherwise(nw.when(behind).then(nw.lit("behind")).otherwise(nw.lit("on track")))
    )


SOURCE = Source("goals", rows)

PLAN = Part("goals", nw.col("plan").mean())


def in_state(state: str) -> Part:
    """How many goals are in a state."""
    return Part("goals", nw.when(nw.col("state") == state).then(1).otherwise(0).sum().cast(nw.Int64))
