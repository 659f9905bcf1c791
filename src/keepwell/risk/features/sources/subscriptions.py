"""What an account subscribes to, as its rows were known then."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then


def rows(then: Then) -> Frame:
    """Subscriptions that had begun: runs and ran_90 (1 or 0: that day, 90 days before), ahead (days to their renewal
    or stated end, missing where none lies ahead), given (1 where notice was given), quantity, product."""
    found = then.frame("subscriptions", "started_on").filter(nw.col("mrr") > 0)
    turn = nw.col("renewal_on").fill_null(nw.col("ended_on"))
    return found.select(
        "account_id",
        "age",
        "quantity",
        "product",
        runs=_runs(then.day),
        ran_90=_runs(then.day - 90),
        ahead=nw.when(turn >= then.day).then(turn - then.day),
        given=nw.when(nw.col("cancelled_on") < then.day).then(1).otherwise(0),
    )


def _runs(day: int) -> nw.Expr:
    ended = ~nw.col("ended_on").is_null() & (nw.col("ended_on") < day)
    return nw.when(nw.col("started_on") < day, ~ended).then(1).otherwise(0)


SOURCE = Source("subscriptions", rows)

RUNS = nw.col("runs") == 1
SEATS = Part("subscriptions", nw.when(RUNS).then(nw.col("quantity")).sum())
SEATS_90 = Part("subscriptions", nw.when(nw.col("ran_90") == 1).then(nw.col("quantity")).sum())
# Several rows of one product are one; rows that no longer run are missing, which counts as one value more.
PRODUCTS = Part(
    "subscriptions",
    (
        nw.when(RUNS).then(nw.col("product").fill_null("")).n_unique()
        - nw.when(RUNS).then(0).otherwise(1).max()
    ).cast(nw.Int64),
)
RENEWAL = Part("subscriptions", nw.when(RUNS).then(nw.col("ahead")).min())
GIVEN = Part("subscriptions", nw.when(RUNS, nw.col("given") == 1).then(1).otherwise(0).sum().cast(nw.Int64))
