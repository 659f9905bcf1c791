"""When a rate of irregular accounts is refused: over less than three company cycles their silence says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

import narwhals as nw
import pyarrow as pa

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


def company_cycles(ledger: Ledger, ends: Sequence[int]) -> dict[int, float]:
    """Before each day, the median, in days, of the newest cycles of accounts; none where nobody had bought twice."""
    if ledger.cycles is None:
        return {}
    asked = ledger.engine.frame(pa.table({"end": pa.array(sorted(set(ends)), pa.int64())}))
    # An account's newest cycle is the one with no later purchase: none is searched for.
    newest = (
        ledger.cycles.filter(nw.col("place") > 1)
        .join(asked, how="cross")
        .filter(
            nw.col("day") < nw.col("end"),
            nw.col("next_day").is_null() | (nw.col("next_day") >= nw.col("end")),
        )
    )
    medians = newest.with_columns(cycle=nw.col("cycle_num") / nw.col("cycle_den")).group_by("end")
    found = ledger.engine.collect(medians.agg(nw.col("cycle").median()))
    return dict(zip(found["end"].to_pylist(), found["cycle"].to_pylist(), strict=True))


def refusals(ledger: Ledger, over: Sequence[Period]) -> list[Refusal | None]:
    """For each period, why the rates of irregular accounts over it are refused; None where they are not."""
    cycles = company_cycles(ledger, [number(period.end) for period in over])
    return [_refusal(period, cycles.get(number(period.end))) for period in over]


def _refusal(period: Period, cycle: float | None) -> Refusal | None:
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
