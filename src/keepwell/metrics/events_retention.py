"""Retention of use: who came back to the product so long after a start.

Inside, a moment is a whole number: a day number where calendar days are counted, microseconds since 1970 where
windows of 24 hours roll from each start. The engine counts starts by day, and starts with a return by day and
cell; cohorts are put together from those counts.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.lib.days import EPOCH, Grain, from_number, number, periods
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.metrics.intervals import small, wilson
from keepwell.metrics.printing import Rows, triangle
from keepwell.metrics.tabular import Tabular, table_of

Mode = Literal["on", "on_or_after", "brackets"]
Window = Literal["rolling", "calendar"]
First = Literal["first", "every"]

_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class ReturnCell:
    """Returns in days [from_day, to_day) after the start; `to_day` None is any time later.

    `base` counts only the starts whose days up to the end of the cell (for a cell without end, its first day)
    are all covered; where some are not, the cell is not finished.
    """

    from_day: int
    to_day: int | None
    active: int
    base: int
    finished: bool

    @property
    def share(self) -> float | None:
        """active / base; None where nobody could have reached it yet."""
        return self.active / self.base if self.base else None

    @property
    def small(self) -> bool:
        """Whether fewer than 30 starts are behind it."""
        return small(self.base)


@dataclass(frozen=True)
class ReturnCohort:
    """Starts of one period (`cohort` is its first day), or all of them (`cohort` is None)."""

    cohort: str | None
    size: int
    cells: tuple[ReturnCell, ...]


@dataclass(frozen=True, repr=False)
class EventsRetention(Tabular):
    """The answer, and what was asked: see `events_retention`."""

    mode: Mode
    window: Window
    first: First
    covered: date
    cohorts: tuple[ReturnCohort, ...]

    def interval(self, cell: ReturnCell) -> tuple[float, float] | None:
        """Wilson's 95% interval; None for every start, as those of one account do not vary independently."""
        return wilson(cell.active, cell.base) if self.first == "first" else None

    def to_dict(self) -> list[dict[str, Any]]:
        """One entry a cohort: cohort, size (starts), cells of age, to, active, base, share, finished, small."""
        return [
            {
                "cohort": c.cohort,
                "size": c.size,
                "cells": [
                    {
                        "age": x.from_day,
                        "to": x.to_day,
                        "active": x.active,
                        "base": x.base,
                        "share": x.share,
                        "finished": x.finished,
                        "small": x.small,
                    }
                    for x in c.cells
                ],
            }
            for c in self.cohorts
        ]

    def to_arrow(self) -> pa.Table:
        """One row a cell: cohort, size, age, to, active, base, share, finished, small."""
        kinds = {"cohort": pa.string(), "size": pa.int64(), "age": pa.int64(), "to": pa.int64()}
        kinds |= {"active": pa.int64(), "base": pa.int64(), "share": pa.float64()}
        kinds |= {"finished": pa.bool_(), "small": pa.bool_()}
        return table_of([{**c, **cell} for c in self.to_dict() for cell in c["cells"]], kinds)

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        return f"Retention of use, {self.mode}, by days since the start", *triangle(self.to_dict())

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        return as_notebook_html("events_retention", self.to_dict(), mode=self.mode)


