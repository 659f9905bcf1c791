"""The charts of a look back, in the grammar of all charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import NARROW, finish, rows
from keepwell.metrics.charts.reading import Json
from keepwell.metrics.charts.theme import PAGE
from keepwell.metrics.charts.vega import alt
from keepwell.risk.backtest import MODEL
from keepwell.risk.judging import top_name
from keepwell.risk.page.about import About
from keepwell.risk.page.found import BANDS, CHANCE, SILENCE, Found, few, month
from keepwell.risk.page.words import list_name, way_name

SHAPE = {MODEL: "square", SILENCE: "diamond", "logistic": "circle", CHANCE: "triangle-up"}
COLOUR = {MODEL: PAGE.keep, SILENCE: PAGE.near, "logistic": PAGE.ink, CHANCE: PAGE.ink_2}
BINS = 6  # of days of warning
HEIGHT = 230


def precision_chart(found: Found, most: float, width: int) -> Any:
    """A bar a month: of those named the share that left; marks for the simpler ways."""
    ways, labels = _apart(found, most), [month(day, found.days) for day in found.days]
    values = []
    for label, held in zip(labels, found.months, strict=True):
        for name in ways:
            share = right(held, name, most)
            figure = numbers.percent(share, 0)
            values.append(
                {
                    "month": label,
                    "way": way_name(name),
                    "name": name,
                    "share": share,
                    "figure": figure,
                    "of": numbers.count(held[name][f"listed_{top_name(most)}"]),
                    "said": f"{label}, {way_name(name)}: {figure}",
                }
            )
    tooltip = [
        alt.Tooltip("month:N", title=_("Named on")),
        alt.Tooltip("way:N", title=_("Chosen by")),
        alt.Tooltip("figure:N", title=_("Really left")),
        alt.Tooltip("of:N", title=_("Of accounts")),
    ]
    x = alt.X("month:O", sort=labels, title=None, axis=_sparse(labels, width))
    y = alt.Y("share:Q", title=None, stack=None, axis=alt.Axis(format=".0%", tickCount=5, domain=False))
    said = _("Of {named}, the share that left within {days} days, by month: {figures}.").format(
        named=list_name(most),
        days=found.horizon,
        figures=", ".join(f"{v['month']} {v['figure']}" for v in values if v["name"] == MODEL),
    )
    return _barred(values, ways, _Axes(x, y, tooltip), width=width, said=said)


def right(held: Mapping[str, Json], name: str, most: float) -> float:
    """Share of those named in a month that left; by chance, that month's base rate."""
    return float(held[name]["base_rate" if name == CHANCE else f"precision_{top_name(most)}"])


def _apart(found: Found, most: float) -> list[str]:
    """The ways whose lists differ from the model's: one that is in charge throughout would lie upon its bars."""
    ours = [right(held, MODEL, most) for held in found.months]
    return [
        way
        for way in found.ways()
        if way == MODEL or [right(held, way, most) for held in found.months] != ours
    ]


def warning_chart(found: Found, most: float, width: int) -> Any:
    """How many of those who left were first named so many days before they left."""
    edges = np.linspace(0, found.horizon, BINS + 1).round().astype(int)
    labels = [f"{low}–{high - 1}" for low, high in pairwise(edges)]
    ways = [name for name in (MODEL, SILENCE) if name in found.ways()]
    values = [
        {
            "bin": label,
            "way": way_name(name),
            "name": name,
            "n": int(n),
            "said": _("{days} days before, {way}: {n}").format(days=label, way=way_name(name), n=n),
        }
        for name in ways
        for label, n in zip(labels, np.histogram(found.warnings[name, most].days, edges)[0], strict=True)
    ]
    tooltip = [
        alt.Tooltip("bin:N", title=_("Days before leaving")),
        alt.Tooltip("way:N", title=_("Chosen by")),
        alt.Tooltip("n:Q", title=_("Departures")),
    ]
    x = alt.X("bin:O", sort=labels, title=_("Days before leaving"), axis=alt.Axis(labelAngle=0))
    y = alt.Y(
        "n:Q", title=None, stack=None, axis=alt.Axis(format="d", tickMinStep=1, tickCount=5, domain=False)
    )
    ours = found.warnings[MODEL, most]
    said = _("Departures first named so many days before they left, {named} each month: {figures}.").format(
        named=list_name(most),
        figures=", ".join(f"{v['bin']}: {v['n']}" for v in values if v["name"] == MODEL),
    )
    if ours.median is not None:
        said += " " + _("Median {days} days.").format(days=few(ours.median))
    return _barred(values, ways, _Axes(x, y, tooltip), width=width, said=said)


