"""How long accounts stay: the survival curve with its interval and how many are still watched."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, NARROW, Theme, finish, rows
from keepwell.metrics.charts.reading import SMALL, Json
from keepwell.metrics.charts.theme import SHAPES
from keepwell.metrics.charts.vega import alt

MONTH = 30.4375  # mean days of a month
MOST_STEPS = 300  # of one curve; more are not seen
MOST_GROUPS = 6  # as many as there are shapes; more lines than that are a tangle


def survival_chart(
    survival: Sequence[Json] | Json, *, theme: Theme = LIGHT, width: int = 680, title: bool = True
) -> Any:
    """Steps of the share still paying by months since the first paying day, a band around each.

    Each group has a colour and a shape; the shapes stand at the ticks, where the rows under the axis give
    the accounts at risk. From the day on which fewer than 30 are at risk the line is dashed.
    """
    groups = groups_of(survival)[:MOST_GROUPS]
    names = [group_name(g) for g in groups]
    return finish(
        _layers(groups, names, theme, width),
        theme=theme,
        width=width,
        height=250,
        title=_("How long accounts stay") if title else None,
        said=_said(groups),
        notes=survival_notes(survival),
    )


def groups_of(survival: Sequence[Json] | Json) -> list[Json]:
    """The groups of a survival answer, given as a list or under `groups`."""
    if isinstance(survival, Mapping):
        return list(survival.get("groups") or [])
    return list(survival)


def group_name(group: Json) -> str:
    """The group's word on the screen; a curve of everyone has no group."""
    named = group.get("group")
    return _("All accounts") if named is None or named in ("", "all") else str(named)


def survival_notes(survival: Sequence[Json] | Json) -> list[str]:
    """The marks that occur in this chart, in words."""
    groups = groups_of(survival)
    notes = [_("Band: 95% interval. Numbers under the axis: accounts at risk.")]
    if any(int(p["at_risk"]) < SMALL for g in groups for p in g["points"]):
        notes.append(_("Dashed: fewer than {n} accounts at risk.").format(n=SMALL))
    test = survival.get("log_rank") if isinstance(survival, Mapping) else None
    if test:
        chance = float(test["p_value"])
        said = _("under 0.001") if chance < 0.001 else f"{chance:.3f}"
        notes.append(
            _("Log-rank: were the groups alike, so large a difference had a chance of {p}.").format(p=said)
        )
    if len(groups) > MOST_GROUPS:
        notes.append(_("The first {n} of {all} groups are drawn.").format(n=MOST_GROUPS, all=len(groups)))
    return notes


def _said(groups: Sequence[Json]) -> str:
    parts = []
    for g in groups:
        median = g.get("median")
        if median is None:
            parts.append(_("{group}: more than half still paying at the end").format(group=group_name(g)))
        else:
            months = f"{float(median) / MONTH:.0f}"
            parts.append(
                _("{group}: half gone after {months} months").format(group=group_name(g), months=months)
            )
    return _("Share of accounts still paying, by months since the first paying day.") + " " + "; ".join(parts)


def _curve(group: Json, name: str) -> list[dict[str, Any]]:
    """The points of a curve in months, from 1 at the start, each told whether enough were at risk."""
    points = sorted(group["points"], key=lambda p: int(p["day"]))
    if points and int(points[0]["day"]) > 0:
        points = [{"day": 0, "at_risk": points[0]["at_risk"], "survival": 1, "low": 1, "high": 1}, *points]
    curve = []
    for p in points:
        share = float(p["survival"])
        curve.append(
            {
                "group": name,
                "month": round(int(p["day"]) / MONTH, 3),
                "share": share,
                "low": None if p.get("low") is None else float(p["low"]),
                "high": None if p.get("high") is None else float(p["high"]),
                "at_risk": int(p["at_risk"]),
                "sure": int(p["at_risk"]) >= SMALL,
                "figure": numbers.percent(share),
                "said": f"{name}, {int(p['day'])}: {numbers.percent(share)}",
            }
        )
    return curve


def _ticks(last: float, width: int) -> list[int]:
    """Months at which the axis is labelled and those at risk are counted."""
    most = 5 if width <= NARROW else 10
    step = next((s for s in (1, 2, 3, 6, 12, 24, 36, 60) if last / s <= most), 120)
    return list(range(0, int(last) + 1, step))


