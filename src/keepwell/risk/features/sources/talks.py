"""How conversations were shared and in what mood the account spoke; known since it was measured, not since then."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then

REACH = 190


def rows(then: Then) -> Frame:
    """Conversations that were measured: age, their_share, their_questions; moods: their turns whose mood was told,
    of these `good` and `bad` ones (parts of turns, where shares were rounded)."""
    turns = nw.col("their_mood_turns")
    return then.frame("talks", "occurred_on", REACH).select(
        "account_id",
        "age",
        "their_share",
        "their_questions",
        moods=turns,
        good=nw.col("their_good") * turns,
        bad=nw.col("their_bad") * turns,
    )


SOURCE = Source("talks", rows)


def mean(column: str, days: int = 90) -> Part:
    """The mean of a column over conversations of the last days that have it."""
    return Part("talks", nw.when(nw.col("age") <= days).then(nw.col(column)).mean())


def turns(column: str, days: int = 90) -> Part:
    """How many turns a column of moods counts in the last days; 0 where no mood was told."""
    return Part("talks", nw.when(nw.col("age") <= days).then(nw.col(column)).sum())


def share(part: str) -> nw.Expr:
    """Of the turns whose mood was told in 90 days, the share that another part counts; missing where none was."""
    return nw.when(nw.col("mood_turns_90") > 0).then(nw.col(part) / nw.col("mood_turns_90"))
