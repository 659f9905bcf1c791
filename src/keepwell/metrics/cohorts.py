"""Who of each cohort still pays, and how much of its first MRR is still there, period after period.

The triangle is one aggregated scan over the ledger's rows: each row changes a cohort's count (or MRR) from one
age on, so the sums by cohort and age, added up along the age, are the cells. Accounts are never listed.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.lib.days import Grain, first_of_month, month_number, number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.lib.text import gettext as _
from keepwell.metrics.conversion import money_in, without_rate
from keepwell.metrics.cuts import NO_VALUE
from keepwell.metrics.intervals import Ints
from keepwell.metrics.triangle import Cell, Cohort, Cohorts, Measure


def cohorts(
    rows: Frame,
    engine: Engine,
    *,
    grain: Grain | None,
    measure: Measure,
    covered: date,
    rates: Mapping[str, Rate],
    reporting: str,
    attribute: Frame | None = None,
    fiscal_start: int = 1,
    data_from: date | None = None,
) -> Cohorts:
    """The triangle of the ledger's `rows` as known before the day `covered`.

    Without `attribute` a cohort is the month, quarter or year of the first paying day, and cell k is what pays
    on the last day of the k-th period after it; a running period is read on the newest covered day and is not
    finished. With `attribute` (account_id and value, the value on the first paying day) a cohort is a value
    and cell k is what pays k months (or k times `grain`) after each account's own first paying day, over the
    accounts that have come so far; accounts without a value are under "(none)".

    MRR is divided by the sum of the MRR on each account's first paying day, at `rates`. Accounts that paid
    before `data_from` are left out and counted: those of them that had left are not in the data, so the rest
    would look better than they were.

    Raises KeepwellError where a row's currency has no rate.
    """
    grain = grain or Grain.MONTH
    known = rows.filter(nw.col("day") < number(covered))
    if measure == "accounts":
        known = known.filter(nw.col("paying") != 0)
    first, left_out = _beginning(known, engine, data_from)
    triangle: list[Cohort] = []
    if first is not None:
        calendar = engine.frame(
            _calendar(first, covered, grain, fiscal_start, by_value=attribute is not None)
        )
        known = known.filter(nw.col("first_day") >= first)
        placed = _by_period(known, calendar) if attribute is None else _by_value(known, calendar, attribute)
        changes = engine.collect(_changes(placed, measure, rates, reporting))
        if sum(changes["unrated"].to_pylist()):
            raise KeepwellError(
                _("Some of the ledger's currencies have no exchange rate."),
                seen=_("{n} rows").format(n=sum(changes["unrated"].to_pylist())),
                ways=[_("Load the rates into {reporting} and ask again.").format(reporting=reporting)],
            )
        triangle = _triangle(changes, grain, covered, fiscal_start, by_value=attribute is not None)
    return Cohorts(measure, grain, attribute is not None, reporting, covered, left_out, tuple(triangle))


def _beginning(known: Frame, engine: Engine, data_from: date | None) -> tuple[int | None, int]:
    """The earliest first day that counts, None where there is none, and how many accounts are older."""
    since = number(data_from) if data_from else number(date.min)
    day, joins = nw.col("first_day"), (nw.col("paying") == 1) & (nw.col("day") == nw.col("first_day"))
    found = engine.collect(
        known.select(
            nw.when(day >= since).then(day).otherwise(None).min().cast(nw.Int64).alias("first"),
            nw.when(joins & (day < since))
            .then(nw.lit(1))
            .otherwise(nw.lit(0))
            .sum()
            .cast(nw.Int64)
            .alias("n"),
        )
    ).to_pylist()[0]
    return found["first"], found["n"] or 0


def _calendar(first: int, covered: date, grain: Grain, fiscal_start: int, *, by_value: bool) -> pa.Table:
    """What the scan needs to know of each day; looked up by joining, three times as fast as computing it.

    `place` numbers the periods, or months; `dom` is the day of the month; `reached` the age up to which an
    account that starts on the day can be followed.
    """
    days = np.arange(first, number(covered))
    dates = days.astype("datetime64[D]").astype("datetime64[M]")
    months, dom = (
        dates.astype(np.int64) + 1970 * 12,
        days - dates.astype("datetime64[D]").astype(np.int64) + 1,
    )
    if by_value:
        place, last = months, covered - timedelta(days=1)
        length = monthrange(last.year, last.month)[1]
        reached = (months[-1] - months - (last.day < np.minimum(dom, length))) // grain.months
    else:
        place = (months - _shift(grain, fiscal_start)) // grain.months
        reached = place[-1] - place
    return pa.table({"on_day": days, "place": place, "dom": dom, "reached": reached})


def _shift(grain: Grain, fiscal_start: int) -> int:
    return (fiscal_start - 1) % grain.months


def _joined(rows: Frame, calendar: Frame) -> Frame:
    """The rows with where their day and their account's first day lie in the calendar."""
    of_first = calendar.select(
        first_day=nw.col("on_day"), began="place", began_dom=nw.col("dom"), reached=nw.col("reached")
    )
    of_day = calendar.select(day=nw.col("on_day"), place=nw.col("place"), dom=nw.col("dom"))
    return rows.join(of_first, on="first_day").join(of_day, on="day")