def events_retention(
    events: Frame,
    engine: Engine,
    *,
    start_kind: str | None,
    return_kind: str | None,
    covered: date,
    mode: Mode = "on",
    brackets: Sequence[tuple[int, int]] = (),
    window: Window = "calendar",
    first: First = "first",
    days: int = 30,
    grain: Grain | None = None,
    fiscal_start: int = 1,
    covered_at: datetime | None = None,
) -> EventsRetention:
    """Of the starts, the share that was followed by a return of the same account so many days later.

    `events` has account_id, kind, and day (day number) for calendar days or occurred_at (instant, UTC) for
    rolling windows of 24 hours. A start is an event of `start_kind`, a return one of `return_kind` (None is any
    kind) later than the start. `first` counts an account's first start only or every one; several on one
    day (rolling: at one instant) are one start. `mode` says when a return counts: on day k, on day k or any later
    day up to `covered`, or in the days [from, to) of each of the `brackets`; k goes up to `days`. Day 0 is
    the first 24 hours of a rolling window; a calendar day has no later within itself, so there k begins at 1.
    `covered_at` is the instant at which the covered day begins, midnight UTC unless given. With `grain`, starts
    are told apart by the period of their day (rolling: their UTC day).

    Raises KeepwellError where brackets are missing, overlap or begin too early, or are given in another mode, or
    `days` is too small.
    """
    cells = _cells(mode, brackets, window, days)
    length = max(end or start + 1 for start, end in cells)
    unit, bound = (1, number(covered)) if window == "calendar" else (_DAY, _instant(covered, covered_at))
    moment = nw.col("day").cast(nw.Int64) if window == "calendar" else _micros("occurred_at")
    moments = events.select("account_id", "kind", moment=moment).filter(nw.col("moment") < bound)
    starts = _starts(moments, start_kind, first, unit=unit, bound=bound, length=length)
    pairs = _pairs(starts, moments, return_kind, mode=mode, every=first == "every", unit=unit, length=length)
    counted = _counted(pairs, cells, mode)
    sizes = engine.collect(
        starts.group_by("start_day", "followed").agg(n=nw.len().cast(nw.Int64))
    ).to_pylist()
    returns = engine.collect(counted).to_pylist()
    labels = _labels([s["start_day"] for s in sizes], grain, fiscal_start)
    cohorts = []
    for cohort in sorted(set(labels.values()), key=str):
        own = [s for s in sizes if labels[s["start_day"]] == cohort]
        back = [r for r in returns if labels[r["start_day"]] == cohort]
        cohorts.append(_cohort(cohort, own, back, cells, mode))
    return EventsRetention(mode, window, first, covered, tuple(cohorts))


def _cells(
    mode: Mode, brackets: Sequence[tuple[int, int]], window: Window, days: int
) -> list[tuple[int, int | None]]:
    earliest = 1 if window == "calendar" else 0
    if mode != "brackets":
        if brackets:
            raise KeepwellError(
                _("Brackets of days are given, and returns are not asked for by brackets."),
                seen=mode,
                ways=[_("Ask for them with the mode “brackets”, or leave the brackets out.")],
            )
        if days < 1:
            raise KeepwellError(_("Retention needs at least one day to look at."), seen=str(days))
        return [(k, k + 1 if mode == "on" else None) for k in range(earliest, days + 1)]
    ordered = sorted(brackets)
    bounds = [bound for bracket in ordered for bound in bracket]
    rising = all(a < b for a, b in ordered) and bounds == sorted(bounds)
    if not ordered or not rising or ordered[0][0] < earliest:
        raise KeepwellError(
            _("These are no brackets of days."),
            seen=", ".join(f"{a}-{b}" for a, b in brackets),
            ways=[
                _(
                    "Give each as its first day and the day after its last, without overlaps: 1-8, 8-15, 15-31."
                ),
                _("Begin at day {n} or later.").format(n=earliest),
            ],
        )
    return list(ordered)


def _instant(covered: date, covered_at: datetime | None) -> int:
    at = covered_at or datetime(covered.year, covered.month, covered.day)  # noqa: DTZ001 - naive UTC, as in the book
    return (at - datetime(EPOCH.year, EPOCH.month, EPOCH.day)) // timedelta(microseconds=1)  # noqa: DTZ001 - the same


