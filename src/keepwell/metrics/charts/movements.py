"""From opening to closing: the balances as posts, the movements as steps between them."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import floor, log10
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, NARROW, Theme, finish, rows
from keepwell.metrics.charts.reading import (
    ACCOUNT_LINES,
    BALANCES,
    LOSSES,
    MONEY_LINES,
    Json,
    currency,
    finished,
    line_name,
)
from keepwell.metrics.charts.vega import alt

# A movement of nothing still has its place on the line.
_STILL = "datum.start == datum.end"


@dataclass(frozen=True)
class _Step:
    """One bar: from where to where it reaches, and its amount in words."""

    line: str
    start: float
    end: float
    amount: str


def movements_chart(
    statement: Json, *, measure: str = "mrr", theme: Theme = LIGHT, width: int = 680, title: bool = True
) -> Any:
    """Bars from opening through every movement to closing, in money (`mrr`) or in `accounts`.

    Upright, or lying where `width` is a phone's. Where the movements are small beside the balances the
    scale starts above zero; the balances are then drawn cut, and a note says so.
    """
    steps = _steps(statement, measure)
    foot = _foot(steps)
    base = alt.Chart(rows(_values(steps, foot, measure, statement)))
    draw = _lying if width <= NARROW else _upright
    heading = (
        _("Monthly revenue from opening to closing")
        if measure == "mrr"
        else _("Accounts from opening to closing")
    )
    return finish(
        draw(base, steps, foot, theme),
        theme=theme,
        width=width,
        height=34 * len(steps) if width <= NARROW else 230,
        title=heading if title else None,
        said=heading + ": " + ", ".join(f"{line_name(s.line).lower()} {s.amount}" for s in steps),
        notes=movements_notes(statement, measure),
    )


def movements_notes(statement: Json, measure: str = "mrr") -> list[str]:
    """What a reader of the chart has to be told, beside what it shows."""
    notes = []
    foot = _foot(_steps(statement, measure))
    if foot:
        start = numbers.short_money(foot, currency(statement)) if measure == "mrr" else numbers.count(foot)
        notes.append(_("The two balances are drawn cut: the scale starts at {start}.").format(start=start))
    if not finished(statement):
        notes.append(_("The period is not finished: its closing is the newest covered day's."))
    return notes


def _steps(statement: Json, measure: str) -> list[_Step]:
    held = statement.get(measure) or {}
    lines = MONEY_LINES if measure == "mrr" else ACCOUNT_LINES
    unit = currency(statement)
    steps, level = [], Decimal(0)
    for line in lines:
        amount = Decimal(str(held.get(line) or 0))
        change = -amount if line in LOSSES else amount
        if line in BALANCES:
            start, level = Decimal(0), amount
        else:
            start, level = level, level + change
        signed = line not in BALANCES
        if measure == "mrr":
            said = numbers.short_money(change, unit, signed=signed)
        else:
            said = ("+" if signed and change > 0 else "") + numbers.count(change)
        steps.append(_Step(line, float(start), float(level), said))
    return steps


def _foot(steps: list[_Step]) -> float:
    """Where the scale starts: 0, or a round number that leaves the movements most of the height."""
    levels = [level for s in steps for level in ((s.end,) if s.line in BALANCES else (s.start, s.end))]
    low, high = min(levels), max(levels)
    span = high - low
    if low <= 0 or span >= 0.4 * high:
        return 0.0
    wanted = low - max(span * 0.6, high * 0.02)
    if wanted <= 0:
        return 0.0
    unit = 10 ** floor(log10(max(high - wanted, 1)))
    rounded = floor(wanted / unit * 2) / 2 * unit
    return float(max(0, floor(rounded) if high > 20 else 0))


def _values(steps: list[_Step], foot: float, measure: str, statement: Json) -> list[dict[str, Any]]:
    values = []
    for s in steps:
        balance = s.line in BALANCES
        start, end = (foot, s.end) if balance else (s.start, s.end)
        values.append(
            {
                "line": line_name(s.line),
                "start": start,
                "end": end,
                "top": max(start, end),
                "amount": s.amount,
                "kind": "balance" if balance else ("loss" if s.line in LOSSES else "gain"),
                "exact": _exact(statement, measure, s.line),
                "said": f"{line_name(s.line)}: {s.amount}",
            }
        )
    return values


def _exact(statement: Json, measure: str, line: str) -> str:
    amount = (statement.get(measure) or {}).get(line) or 0
    return numbers.money(amount, currency(statement)) if measure == "mrr" else numbers.count(amount)


def _kind_colour(theme: Theme) -> Any:
    scale = alt.Scale(domain=["balance", "gain", "loss"], range=[theme.ink_2, theme.keep, theme.poor])
    return alt.Color("kind:N", scale=scale, legend=None)


def _domain(steps: list[_Step], foot: float, head: float) -> list[float]:
    top = max(max(s.start, s.end) for s in steps)
    return [foot, top + (top - foot) * head] if top > foot else [0, 1]


def _upright(base: Any, steps: list[_Step], foot: float, theme: Theme) -> Any:
    order = [line_name(s.line) for s in steps]
    x = alt.X(
        "line:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, domain=False, labelColor=theme.ink)
    )
    y = alt.Y(
        "start:Q", scale=alt.Scale(domain=_domain(steps, foot, 0.06), zero=False, nice=False), axis=None
    )
    shown = [alt.Tooltip("line:N", title=_("Line")), alt.Tooltip("exact:N", title=_("Amount"))]
    bars = base.mark_bar(cornerRadius=3, width=alt.RelativeBandSize(0.72)).encode(
        x=x, y=y, y2="end:Q", color=_kind_colour(theme), description="said:N", tooltip=shown
    )
    still = (
        base.transform_filter(_STILL)
        .mark_tick(thickness=2, aria=False)
        .encode(x=x, y=alt.Y("end:Q"), color=_kind_colour(theme))
    )
    joins = _joins(steps, theme).encode(x=x, y=alt.Y("level:Q", axis=None))
    text = base.mark_text(dy=-10, fontSize=13, aria=False).encode(
        x=x, y=alt.Y("top:Q"), text="amount:N", color=alt.value(theme.ink)
    )
    return alt.layer(joins, bars, still, *_cut(base, foot, theme, upright=True, x=x), text)


def _lying(base: Any, steps: list[_Step], foot: float, theme: Theme) -> Any:
    order = [line_name(s.line) for s in steps]
    axis = alt.Axis(domain=False, labelColor=theme.ink, labelFontSize=13, minExtent=84)
    y = alt.Y("line:N", sort=order, title=None, axis=axis)
    x = alt.X(
        "start:Q", scale=alt.Scale(domain=_domain(steps, foot, 0.42), zero=False, nice=False), axis=None
    )
    bars = base.mark_bar(cornerRadius=3, height=alt.RelativeBandSize(0.66)).encode(
        y=y, x=x, x2="end:Q", color=_kind_colour(theme), description="said:N"
    )
    still = (
        base.transform_filter(_STILL)
        .mark_tick(thickness=2, aria=False)
        .encode(y=y, x=alt.X("end:Q"), color=_kind_colour(theme))
    )
    joins = _joins(steps, theme).encode(y=y, x=alt.X("level:Q", axis=None))
    text = base.mark_text(dx=6, align="left", fontSize=13, aria=False).encode(
        y=y, x=alt.X("top:Q"), text="amount:N", color=alt.value(theme.ink)
    )
    return alt.layer(joins, bars, still, *_cut(base, foot, theme, upright=False, y=y), text)


def _joins(steps: list[_Step], theme: Theme) -> Any:
    """A thin line from each bar to the next at the level they share."""
    ends = [
        {"line": line_name(s.line), "level": a.end, "join": i}
        for i, (a, b) in enumerate(pairwise(steps))
        for s in (a, b)
    ]
    mark = alt.Chart(rows(ends)).mark_line(strokeWidth=1, opacity=0.6, aria=False)
    return mark.encode(detail="join:N", color=alt.value(theme.ink_2))


def _cut(base: Any, foot: float, theme: Theme, *, upright: bool, **band: Any) -> list[Any]:
    """Two strokes across the foot of each balance, where the scale leaves out its start."""
    if not foot:
        return []
    balances = base.transform_filter("datum.kind == 'balance'")
    strokes = []
    for at in (14, 20):
        place: dict[str, Any] = (
            {"y": alt.value(alt.ExprRef(f"height - {at}"))} if upright else {"x": alt.value(at)}
        )
        across = alt.ExprRef(f"pow(bandwidth('{'x' if upright else 'y'}') * 0.8, 2)")
        mark = balances.mark_point(
            shape="stroke", size=across, angle=352 if upright else 82, strokeWidth=2.5, opacity=1, aria=False
        )
        strokes.append(mark.encode(**band, **place, color=alt.value(theme.sheet)))
    return strokes
