"""Use: what people at an account did with the product in the last months."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then
from keepwell.risk.tallies import Tally

REACH = (
    92  # days that are read: the features' longest window, and some to see that the table goes back so far
)
ONBOARDING = "onboarding"  # kinds of events that begin so are steps of the beginning, and no use


def rows(then: Then) -> Frame:
    """Events but for steps of onboarding: account_id, age, kind, contact_id, quantity."""
    found = then.frame("events", "occurred_on", REACH)
    return found.filter(~nw.col("kind").str.starts_with(ONBOARDING)).select(
        "account_id", "age", "kind", "contact_id", "quantity"
    )


SOURCE = Source("events", rows)


def times(days: int) -> Part:
    """How often something was done in the last days."""
    return Part("events", Tally("times", within=days))


def amount(days: int) -> Part:
    """How much was done in the last days, where events say so."""
    return Part("events", Tally("sum", "quantity", within=days))


def different(column: str, days: int) -> Part:
    """How many different values a column had in the last days."""
    return Part("events", Tally("different", column, within=days))


NEWEST = Part("events", Tally("least", "age"))
NAMED = Part("events", Tally("known", "contact_id"))
