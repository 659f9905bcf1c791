"""Periods that follow one another without a hole, as engines work with them: each by its place, 0 for the first."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.lib.days import Period, number


@dataclass(frozen=True)
class Calendar:
    """Where days lie among periods."""

    over: tuple[Period, ...]
    places: Frame  # each `place`, with the `start` of its period and the `end`, the day after its last

    @classmethod
    def of(cls, over: Sequence[Period], engine: Engine) -> "Calendar":
        """The calendar of periods."""
        starts, ends = (
            [number(day) for day in days] for days in zip(*((p.start, p.end) for p in over), strict=True)
        )
        places = pa.table({"place": range(len(over)), "start": starts, "end": ends})
        return cls(tuple(over), engine.frame(places))

    @property
    def bounds(self) -> list[int]:
        """The first day of each period, and the one after the last."""
        return [*(number(period.start) for period in self.over), number(self.over[-1].end)]

    def begun(self, day: nw.Expr) -> nw.Expr:
        """How many of the bounds are no later than a day.

        So the period that a day lies in has the place `begun - 1`; a day is before the start of every place from
        `begun` on, and not before the end of those up to `begun - 2`.
        """
        bounds = self.bounds
        return _found(day, bounds, range(len(bounds) + 1)).cast(nw.Int64)

    def spread(self, rows: Frame) -> Frame:
        """Rows that hold from the place `first` to the place `last`, once for each with its place, start and end."""
        held = (nw.col("first") <= nw.col("place")) & (nw.col("place") <= nw.col("last"))
        return rows.join(self.places, how="cross").filter(held).drop("first", "last")

    def narrowed(self, rows: Frame) -> Frame:
        """Rows that hold from `first` to `last`, where the day before a place lies in [valid_from, valid_until)."""
        first, last = self.begun(nw.col("valid_from")), self.begun(nw.col("valid_until")) - 1
        later = nw.when(first > nw.col("first")).then(first).otherwise(nw.col("first"))
        earlier = nw.when(last < nw.col("last")).then(last).otherwise(nw.col("last"))
        return rows.with_columns(first=later, last=earlier).filter(nw.col("first") <= nw.col("last"))


def _found(value: nw.Expr, bounds: Sequence[int], answers: Sequence[int]) -> nw.Expr:
    """The answer for values below the first bound, between it and the second, …: found by halving."""
    if not bounds:
        return nw.lit(answers[0])
    middle = len(bounds) // 2
    return (
        nw.when(value < bounds[middle])
        .then(_found(value, bounds[:middle], answers[: middle + 1]))
        .otherwise(_found(value, bounds[middle + 1 :], answers[middle + 1 :]))
    )
