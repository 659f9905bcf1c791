"""The silence of irregular accounts against their own rhythm, as the ledger fixed it at their last purchase."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then


def rows(then: Then) -> Frame:
    """An account's last purchase: age, cycle (days), ahead (days until the silence becomes a lapse)."""
    assert then.ledger.cycles is not None  # of what comes with purchases
    last = then.ledger.cycles.filter(nw.col("day") < then.day, nw.col("next_day").is_null())
    return last.select(
        "account_id",
        age=(then.day - nw.col("day")).cast(nw.Int64),
        cycle=nw.col("cycle_num") / nw.col("cycle_den"),
        ahead=nw.col("lapse_day") - then.day,
    )


SOURCE = Source("purchases", rows)

SILENCE = Part("cycles", nw.col("age").min())
CYCLE = Part("cycles", nw.col("cycle").max())
AHEAD = Part("cycles", nw.col("ahead").max())
