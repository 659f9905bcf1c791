"""Purchase cycles: how often the accounts of each segment buy, and how long they may be silent."""

from collections.abc import Sequence
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, Theme, finish, rows
from keepwell.metrics.charts.reading import SMALL, Json
from keepwell.metrics.charts.vega import alt
from keepwell.metrics.intervals import small


def cycles_chart(
    spread: Sequence[Json], *, theme: Theme = LIGHT, width: int | None = 640, title: bool = True
) -> Any:
    """A bar a segment over the middle half of its accounts' cycles, a tick at the median, a diamond at the limit.

    `spread` is that of `Cycles.spread`: segment (None: the company), accounts, low, middle, high, limit, in days.
    """
    return finish(
        _layers(spread, theme),
        theme=theme,
        width=width,
        height=30 * max(1, len(spread)),
        title=cycles_heading() if title else None,
        said=_said(spread),
        notes=cycles_notes(spread),
    )


def cycles_heading() -> str:
    """What the chart shows."""
    return _("How often customers without a contract buy")


def cycles_notes(spread: Sequence[Json]) -> list[str]:
    """What bar, tick and diamond are, and whether few accounts stand behind one."""
    notes = [
        _("Bar: the middle half of the cycles of accounts that bought more than once; line: the median."),
        _("Diamond: the median limit of their silence."),
    ]
    if any(small(int(one["accounts"])) for one in spread):
        notes.append(_("Number in brackets: fewer than {n} accounts.").format(n=SMALL))
    return notes


def segment_said(segment: Any) -> str:
    """A segment's name, or the whole company."""
    return _("Company") if segment is None else str(segment)


def _name(one: Json) -> str:
    n = numbers.count(one["accounts"])
    return (
        f"{segment_said(one['segment'])} ({n})"
        if small(int(one["accounts"]))
        else segment_said(one["segment"])
    )


def _said(spread: Sequence[Json]) -> str:
    parts = "; ".join(
        _("{segment}: every {days} days").format(
            segment=segment_said(one["segment"]), days=f"{float(one['middle']):.0f}"
        )
        for one in spread
    )
    return _("Median cycle of purchases.") + " " + parts


def _layers(spread: Sequence[Json], theme: Theme) -> Any:
    values = [
        {
            "segment": _name(one),
            **{k: round(float(one[k]), 1) for k in ("low", "middle", "high", "limit")},
            "accounts": numbers.count(one["accounts"]),
            "said": _("{segment}: half of them between {low} and {high} days, limit {limit}").format(
                segment=segment_said(one["segment"]),
                **{k: f"{float(one[k]):.0f}" for k in ("low", "high", "limit")},
            ),
        }
        for one in spread
    ]
    names = [v["segment"] for v in values]
    y = alt.Y("segment:N", sort=names, title=None, axis=alt.Axis(domain=False, labelColor=theme.ink))
    tooltip = [
        alt.Tooltip("segment:N", title=_("Segment")),
        alt.Tooltip("accounts:N", title=_("Accounts")),
        alt.Tooltip("low:Q", title=_("A quarter are below")),
        alt.Tooltip("middle:Q", title=_("Median")),
        alt.Tooltip("high:Q", title=_("A quarter are above")),
        alt.Tooltip("limit:Q", title=_("Limit")),
    ]
    days = {"title": _("Days"), "scale": alt.Scale(zero=True), "axis": alt.Axis(format="d", tickCount=6)}
    held = alt.Chart(rows(values)).encode(y=y, tooltip=tooltip)
    bar = held.mark_bar(height=12, cornerRadius=3, color=theme.keep, fillOpacity=0.35).encode(
        x=alt.X("low:Q", **days), x2="high:Q", description="said:N"
    )
    tick = held.mark_tick(color=theme.keep, thickness=3, height=18, aria=False).encode(
        x=alt.X("middle:Q", **days)
    )
    limit = held.mark_point(shape="diamond", size=70, color=theme.near, strokeWidth=2, aria=False).encode(
        x=alt.X("limit:Q", **days)
    )
    return alt.layer(bar, tick, limit)
