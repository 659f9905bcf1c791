"""What an account subscribes to, as its rows were known then."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then
from keepwell.risk.tallies import Tally


def rows(then: Then) -> Frame:
    """Subscriptions that had begun: runs and ran_90 (1 or 0: that day, 90 days before), ahead (days to their renewal
    or stated end, missing where none lies ahead), given (1 where it runs and notice was given), quantity, product."""
    found = then.frame("subscriptions", "started_on").filter(nw.col("mrr") > 0)
    turn = nw.col("renewal_on").fill_null(nw.col("ended_on"))
    return found.select(
        "account_id",
        "age",
        "quantity",
        product=nw.col("product").fill_null(""),
        runs=_runs(then.day),
        ran_90=_runs(then.day - 90),
        ahead=nw.when(turn >= then.day).then(turn - then.day),
        given=nw.when(nw.col("cancelled_on") < then.day).then(_runs(then.day)).otherwise(0),
    )


def _runs(day: int) -> nw.Expr:
    ended = ~nw.col("ended_on").is_null() & (nw.col("ended_on") < day)
    return nw.when(nw.col("started_on") < day, ~ended).then(1).otherwise(0)


SOURCE = Source("subscriptions", rows)

SEATS = Part("subscriptions", Tally("sum", "quantity", where="runs"))
SEATS_90 = Part("subscriptions", Tally("sum", "quantity", where="ran_90"))
PRODUCTS = Part("subscriptions", Tally("different", "product", where="runs"))
RENEWAL = Part("subscriptions", Tally("least", "ahead", where="runs"))
GIVEN = Part("subscriptions", Tally("times", where="given"))