@dataclass(frozen=True)
class _Axes:
    """What bars and marks of one picture share."""

    x: Any
    y: Any
    tooltip: list[Any]


def _barred(values: list[dict[str, Any]], ways: Sequence[str], axes: _Axes, *, width: int, said: str) -> Any:
    """Bars of the model with marks of the other ways over them."""
    shared = {"x": axes.x, "y": axes.y, "tooltip": axes.tooltip}
    names = [way_name(name) for name in ways]
    legend = alt.Legend(columns=1 if width <= NARROW else 2, symbolOpacity=1)
    colour = alt.Color(
        "way:N", sort=names, scale=alt.Scale(domain=names, range=[COLOUR[n] for n in ways]), legend=legend
    )
    shape = alt.Shape(
        "way:N", sort=names, scale=alt.Scale(domain=names, range=[SHAPE[n] for n in ways]), legend=legend
    )
    bars = (
        alt.Chart(rows(v for v in values if v["name"] == MODEL))
        .mark_bar(cornerRadiusEnd=2, width=alt.RelativeBandSize(0.72))
        .encode(**shared, color=colour, description="said:N")
    )
    others = [v for v in values if v["name"] != MODEL]
    marks = (
        alt.Chart(rows(others))
        .mark_point(
            filled=True, opacity=1, size=64 if width > NARROW else 34, stroke=PAGE.sheet, strokeWidth=1
        )
        .encode(**shared, color=colour, shape=shape, description="said:N")
    )
    chart = alt.layer(bars, *[marks] * bool(others))
    return finish(chart, theme=PAGE, width=width, height=HEIGHT, title=None, said=said, notes=[])


def calibration_chart(found: Found, width: int) -> Any:
    """A line a group of accounts: what was said, and what happened with its interval."""
    groups = calibration_groups(found)
    values: list[dict[str, Any]] = [
        {
            "group": label,
            **{k: row[k] for k in ("said", "left", "low", "high")},
            "chance": numbers.percent(row["said"]),
            "happened": numbers.percent(row["left"]),
            "between": f"{numbers.percent(row['low'])} – {numbers.percent(row['high'])}"
            if row["low"] is not None
            else "–",
            "words": _("{group}: said {said}, happened {left}").format(
                group=label, said=numbers.percent(row["said"]), left=numbers.percent(row["left"])
            ),
        }
        for label, row in groups
    ]
    tooltip = [
        alt.Tooltip("group:N", title=_("Accounts")),
        alt.Tooltip("chance:N", title=_("Said")),
        alt.Tooltip("happened:N", title=_("Happened")),
        alt.Tooltip("between:N", title=_("95% interval")),
    ]
    names = [_("Said"), _("Happened, with its 95% interval")]
    scale, shapes = ({"domain": names, "range": r} for r in ([PAGE.ink, PAGE.keep], ["diamond", "circle"]))
    legend = alt.Legend(columns=1 if width <= NARROW else 2, symbolOpacity=1)
    axis = alt.Axis(domain=False, labelColor=PAGE.ink, labelLimit=200 if width > NARROW else 130)
    y = alt.Y("group:N", sort=[label for label, _row in groups], title=None, axis=axis)
    ticks = alt.Axis(format=".0%", values=[0, 0.02, 0.1, 0.25, 0.5, 0.75, 1], domain=False)
    share = {"title": None, "axis": ticks, "scale": alt.Scale(type="sqrt", zero=True)}
    held = alt.Chart(rows(values)).encode(y=y, tooltip=tooltip)
    line = held.mark_rule(color=PAGE.keep, strokeWidth=3, opacity=0.45, aria=False).encode(
        x=alt.X("low:Q", **share), x2="high:Q"
    )
    fills = {"domain": names, "range": [PAGE.sheet, PAGE.keep]}
    points = [
        held.transform_calculate(which=f"'{name}'")
        .mark_point(size=size, opacity=1, strokeWidth=2)
        .encode(
            x=alt.X(f"{field}:Q", **share),
            stroke=alt.Stroke("which:N", scale=alt.Scale(**scale), sort=names, legend=legend),
            fill=alt.Fill("which:N", scale=alt.Scale(**fills), sort=names, legend=legend),
            shape=alt.Shape("which:N", scale=alt.Scale(**shapes), sort=names, legend=legend),
            description="words:N",
        )
        for field, name, size in (("said", names[0], 160), ("left", names[1], 45))
    ]
    said = _("What was said beside what happened. {figures}.").format(
        figures="; ".join(value["words"] for value in values)
    )
    chart = alt.layer(line, *points)
    return finish(chart, theme=PAGE, width=width, height=30 * len(groups), title=None, said=said, notes=[])