def _marks(curve: list[dict[str, Any]], ticks: list[int], row: int) -> list[dict[str, Any]]:
    """The curve's state at each tick: the last point on or before it, and those at risk on the next one."""
    marks = []
    for tick in ticks:
        before = [p for p in curve if p["month"] <= tick]
        after = [p for p in curve if p["month"] >= tick]
        if before and after:
            at_risk = after[0]["at_risk"]
            marks.append(
                {**before[-1], "month": tick, "at_risk": at_risk, "text": numbers.count(at_risk), "row": row}
            )
    return marks


def _thinned(curve: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The points at which a curve steps; where it steps more often than can be seen, the last of each few."""
    steps = [p for a, p in pairwise(curve) if p["share"] != a["share"] or p["sure"] != a["sure"]]
    every = len(steps) // MOST_STEPS + 1
    kept = [p for i, p in enumerate(steps) if (i + 1) % every == 0]
    return [
        *curve[:1],
        *kept,
        *([curve[-1]] if curve[1:] and (not kept or kept[-1] is not curve[-1]) else []),
    ]


def _sure_and_unsure(curve: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The curve in two pieces that share a point: while enough are at risk, and after."""
    cut = next((i for i, p in enumerate(curve) if not p["sure"]), len(curve))
    return curve[:cut], curve[max(cut - 1, 0) :] if cut < len(curve) else []


def _layers(groups: Sequence[Json], names: list[str], theme: Theme, width: int) -> Any:
    curves = [_curve(g, n) for g, n in zip(groups, names, strict=True)]
    last = max((c[-1]["month"] for c in curves if c), default=1.0)
    ticks = _ticks(last, width)
    marks = [m for row, c in enumerate(curves) for m in _marks(c, ticks, row)]
    curves = [_thinned(c) for c in curves]
    pieces = [_sure_and_unsure(c) for c in curves]
    colours, shapes = theme.series[: len(names)], SHAPES[: len(names)]
    legend = alt.Legend(columns=2 if width <= NARROW else 6, symbolOpacity=1) if len(names) > 1 else None
    colour = alt.Color("group:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=legend)
    shape = alt.Shape("group:N", sort=names, scale=alt.Scale(domain=names, range=shapes), legend=legend)
    # The rows of those at risk stand between the axis and its title.
    axis = alt.Axis(values=ticks, grid=False, format="d", titlePadding=14 + 16 * len(names))
    x = alt.X(
        "month:Q",
        title=_("Months since the first paying day"),
        axis=axis,
        scale=alt.Scale(domain=[0, last], nice=False),
    )
    y = alt.Y(
        "share:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5, domain=False),
    )
    band = (
        alt.Chart(rows(p for c in curves for p in c if p["low"] is not None))
        .mark_area(interpolate="step-after", opacity=0.14, aria=False)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
    )
    steps = {"interpolate": "step-after", "strokeWidth": 2, "aria": False}
    sure = alt.Chart(rows(p for s, _u in pieces for p in s)).mark_line(**steps).encode(x=x, y=y, color=colour)
    unsure = (
        alt.Chart(rows(p for _s, u in pieces for p in u))
        .mark_line(**steps, strokeDash=[4, 4])
        .encode(x=x, y=y, color=colour)
    )
    tooltip = [
        alt.Tooltip("group:N", title=_("Group")),
        alt.Tooltip("month:Q", title=_("Month")),
        alt.Tooltip("figure:N", title=_("Still paying")),
        alt.Tooltip("text:N", title=_("At risk")),
    ]
    held = alt.Chart(rows(marks))
    dots = held.mark_point(size=55, filled=True, opacity=1).encode(
        x=x, y=y, color=colour, shape=shape, description="said:N", tooltip=tooltip
    )
    at_risk = [
        held.transform_filter(f"datum.row == {row}")
        .mark_text(fontSize=11, aria=False)
        .encode(x=x, y=alt.value(alt.ExprRef(f"height + {32 + 16 * row}")), text="text:N", color=colour)
        for row in range(len(names))
    ]
    keys = [
        alt.Chart(rows([{"group": name}]))
        .mark_point(size=45, filled=True, opacity=1, aria=False)
        .encode(
            x=alt.value(-26),
            y=alt.value(alt.ExprRef(f"height + {31 + 16 * row}")),
            color=colour,
            shape=shape,
        )
        for row, name in enumerate(names)
        if len(names) > 1
    ]
    return alt.layer(band, sure, unsure, dots, *at_risk, *keys)
