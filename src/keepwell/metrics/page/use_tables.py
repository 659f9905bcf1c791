"""Retention of use and purchase cycles in numbers."""

from collections.abc import Sequence

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.cycles import segment_said
from keepwell.metrics.charts.reading import Json
from keepwell.metrics.charts.use import bracket, starts_of
from keepwell.metrics.page.markup import Markup
from keepwell.metrics.page.tables import Cell, Head, table


def use_table(cohorts: Sequence[Json]) -> Markup:
    """One row a cohort of starts, one column a day; a share whose starts have not all come so far has a tilde."""
    cells = cohorts[0]["cells"] if cohorts else []
    heads = [Head(_("Starts of")), Head(_("Starts"), number=True)]
    heads += [Head(bracket(c), number=True) for c in cells]
    rows: list[list[Cell]] = [
        [
            (starts_of(one), one.get("cohort") or ""),
            (numbers.count(one["size"]), one["size"]),
            *[_share(c) for c in one["cells"]],
        ]
        for one in cohorts
    ]
    return table(heads, rows, caption=_("Retention of use in numbers"), name="keepwell-events-retention")


def _share(cell: Json) -> Cell:
    if cell["share"] is None:
        return ("", "")
    return (("" if cell["finished"] else "~") + numbers.percent(cell["share"]), cell["share"])


def cycles_table(segments: Sequence[Json]) -> Markup:
    """One row for the company and one a segment: accounts, those who bought once or lapsed, cycle and limit."""
    heads = [Head(_("Segment")), Head(_("Accounts"), number=True), Head(_("Bought once"), number=True)]
    heads += [Head(_("Lapsed"), number=True), Head(_("Cycle, days"), number=True)]
    heads.append(Head(_("Limit, days"), number=True))
    rows: list[list[Cell]] = [
        [
            (segment_said(one["segment"]), None),
            *[(numbers.count(one[n]), one[n]) for n in ("accounts", "one_time", "lapsed")],
            *[_days(one[n]) for n in ("cycle_days", "limit_days")],
        ]
        for one in segments
    ]
    return table(heads, rows, caption=_("Purchase cycles in numbers"), name="keepwell-cycles")


def _days(value: float | None) -> Cell:
    return ("–", "") if value is None else (f"{value:,.1f}", value)
