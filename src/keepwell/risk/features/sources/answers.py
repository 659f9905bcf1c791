"""What people answered in surveys, each score on its survey's own scale."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then

REACH = 400


def rows(then: Then) -> Frame:
    """Answers: age, score (0 lowest to 1 highest that its survey was ever given by then), change (against the
    account's answer before in the same survey), newest (1 for the account's last in its survey), length (characters
    of its comment)."""
    found = then.frame("answers", "answered_on").with_columns(
        survey=nw.col("survey").fill_null(""), length=_length(then)
    )
    scale = found.group_by("survey").agg(low=nw.col("score").min(), high=nw.col("score").max())
    by_survey = {"order_by": ["answered_at", "answer_id"]}
    share = (nw.col("score") - nw.col("low")) / (nw.col("high") - nw.col("low"))
    scaled = (
        found.filter(nw.col("age") <= REACH)
        .join(scale, on="survey", how="left")
        .with_columns(score=nw.when(nw.col("high") > nw.col("low")).then(share))
    )
    return scaled.with_columns(
        earlier=nw.col("score").shift(1).over("account_id", "survey", **by_survey),
        later=nw.col("age").shift(-1).over("account_id", "survey", **by_survey),
    ).select(
        "account_id",
        "age",
        "score",
        "length",
        change=nw.col("score") - nw.col("earlier"),
        newest=nw.when(nw.col("later").is_null()).then(1).otherwise(0),
    )


def _length(then: Then) -> nw.Expr:
    """How long each comment is; missing in a book that was last told of answers before it was counted."""
    known = "comment_length" in then.moment.columns("answers")
    return nw.col("comment_length") if known else nw.lit(None, nw.Int64)


SOURCE = Source("answers", rows)

_NEWEST = nw.col("newest") == 1
SCORE = Part("answers", nw.when(_NEWEST).then(nw.col("score")).mean())
CHANGE = Part("answers", nw.when(_NEWEST).then(nw.col("change")).mean())


def times(days: int) -> Part:
    """How many answers came in the last days."""
    return Part("answers", nw.when(nw.col("age") <= days).then(1).otherwise(0).sum().cast(nw.Int64))