def calibration_groups(found: Found) -> list[tuple[str, dict[str, float | None]]]:
    """The groups of accounts with their names, those of the list spoken of first on top."""
    groups = [(list_name(found.top), found.listed)]
    for row in found.calibration:
        place = int(np.searchsorted(BANDS, row["said"] or 0.0, side="right"))
        low, high = (
            numbers.percent(edge, 0) for edge in (BANDS[max(0, place - 1)], BANDS[min(place, len(BANDS) - 1)])
        )
        if place == 0:
            groups.append((_("Under {high}").format(high=high), row))
        elif place == len(BANDS):
            groups.append((_("{low} and more").format(low=low), row))
        else:
            groups.append((_("{low} to {high}").format(low=low, high=high), row))
    return groups


def profit_chart(found: Found, about: About, width: int) -> Any:
    """What acting would have earned, summed up month after month."""
    labels = [month(day, found.days) for day in found.days]
    profits = found.profits()
    ways = list(profits)
    values = [
        {
            "month": label,
            "way": way_name(name),
            "sum": float(to_decimal(round(total), about.currency or "")),
            "figure": numbers.short_money(to_decimal(round(total), about.currency or ""), about.currency),
        }
        for name in ways
        for label, total in zip(labels, np.cumsum(profits[name]).tolist(), strict=True)
    ]
    names = [way_name(name) for name in ways]
    legend = alt.Legend(columns=1 if width <= NARROW else 2, symbolOpacity=1)
    encodings = {
        "x": alt.X("month:O", sort=labels, title=None, axis=_sparse(labels, width)),
        "y": alt.Y("sum:Q", title=None, axis=alt.Axis(format="~s", tickCount=5, domain=False)),
        "color": alt.Color(
            "way:N", sort=names, legend=legend, scale=alt.Scale(domain=names, range=[COLOUR[n] for n in ways])
        ),
        "shape": alt.Shape(
            "way:N", sort=names, legend=legend, scale=alt.Scale(domain=names, range=[SHAPE[n] for n in ways])
        ),
        "tooltip": [
            alt.Tooltip("month:N", title=_("Up to")),
            alt.Tooltip("way:N", title=_("Chosen by")),
            alt.Tooltip("figure:N", title=_("Earned")),
        ],
    }
    held = alt.Chart(rows(values))
    lines = held.mark_line(strokeWidth=2, aria=False).encode(
        **{k: v for k, v in encodings.items() if k != "shape"}
    )
    dots = held.mark_point(filled=True, opacity=1, size=40).encode(**encodings)
    said = _("Earned in all: {figures}.").format(
        figures="; ".join(f"{v['way']} {v['figure']}" for v in values if v["month"] == labels[-1])
    )
    return finish(
        alt.layer(lines, dots), theme=PAGE, width=width, height=HEIGHT, title=None, said=said, notes=[]
    )


def _sparse(labels: Sequence[str], width: int) -> Any:
    """An axis that names every so many of the months, counted back from the last, so that names have room."""
    room = max(2, width // 80)
    step = next((s for s in (1, 2, 3, 4, 6, 12, 24) if len(labels) <= s * room), 48)
    return alt.Axis(labelAngle=0, values=list(labels)[::-1][::step][::-1], labelOverlap="parity", grid=False)
