"""Retention of use: of those who started, the share that came back so many days later."""

from collections.abc import Sequence
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, Theme, finish, rows
from keepwell.metrics.charts.reading import SMALL, Json
from keepwell.metrics.charts.theme import SHAPES
from keepwell.metrics.charts.vega import alt

MOST = 6  # cohorts that can be told apart as lines; of more, those with the most starts are drawn


def use_chart(
    cohorts: Sequence[Json],
    *,
    mode: str = "on",
    theme: Theme = LIGHT,
    width: int | None = 640,
    title: bool = True,
) -> Any:
    """A line a cohort of starts over the days since the start; for brackets of days, points without lines.

    A share whose starts have not all come so far is hollow, and its line dashed.
    """
    drawn = _drawn(cohorts)
    notes = use_notes(cohorts)
    return finish(
        _layers(drawn, mode, theme),
        theme=theme,
        width=width,
        height=240,
        title=use_heading() if title else None,
        said=_said(drawn),
        notes=notes,
    )


def use_heading() -> str:
    """What the chart shows."""
    return _("Who came back to the product")


def use_notes(cohorts: Sequence[Json]) -> list[str]:
    """What a share is of, and the marks that occur."""
    cells = [c for cohort in cohorts for c in cohort["cells"]]
    notes = [_("A share is of the starts whose day is covered.")]
    if any(not c["finished"] for c in cells):
        notes.append(_("Hollow and dashed: not all starts have come so far."))
    if any(c["small"] for c in cells):
        notes.append(_("Some shares are of fewer than {n} starts.").format(n=SMALL))
    if len(cohorts) > MOST:
        notes.append(
            _("The {n} cohorts with the most starts of {all} are drawn.").format(n=MOST, all=len(cohorts))
        )
    return notes


def bracket(cell: Json) -> str:
    """The days of a cell: “7”, “7 or later”, “8–14”."""
    first, out = int(cell["age"]), cell.get("to")
    if out is None:
        return _("{day} or later").format(day=first)
    return str(first) if int(out) == first + 1 else f"{first}–{int(out) - 1}"


def starts_of(cohort: Json) -> str:
    """A cohort of starts by the day its period begins on, or all starts."""
    return numbers.day(cohort["cohort"]) if cohort.get("cohort") else _("All starts")


def _drawn(cohorts: Sequence[Json]) -> list[Json]:
    """The cohorts with the most starts, in their own order."""
    most = sorted(cohorts, key=lambda c: -int(c["size"]))[:MOST]
    return [c for c in cohorts if c in most]


def _said(cohorts: Sequence[Json]) -> str:
    parts = []
    for cohort in cohorts:
        cells = [c for c in cohort["cells"] if c["share"] is not None]
        some = [cells[0], cells[len(cells) // 2], cells[-1]] if len(cells) > 3 else cells
        figures = ", ".join(
            _("{share} on day {day}").format(share=numbers.percent(c["share"], 0), day=bracket(c))
            for c in some
        )
        parts.append(f"{starts_of(cohort)}: {figures or '–'}")
    return _("Share of the starts that were followed by a return.") + " " + "; ".join(parts)


def _layers(cohorts: Sequence[Json], mode: str, theme: Theme) -> Any:
    names = [starts_of(c) for c in cohorts]
    values: list[dict[str, Any]] = [
        {
            "cohort": name,
            "age": int(cell["age"]),
            "days": bracket(cell),
            "share": float(cell["share"]),
            "figure": numbers.percent(cell["share"]),
            "parts": _("{part} of {whole}").format(
                part=numbers.count(cell["active"]), whole=numbers.count(cell["base"])
            ),
            "finished": bool(cell["finished"]),
            "said": f"{name}, {bracket(cell)}: {numbers.percent(cell['share'])}",
        }
        for name, cohort in zip(names, cohorts, strict=True)
        for cell in cohort["cells"]
        if cell["share"] is not None
    ]
    colours, shapes = theme.series[: len(names)], SHAPES[: len(names)]
    legend = alt.Legend(columns=3, symbolOpacity=1) if len(names) > 1 else None
    colour = alt.Color("cohort:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=legend)
    shape = alt.Shape("cohort:N", sort=names, scale=alt.Scale(domain=names, range=shapes), legend=legend)
    x: Any = alt.X(
        "age:Q", title=_("Days since the start"), axis=alt.Axis(grid=False, format="d", tickMinStep=1)
    )
    if mode == "brackets":
        order = list(dict.fromkeys(v["days"] for v in sorted(values, key=lambda v: int(v["age"]))))
        x = alt.X(
            "days:N", sort=order, title=_("Days since the start"), axis=alt.Axis(grid=False, labelAngle=0)
        )
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5, domain=False))
    held = alt.Chart(rows(values))
    tooltip = [
        alt.Tooltip("cohort:N", title=_("Starts of")),
        alt.Tooltip("days:N", title=_("Day")),
        alt.Tooltip("figure:N", title=_("Came back")),
        alt.Tooltip("parts:N", title=_("Starts")),
    ]
    dots = held.mark_point(size=40, opacity=1, strokeWidth=1.6).encode(
        x=x,
        y=y,
        color=colour,
        shape=shape,
        fill=alt.condition("datum.finished", colour, alt.value(theme.sheet)),
        description="said:N",
        tooltip=tooltip,
    )
    if mode == "brackets":
        return alt.layer(dots)
    steps = {"strokeWidth": 1.6, "aria": False}
    line = held.mark_line(**steps, strokeDash=[4, 4]).encode(x=x, y=y, color=colour)
    sure = held.transform_filter("datum.finished").mark_line(**steps).encode(x=x, y=y, color=colour)
    return alt.layer(line, sure, dots)
