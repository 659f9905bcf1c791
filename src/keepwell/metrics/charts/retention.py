"""Churn and retention over time: unfinished periods dashed, small bases ringed, the interval as a band."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, NARROW, Theme, finish, rows
from keepwell.metrics.charts.reading import SMALL, Json, base, finished, interval, is_small, rate, rate_name
from keepwell.metrics.charts.theme import SHAPES

PANELS = {
    "churn": ("customer_churn", "revenue_churn"),
    "retention": ("customer_retention", "gross_revenue_retention", "net_revenue_retention"),
}


def retention_chart(
    series: Sequence[Json],
    *,
    panel: str | None = None,
    theme: Theme = LIGHT,
    width: int = 680,
    title: bool = True,
) -> Any:
    """Lines of the rates over the periods of a series; `panel` is `churn`, `retention` or None for both.

    A period that is not finished is dashed and hollow, a base under 30 accounts is ringed, a rate without
    a base leaves a gap. The band is the interval of the panel's customer rate.
    """
    panels = [panel] if panel else list(PANELS)
    heading = _heading(panel)
    drawn = [_panel(series, name, theme, width) for name in panels]
    if panel:
        chart = drawn[0]
    else:
        sized = [d.properties(width=width, height=200) for d in drawn]
        chart = alt.vconcat(*sized, spacing=28).resolve_scale(color="independent", shape="independent")
    return finish(
        chart,
        theme=theme,
        width=width if panel else None,
        height=230 if panel else None,
        title=heading if title else None,
        said=_said(series, heading, panels),
        notes=retention_notes(series),
    )


def retention_notes(series: Sequence[Json]) -> list[str]:
    """The marks that occur in this chart, in words."""
    notes = []
    if any(interval(s, "customer_churn") for s in series):
        notes.append(_("Band: 95% interval of the rate of accounts."))
    if any(not finished(s) for s in series):
        notes.append(_("Dashed and hollow: the period is not finished."))
    if any(is_small(s) for s in series):
        notes.append(_("Ringed: fewer than {n} accounts.").format(n=SMALL))
    if any(base(s) == 0 for s in series):
        notes.append(_("A gap: nobody paid at the opening, so there is no base."))
    return notes


def _heading(panel: str | None) -> str:
    if panel == "churn":
        return _("Churn over time")
    if panel == "retention":
        return _("Retention over time")
    return _("Churn and retention over time")


def _said(series: Sequence[Json], heading: str, panels: list[str]) -> str:
    if not series:
        return heading
    last = series[-1]
    when = numbers.period(last["period"]["from"], last["period"]["to"])
    figures = [f"{rate_name(m)} {numbers.percent(rate(last, m))}" for p in panels for m in PANELS[p]]
    return _("{heading}, {n} periods. Last, {when}: {figures}.").format(
        heading=heading, n=len(series), when=when, figures=", ".join(figures)
    )


def _values(series: Sequence[Json], measures: Sequence[str]) -> list[dict[str, Any]]:
    values = []
    for i, s in enumerate(series):
        for measure in measures:
            share, around = rate(s, measure), interval(s, measure)
            first = measure == measures[0]
            when = numbers.period(s["period"]["from"], s["period"]["to"])
            values.append(
                {
                    "at": i,
                    "period": when,
                    "measure": rate_name(measure),
                    "rate": share,
                    "low": around[0] if around and first else None,
                    "high": around[1] if around and first else None,
                    "finished": finished(s),
                    "small": is_small(s),
                    "figure": numbers.percent(share),
                    "interval": f"{numbers.percent(around[0])} – {numbers.percent(around[1])}"
                    if around
                    else "–",
                    "base": numbers.count(base(s)),
                    "state": _("finished") if finished(s) else _("not finished"),
                    "said": f"{when}, {rate_name(measure)}: {numbers.percent(share)}",
                }
            )
    return values


def _stretches(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each stretch of line as two points, so that one that touches an unfinished period can be dashed."""
    stretches = []
    for measure in dict.fromkeys(v["measure"] for v in values):
        own = [v for v in values if v["measure"] == measure]
        for a, b in pairwise(own):
            if a["rate"] is None or b["rate"] is None:
                continue
            sure = a["finished"] and b["finished"]
            kept = ("period", "measure", "rate")
            stretches += [{**{k: v[k] for k in kept}, "stretch": a["at"], "sure": sure} for v in (a, b)]
    return stretches


def _panel(series: Sequence[Json], panel: str, theme: Theme, width: int) -> Any:
    measures = PANELS[panel]
    values = _values(series, measures)
    stretches = _stretches(values)
    names = [rate_name(m) for m in measures]
    labels = list(dict.fromkeys(v["period"] for v in values))
    axis = alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=14, grid=False)
    x = alt.X("period:O", sort=labels, title=None, axis=axis, scale=alt.Scale(type="point", padding=0.3))
    y = alt.Y("rate:Q", title=None, scale=alt.Scale(zero=panel == "churn", nice=True), axis=_percent_axis())
    legend = alt.Legend(
        columns=1 if width <= NARROW else len(names), symbolFillColor=theme.sheet, symbolStrokeWidth=2
    )
    colour = alt.Color(
        "measure:N",
        sort=names,
        scale=alt.Scale(domain=names, range=theme.series[: len(names)]),
        legend=legend,
    )
    shape = alt.Shape(
        "measure:N", sort=names, scale=alt.Scale(domain=names, range=SHAPES[: len(names)]), legend=legend
    )
    tooltip = [
        alt.Tooltip("period:N", title=_("Period")),
        alt.Tooltip("measure:N", title=_("Rate")),
        alt.Tooltip("figure:N", title=_("Value")),
        alt.Tooltip("interval:N", title=_("95% interval")),
        alt.Tooltip("base:N", title=_("Accounts at the opening")),
        alt.Tooltip("state:N", title=_("Period is")),
    ]
    held = alt.Chart(rows(values))
    banded = [v for v in values if v["low"] is not None]
    band = (
        alt.Chart(rows(banded))
        .mark_area(opacity=0.16, color=theme.keep, aria=False)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    )
    lines = alt.Chart(rows(stretches)).mark_line(strokeWidth=2, strokeCap="butt", aria=False)
    sure = lines.transform_filter("datum.sure").encode(x=x, y=y, color=colour, detail="stretch:N")
    unsure = (
        lines.mark_line(strokeWidth=2, strokeDash=[4, 4], aria=False)
        .transform_filter("!datum.sure")
        .encode(x=x, y=y, color=colour, detail="stretch:N")
    )
    size = 60 if len(labels) <= 16 else 28
    dots = held.mark_point(size=size, opacity=1, strokeWidth=2).transform_filter("datum.rate != null")
    marks = dots.encode(
        x=x,
        y=y,
        color=colour,
        shape=shape,
        fill=alt.condition(
            "datum.finished",
            alt.Fill(
                "measure:N", legend=None, scale=alt.Scale(domain=names, range=theme.series[: len(names)])
            ),
            alt.value(theme.sheet),
        ),
        description="said:N",
        tooltip=tooltip,
    )
    rings = (
        held.mark_point(shape="circle", size=size * 4.5, strokeWidth=1.5, opacity=1, filled=False, aria=False)
        .transform_filter("datum.small && datum.rate != null")
        .encode(x=x, y=y, color=alt.value(theme.ink_2))
    )
    return alt.layer(band, sure, unsure, rings, marks)


def _percent_axis() -> Any:
    return alt.Axis(format=".0%", tickCount=5, domain=False)
