"""When a rate of irregular accounts is refused: over less than three company cycles their silence says nothing."""

from collections.abc import Mapping, Sequence
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
    """Why no rate is given over a period; told in the language of whoever reads it.

    cycle_days: the company's cycle, None where nobody has bought twice. shortest_days: the shortest period over which
    a rate is given, None where it is not yet over any.
    """

    period: Period
    cycle_days: float | None
    shortest_days: int | None

    @property
    def reason(self) -> str:
        """In a sentence."""
        if self.cycle_days is None:
            return _(
                "No irregular account has bought a second time yet, so there is no cycle to judge a silence by."
            )
        return _(
            "A period of {days} days is shorter than three purchase cycles of the company ({cycle:.1f} days each), so"
            " a silence inside it says nothing of irregular accounts."
        ).format(days=self.period.days, cycle=self.cycle_days)

    @property
    def way(self) -> str:
        """What to do about it."""
        if self.shortest_days is None:
            return _("Ask again when accounts have bought twice; counts are right already.")
        start = self.period.end - timedelta(days=self.shortest_days)
        return _("Take at least {days} days, such as --from {start} --to {end}.").format(
            days=self.shortest_days, start=start, end=self.period.end
        )

    def to_dict(self) -> dict[str, Any]:
        """The documented JSON form."""
        numbers = {"cycle_days": self.cycle_days, "shortest_days": self.shortest_days}
        return {"reason": self.reason, **numbers, "way": self.way}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any], period: Period) -> "Refusal":
        """As it was, of a period."""
        return cls(period, said["cycle_days"], said["shortest_days"])


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
        return Refusal(period, None, None)
    # A median of exact fractions may miss a whole number by its last binary digit.
    shortest = ceil(CYCLES_NEEDED * cycle - 1e-9)
    return None if period.days >= shortest else Refusal(period, cycle, shortest)
