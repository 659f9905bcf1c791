"""How far the list and its profit hang on each assumption."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from keepwell.risk.worth.assumptions import Assumption
from keepwell.risk.worth.budget import Flags
from keepwell.risk.worth.profit import Profits

Weigh = Callable[[str, str], Profits]  # an assumption's name, and "low" or "high"
Choose = Callable[[Profits], Flags]


@dataclass(frozen=True)
class Swing:
    """One assumption at its low or its high, in minor units.

    profit: what the list as chosen would bring then. best: what the list chosen for that would bring. added, dropped:
    how many accounts that list has more and fewer. So best - profit is what it costs to have been wrong about it.
    """

    value: float
    profit: int
    best: int
    added: int
    dropped: int

    @property
    def regret(self) -> int:
        """What it costs to have chosen the list under the assumption as it was taken."""
        return max(0, self.best - self.profit)


@dataclass(frozen=True)
class Sensitivity:
    """An assumption's two ends; `width` is how far the list's profit lies apart between them."""

    assumption: Assumption
    low: Swing
    high: Swing

    @property
    def width(self) -> int:
        """How far the profit of the list lies apart between the low and the high."""
        return abs(self.high.profit - self.low.profit)

    def to_json(self) -> dict[str, Any]:
        """As plain values; money in minor units."""
        ends = {"low": self.low, "high": self.high}
        said = {name: {**asdict(end), "regret": end.regret} for name, end in ends.items()}
        return {"name": self.assumption.name, "value": self.assumption.value, "width": self.width, **said}


def tornado(each: Mapping[str, Assumption], chosen: Flags, weigh: Weigh, choose: Choose) -> list[Sensitivity]:
    """Each assumption at its low and its high, all others as they are; those that move the profit most come first.

    Assumptions that move nothing, such as those that the way of reckoning does not use, are left out.
    """

    def swing(one: Assumption, end: str) -> Swing:
        found = weigh(one.name, end)
        other = choose(found)
        return Swing(
            value=one.end(end),
            profit=int(found.profit[chosen].sum()),
            best=int(found.profit[other].sum()),
            added=int(np.sum(other & ~chosen)),
            dropped=int(np.sum(chosen & ~other)),
        )

    swings = [
        Sensitivity(one, swing(one, "low"), swing(one, "high")) for one in each.values() if one.low < one.high
    ]
    moving = [one for one in swings if one.width or one.low.regret or one.high.regret]
    return sorted(moving, key=lambda one: (-one.width, one.assumption.name))
