"""What rules found in what was said and written; known since it was found, not since it was said."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then

REACH = 190
# Judged to be wrong, denied by the one who said it, or no hit any more since the rule or the words changed.
_JUDGED_WRONG = ("wrong", "false", "no", "rejected", "not a hit", "negated", "void")


def rows(then: Then) -> Frame:
    """Hits that count: age, theme."""
    found = then.frame("hits", "occurred_on", REACH)
    wrong = nw.col("verdict").fill_null("").str.to_lowercase().is_in(list(_JUDGED_WRONG))
    return found.filter(~wrong).select("account_id", "age", theme=nw.col("theme").fill_null(""))


SOURCE = Source("hits", rows)


def times(theme: str, days: int = 90) -> Part:
    """How often a theme came up in the last days."""
    meant = (nw.col("age") <= days) & (nw.col("theme") == theme)
    return Part("hits", nw.when(meant).then(1).otherwise(0).sum().cast(nw.Int64))
