"""What an account ever bought without a contract: spend, and the summary that purchase models are fitted to."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.metrics.conversion import money_in
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then


def rows(then: Then) -> Frame:
    """One row an account and day: age, spend (minor units of the reporting currency, returns taken off), bought (1
    where something was bought that day, 0 where there were only returns)."""
    return then.once(_rows)


def _rows(then: Then) -> Frame:
    found = then.frame("purchases", "occurred_on")
    valued = found.with_columns(spent=money_in(then.rates, then.ledger.reporting, "amount"))
    return valued.group_by("account_id", "age").agg(
        spend=nw.col("spent").sum().cast(nw.Int64),
        bought=nw.when(nw.col("amount") > 0).then(1).otherwise(0).max(),
    )


SOURCE = Source("purchases", rows)

_BOUGHT = nw.col("bought") == 1


def days_bought(days: int) -> Part:
    """On how many of the last days something was bought."""
    return Part(
        "purchases", nw.when(_BOUGHT, nw.col("age") <= days).then(1).otherwise(0).sum().cast(nw.Int64)
    )


def spend(newest: int, oldest: int) -> Part:
    """What was spent from `oldest` to `newest` days ago."""
    meant = (nw.col("age") > newest) & (nw.col("age") <= oldest)
    return Part("purchases", nw.when(meant).then(nw.col("spend")).otherwise(0).sum().cast(nw.Int64))


# The summary: days on which something was bought, the first and the last of them (days ago), and all that was spent.
# frequency = bought - 1, recency = first - last, age = first; a feature `in_numpy` names them in its `needs`.
SUMMARY = {
    "purchase_days": Part("purchases", nw.when(_BOUGHT).then(1).otherwise(0).sum().cast(nw.Int64)),
    "purchase_first": Part("purchases", nw.when(_BOUGHT).then(nw.col("age")).max()),
    "purchase_last": Part("purchases", nw.when(_BOUGHT).then(nw.col("age")).min()),
    "purchase_spend": Part("purchases", nw.col("spend").sum().cast(nw.Int64)),
}