def _by_period(rows: Frame, calendar: Frame) -> Frame:
    return _joined(rows, calendar).with_columns(
        cohort=nw.col("began"), age=(nw.col("place") - nw.col("began")).cast(nw.Int64)
    )


def _by_value(rows: Frame, calendar: Frame, attribute: Frame) -> Frame:
    """Age in months: on the first day of the month's number that is no earlier than k months after the first.

    A change on the 31st is at age 1 of an account that began on the 30th of the month before, hence + 1.
    """
    value = nw.col("value").cast(nw.String)
    values = attribute.select("account_id", value.alias("value"))
    later = nw.when(nw.col("dom") > nw.col("began_dom")).then(nw.lit(1)).otherwise(nw.lit(0))
    none = nw.col("value").is_null() | (nw.col("value") == "")
    return (
        _joined(rows, calendar)
        .join(values, on="account_id", how="left")
        .with_columns(
            cohort=nw.when(none).then(nw.lit(NO_VALUE)).otherwise(nw.col("value")),
            age=(nw.col("place") - nw.col("began") + later).cast(nw.Int64),
        )
    )


def _changes(placed: Frame, measure: Measure, rates: Mapping[str, Rate], reporting: str) -> Frame:
    """By cohort, how far it can be followed, and age: accounts that begin, their base, and what changes."""
    joins = (nw.col("paying") == 1) & (nw.col("day") == nw.col("first_day"))
    placed = placed.with_columns(begins=nw.when(joins).then(nw.lit(1)).otherwise(nw.lit(0)))
    if measure == "accounts":
        measured = placed.with_columns(change=nw.col("paying"), starts=nw.col("begins"), unrated=nw.lit(0))
    else:
        after, before = (money_in(rates, reporting, c) for c in ("after", "before"))
        on_first = nw.when(nw.col("day") == nw.col("first_day")).then(after).otherwise(nw.lit(0))
        measured = placed.with_columns(
            change=after - before, starts=on_first, unrated=without_rate(rates, reporting)
        )
    sums = [nw.col(c).sum().cast(nw.Int64) for c in ("begins", "starts", "change", "unrated")]
    return measured.group_by("cohort", "reached", "age").agg(*sums)


def _triangle(
    changes: pa.Table, grain: Grain, covered: date, fiscal_start: int, *, by_value: bool
) -> list[Cohort]:
    """The cohorts, from what changes in each at each age."""
    groups: dict[Any, list[dict[str, int]]] = {}
    for change in changes.to_pylist():
        groups.setdefault(change["cohort"], []).append(change)
    shift = _shift(grain, fiscal_start)
    over = covered.day == 1 and (month_number(covered) - shift) % grain.months == 0
    triangle = []
    for cohort, own in sorted(groups.items()):
        active, base, accounts = _added_up(own, grain.months if by_value else 1)
        size, last = int(accounts[0]), len(active) - 1
        cells = tuple(
            Cell(age, int(a), int(b), int(n), bool(n == size) if by_value else (over or age < last))
            for age, (a, b, n) in enumerate(zip(active, base, accounts, strict=True))
        )
        name = cohort if by_value else first_of_month(cohort * grain.months + shift).isoformat()
        triangle.append(Cohort(name, size, cells))
    return triangle


def _added_up(changes: list[dict[str, int]], months: int) -> tuple[Ints, Ints, Ints]:
    """By age: what is active, its base, and the accounts behind it.

    Accounts that cannot be followed as far as an age are in none of the three. Ages of changes come in steps
    that make `months` of one step of the cells, and count from the first cell not before them.
    """
    ages = max(c["reached"] for c in changes) + 1
    active, base, accounts = (np.zeros(ages, np.int64) for _name in range(3))
    for reached in {c["reached"] for c in changes}:
        own = np.zeros(reached + 1, np.int64)
        for change in (c for c in changes if c["reached"] == reached):
            age = -(-change["age"] // months)
            if age <= reached:
                own[age] += change["change"]
            base[: reached + 1] += change["starts"]
            accounts[: reached + 1] += change["begins"]
        active[: reached + 1] += own.cumsum()
    return active, base, accounts
