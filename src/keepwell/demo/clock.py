"""The simulated company's time: four steps a month, so that every month begins with a step."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepwell.lib import days

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

STEPS_A_MONTH = 4
STEPS_A_YEAR = 12 * STEPS_A_MONTH


@dataclass(frozen=True)
class Clock:
    """`first_month` is a month number; step t runs over the days [starts[t], starts[t + 1])."""

    first_month: int
    months: int
    starts: Ints

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return self.months * STEPS_A_MONTH

    @property
    def end(self) -> int:
        """The day on which the simulation ends, not included."""
        return int(self.starts[self.steps])

    def step_of(self, day: Ints) -> Ints:
        """The step in which each day lies (a day outside gives the nearest step)."""
        found = np.searchsorted(self.starts[: self.steps + 1], day, side="right") - 1
        return np.clip(found, 0, self.steps - 1)

    def length(self, step: int) -> int:
        """How many days a step has: 7 to 10."""
        return int(self.starts[step + 1] - self.starts[step])


def clock(years: int, until: date) -> Clock:
    """The clock of a company that is simulated for `years` up to the first of `until`'s month.

    The starts go on for a year past the end, for looking ahead.
    """
    last = days.month_number(until)
    months = 12 * years
    first = last - months
    starts = [
        days.number(days.first_of_month(m)) + offset
        for m in range(first, last + 13)
        for offset in (0, 7, 15, 22)
    ]
    return Clock(first, months, np.array(starts, dtype=np.int64))
