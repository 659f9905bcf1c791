"""Use: what people at an account did with the product, of the last months."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then

REACH = 92
ONBOARDING = "onboarding"  # kinds of events that begin so are steps of the beginning and no use


def rows(then: Then) -> Frame:
    """Events but for steps of onboarding: account_id, age, kind, contact_id, quantity."""
    found = then.frame("events", "occurred_on", REACH)
    return found.filter(~nw.col("kind").str.starts_with(ONBOARDING)).select(
        "account_id", "age", "kind", "contact_id", "quantity"
    )


SOURCE = Source("events", rows, on="occurred_on", reach=REACH)


def times(days: int) -> Part:
    """How often something was done in the last days."""
    return Part("events", nw.when(nw.col("age") <= days).then(1).otherwise(0).sum().cast(nw.Int64))
