"""Churn and retention over time: unfinished periods dashed, small bases ringed, the interval as a band."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, NARROW, Theme, finish, rows
from keepwell.metrics.charts.reading import (
    SMALL,
    Json,
    base,
    contract_alone,
    finished,
    interval,
    is_small,
    rate_name,
    refused,
    shown_rate,
    told,
)
from keepwell.metrics.charts.theme import SHAPES
from keepwell.metrics.charts.vega import alt

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
    if any(interval(told(s), "customer_churn") for s in series):
        notes.append(_("Band: 95% interval of the rate of accounts."))
    if any(not finished(s) for s in series):
        notes.append(_("Dashed and hollow: the period is not finished."))
    if any(is_small(told(s)) for s in series):
        notes.append(_("Ringed: fewer than {n} accounts.").format(n=SMALL))
    if any(contract_alone(s, "customer_churn") is not None for s in series):
        notes.append(
            _("Contract accounts alone: the periods are too short to read the silence of irregular ones.")
        )
    elif any(refused(s) for s in series):
        notes.append(_("A gap: the period is too short to read the silence of irregular accounts."))
    elif any(base(s) == 0 for s in series):
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
    figures = [f"{rate_name(m)} {numbers.percent(shown_rate(last, m))}" for p in panels for m in PANELS[p]]
    return _("{heading}, {n} periods. Last, {when}: {figures}.").format(
        heading=heading, n=len(series), when=when, figures=", ".join(figures)
    )


def _values(series: Sequence[Json], measures: Sequence[str]) -> list[dict[str, Any]]:
    values = []
    for i, s in enumerate(series):
        for measure in measures:
            share, around = shown_rate(s, measure), interval(told(s), measure)
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
                    "small": is_small(told(s)),
                    "figure": numbers.percent(share),
                    "interval": f"{numbers.percent(around[0])} – {numbers.percent(around[1])}"
                    if around
                    else "–",
                    "base": numbers.count(base(told(s))),
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


@dataclass(frozen=True)
class _Axes:
    """The encodings that every layer of a panel shares."""

    x: Any
    y: Any
    colour: Any
    shape: Any


def _axes(names: list[str], labels: list[str], theme: Theme, *, from_zero: bool, width: int) -> _Axes:
    axis = alt.Axis(labelAngle=0, values=_labelled(labels, width), labelOverlap="parity", grid=False)
    legend = alt.Legend(columns=1 if width <= NARROW else len(names), symbolOpacity=1)
    colours = alt.Scale(domain=names, range=theme.series[: len(names)])
    shapes = alt.Scale(domain=names, range=SHAPES[: len(names)])
    percent = alt.Axis(format=".0%", tickCount=5, domain=False)
    return _Axes(
        x=alt.X("period:O", sort=labels, title=None, axis=axis, scale=alt.Scale(type="point", padding=0.3)),
        y=alt.Y("rate:Q", title=None, scale=alt.Scale(zero=from_zero, nice=True), axis=percent),
        colour=alt.Color("measure:N", sort=names, scale=colours, legend=legend),
        shape=alt.Shape("measure:N", sort=names, scale=shapes, legend=legend),
    )


def _labelled(labels: list[str], width: int) -> list[str]:
    """Every so many of the periods, counted back from the last, so that their names have room."""
    room = max(2, width // 80)
    step = next((s for s in (1, 2, 3, 4, 6, 12, 24) if len(labels) <= s * room), 48)
    return labels[::-1][::step][::-1]


def _panel(series: Sequence[Json], panel: str, theme: Theme, width: int) -> Any:
    measures = PANELS[panel]
    values = _values(series, measures)
    names = [rate_name(m) for m in measures]
    labels = list(dict.fromkeys(v["period"] for v in values))
    axes = _axes(names, labels, theme, from_zero=panel == "churn", width=width)
    first = alt.Chart(rows(v for v in values if v["measure"] == names[0]))
    band = first.mark_area(opacity=0.16, color=theme.keep, aria=False).encode(
        x=axes.x, y=alt.Y("low:Q"), y2="high:Q"
    )
    size = 60 if len(labels) <= 16 else (28 if width > NARROW else 14)
    bands = [band] if any(v["low"] is not None for v in values) else []
    return alt.layer(*bands, *_lines(values, axes), *_dots(values, axes, theme, size))


def _lines(values: list[dict[str, Any]], axes: _Axes) -> list[Any]:
    """The lines: whole between finished periods, dashed from and to one that is not."""
    stretches = _stretches(values)
    return [
        alt.Chart(rows(own))
        .mark_line(strokeWidth=2, aria=False, **dash)
        .encode(x=axes.x, y=axes.y, color=axes.colour, detail="stretch:N")
        for own, dash in (
            ([s for s in stretches if s["sure"]], {}),
            ([s for s in stretches if not s["sure"]], {"strokeDash": [4, 4]}),
        )
        if own
    ]


def _dots(values: list[dict[str, Any]], axes: _Axes, theme: Theme, size: int) -> list[Any]:
    """A ring where the base is small, a filled shape where the period is finished, a hollow one where not."""
    known = [v for v in values if v["rate"] is not None]
    small, running = [v for v in known if v["small"]], [v for v in known if not v["finished"]]
    tooltip = [
        alt.Tooltip("period:N", title=_("Period")),
        alt.Tooltip("measure:N", title=_("Rate")),
        alt.Tooltip("figure:N", title=_("Value")),
        alt.Tooltip("interval:N", title=_("95% interval")),
        alt.Tooltip("base:N", title=_("Accounts at the opening")),
        alt.Tooltip("state:N", title=_("Period is")),
    ]
    ring = {"shape": "circle", "size": size * 4.5, "strokeWidth": 1.5, "opacity": 1, "aria": False}
    hollow = {"size": size, "opacity": 1, "strokeWidth": 2, "fill": theme.sheet, "aria": False}
    look = {"x": axes.x, "y": axes.y, "color": axes.colour, "shape": axes.shape, "tooltip": tooltip}
    rings = alt.Chart(rows(small)).mark_point(**ring).encode(x=axes.x, y=axes.y, color=alt.value(theme.ink_2))
    marks = alt.Chart(rows(known)).mark_point(size=size, opacity=1, filled=True)
    hollows = alt.Chart(rows(running)).mark_point(**hollow).encode(**look)
    return [
        *([rings] if small else []),
        marks.encode(**look, description="said:N"),
        *([hollows] if running else []),
    ]
