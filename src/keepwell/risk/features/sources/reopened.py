"""Tickets that were put right and then opened again, as far as the versions of their rows tell.

A source that never tells of a ticket opened again has no rows here, and so nothing is known.
"""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then


def rows(then: Then) -> Frame:
    """One row a ticket opened again: account_id, age."""
    versions = then.versions("tickets", "opened_on").filter(~nw.col("gone"))
    resolved = ~nw.col("resolved_at").is_null()
    by_ticket = versions.group_by("ticket_id", "account_id").agg(
        age=nw.col("age").min(),
        first=nw.col("resolved_on").min(),
        last=nw.col("resolved_on").max(),
        known_resolved=nw.when(resolved).then(nw.col("known_at")).min(),
        known_open=nw.when(~resolved).then(nw.col("known_at")).max(),
    )
    again = (nw.col("last") > nw.col("first")) | (nw.col("known_open") > nw.col("known_resolved"))
    return by_ticket.filter(again).select("account_id", "age")


SOURCE = Source("tickets", rows)


def times(days: int) -> Part:
    """How many tickets of the last days were opened again."""
    return Part("reopened", nw.when(nw.col("age") <= days).then(1).otherwise(0).sum().cast(nw.Int64))
