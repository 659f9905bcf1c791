"""Steps of onboarding: events whose kind begins with the word, of all time."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then
from keepwell.risk.features.sources.events import ONBOARDING
from keepwell.risk.tallies import Tally


def rows(then: Then) -> Frame:
    """One row a step done: account_id, age, kind."""
    found = then.frame("events", "occurred_on")
    return found.filter(nw.col("kind").str.starts_with(ONBOARDING)).select("account_id", "age", "kind")


SOURCE = Source("events", rows)

STEPS = Part("onboarding", Tally("different", "kind"))