def _micros(column: str) -> nw.Expr:
    """Microseconds since 1970 of an instant, from its parts: no engine-neutral difference of instants exists."""
    at = nw.col(column).dt
    hour, minute, second, micro = (
        part.cast(nw.Int64) for part in (at.hour(), at.minute(), at.second(), at.microsecond())
    )
    before, in_year = at.year().cast(nw.Int64) - 1, at.ordinal_day().cast(nw.Int64)
    day = before * 365 + before // 4 - before // 100 + before // 400 + in_year - 719_163
    # Spark gives the microseconds of instants before 1970 as negative; the remainder is right on both.
    return (((day * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + micro % 1_000_000


def _of_kind(moments: Frame, kind: str | None) -> Frame:
    return moments if kind is None else moments.filter(nw.col("kind") == kind)


def _starts(moments: Frame, kind: str | None, first: First, *, unit: int, bound: int, length: int) -> Frame:
    """Each start, its day, and how many whole days after it are covered, at most `length`."""
    own = _of_kind(moments, kind).select("account_id", at=nw.col("moment"))
    each = own.group_by("account_id").agg(nw.col("at").min()) if first == "first" else own.unique()
    whole = ((bound - nw.col("at")) // unit).cast(nw.Int64)
    return each.with_columns(
        start_day=(nw.col("at") // unit).cast(nw.Int64),
        followed=nw.when(whole < length).then(whole).otherwise(nw.lit(length)).cast(nw.Int64),
    )


def _pairs(
    starts: Frame, moments: Frame, kind: str | None, *, mode: Mode, every: bool, unit: int, length: int
) -> Frame:
    """Each start with the later returns that may matter to it, and their age in days.

    For "on or after" the account's last return is enough. Of every start only returns within `length` days
    matter: both are put into buckets of that width, and a return meets the starts of its own bucket and of
    the one before.
    """
    returns = _of_kind(moments, kind).select("account_id", back=nw.col("moment"))
    keys = ["account_id"]
    if mode == "on_or_after":
        returns = returns.group_by("account_id").agg(nw.col("back").max())
    else:
        returns = returns.unique()
        if every:
            keys = ["account_id", "bucket"]
            starts = starts.with_columns(bucket=(nw.col("at") // (unit * length)).cast(nw.Int64))
            own = (nw.col("back") // (unit * length)).cast(nw.Int64)
            returns = nw.concat([returns.with_columns(bucket=own), returns.with_columns(bucket=own - 1)])
    joined = starts.join(returns, on=keys).filter(nw.col("back") > nw.col("at"))
    return joined.with_columns(age=((nw.col("back") - nw.col("at")) // unit).cast(nw.Int64))


def _counted(pairs: Frame, cells: list[tuple[int, int | None]], mode: Mode) -> Frame:
    """Starts with a return, by day, days followed, and cell."""
    age, last = nw.col("age"), cells[-1][0]
    if mode == "on_or_after":
        cell = nw.when(age < last).then(age).otherwise(nw.lit(last))
    elif mode == "on":
        cell = nw.when(age <= last).then(age).otherwise(nw.lit(-1))
    else:
        cell = nw.lit(-1)
        for start, end in cells:
            cell = nw.when((age >= start) & (age < nw.lit(end))).then(nw.lit(start)).otherwise(cell)
    found = pairs.with_columns(cell=cell.cast(nw.Int64)).filter(nw.col("cell") >= 0)
    once = found.select("account_id", "at", "start_day", "followed", "cell").unique()
    return once.group_by("start_day", "followed", "cell").agg(n=nw.len().cast(nw.Int64))


def _labels(days: list[int], grain: Grain | None, fiscal_start: int) -> dict[int, str | None]:
    """Day number to its cohort."""
    if grain is None or not days:
        return dict.fromkeys(days)
    first, last = from_number(min(days)), from_number(max(days))
    every = list(periods(grain, first, last + timedelta(days=1), fiscal_start=fiscal_start))
    starts = [number(p.start) for p in every]
    return {d: every[bisect_right(starts, d) - 1].start.isoformat() for d in days}


def _cohort(
    cohort: str | None,
    sizes: list[dict[str, int]],
    returns: list[dict[str, int]],
    cells: list[tuple[int, int | None]],
    mode: Mode,
) -> ReturnCohort:
    size, found = sum(s["n"] for s in sizes), []
    for start, end in cells:
        needs = end or start + 1
        base = sum(s["n"] for s in sizes if s["followed"] >= needs)
        active = sum(
            r["n"]
            for r in returns
            if r["followed"] >= needs
            and (r["cell"] >= start if mode == "on_or_after" else r["cell"] == start)
        )
        found.append(ReturnCell(start, end, active, base, base == size))
    return ReturnCohort(cohort, size, tuple(found))
