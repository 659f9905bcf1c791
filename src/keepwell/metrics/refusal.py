"""When a rate of irregular accounts is refused: over less than three company cycles their silence says nothing."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

import narwhals as nw

from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period, number
from keepwell.lib.text import gettext as _

CYCLES_NEEDED = 3


@dataclass(frozen=True)
class Refusal:
    """Why no rate is given, and the shortest period, in days, over which one is (None: not yet any)."""

    reason: str
    shortest_days: int | None
    way: str

    def to_dict(self) -> dict[str, Any]:
        """The documented JSON form."""
        return {"reason": self.reason, "shortest_days": self.shortest_days, "way": self.way}


def company_cycle(ledger: Ledger, end: int) -> float | None:
    """Median, in days, of the newest cycles that accounts had before day `end`; None where nobody bought twice."""
    if ledger.cycles is None:
        return None
    known = ledger.cycles.filter(nw.col("day") < end, nw.col("place") > 1)
    newest = known.unique(subset=["account_id"], keep="last", order_by=["day"])
    median = newest.select(cycle=(nw.col("cycle_num") / nw.col("cycle_den")).median())
    found: float | None = ledger.engine.collect(median)["cycle"].to_pylist()[0]
    return found


def refusal(ledger: Ledger, period: Period) -> Refusal | None:
    """Why the rates of irregular accounts over a period are refused, or None where they are not."""
    cycle = company_cycle(ledger, number(period.end))
    if cycle is None:
        return Refusal(
            _(
                "No irregular account has bought a second time yet, so there is no cycle to judge a silence by."
            ),
            None,
            _("Ask again when accounts have bought twice; counts are right already."),
        )
    # A median of exact fractions may miss a whole number by its last binary digit.
    shortest = ceil(CYCLES_NEEDED * cycle - 1e-9)
    if period.days >= shortest:
        return None
    longer = period.end - timedelta(days=shortest)
    return Refusal(
        _(
            "A period of {days} days is shorter than three purchase cycles of the company ({cycle:.1f} days each), so"
            " a silence inside it says nothing of irregular accounts."
        ).format(days=period.days, cycle=cycle),
        shortest,
        _("Take at least {days} days, such as --from {start} --to {end}.").format(
            days=shortest, start=longer, end=period.end
        ),
    )
