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
    days: Frame  # the same of each `day`

    @classmethod
    def of(cls, over: Sequence[Period], engine: Engine) -> "Calendar":
        """The calendar of periods."""
        places = [(place, number(p.start), number(p.end)) for place, p in enumerate(over)]
        days = [(day, *one) for one in places for day in range(one[1], one[2])]
        named = ("place", "start", "end")
        return cls(tuple(over), _table(named, places, engine), _table(("day", *named), days, engine))

    @property
    def bounds(self) -> list[int]:
        """The first day of each period, and the one after the last."""
        return [*(number(period.start) for period in self.over), number(self.over[-1].end)]

    @property
    def longest(self) -> int:
        """The days of the longest period."""
        return max(period.days for period in self.over)

    def placed(self, rows: Frame) -> Frame:
        """Rows whose `day` lies in a period, with its place, start and end."""
        if len(self.over) > 1:
            return rows.join(self.days, on="day", how="inner")
        start, end = self.bounds
        known = {"place": 0, "start": start, "end": end}
        literals = {name: nw.lit(value).cast(nw.Int64) for name, value in known.items()}
        return rows.filter(nw.col("day") >= start, nw.col("day") < end).with_columns(**literals)

    def spanned(self, rows: Frame) -> Frame:
        """Rows from the `first` place that starts after their `day` to the `last` that ends no later than `until`."""
        bounds, last = self.bounds, len(self.over) - 1
        rows = rows.filter(nw.col("day") < bounds[-2], nw.col("until") >= bounds[1])
        if not last:
            return rows.with_columns(first=nw.lit(0).cast(nw.Int64), last=nw.lit(0).cast(nw.Int64))
        began = self.days.select("day", first=nw.col("place") + 1)
        ended = self.days.select(until=nw.col("day"), last=nw.col("place") - 1)
        return (
            rows.join(began, on="day", how="left")
            .join(ended, on="until", how="left")
            .with_columns(nw.col("first").fill_null(0), nw.col("last").fill_null(last))
            .filter(nw.col("first") <= nw.col("last"))
        )

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
        return narrowed(rows, self.begun(nw.col("valid_from")), self.begun(nw.col("valid_until")) - 1)


def narrowed(rows: Frame, first: nw.Expr, last: nw.Expr) -> Frame:
    """Rows that hold from `first` to `last`, no earlier and no later than some other places."""
    later = nw.when(first > nw.col("first")).then(first).otherwise(nw.col("first"))
    earlier = nw.when(last < nw.col("last")).then(last).otherwise(nw.col("last"))
    return rows.with_columns(first=later, last=earlier).filter(nw.col("first") <= nw.col("last"))


def _table(names: Sequence[str], rows: Sequence[Sequence[int]], engine: Engine) -> Frame:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return engine.frame(pa.table(dict(zip(names, columns, strict=True))))


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
