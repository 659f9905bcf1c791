"""What others would call churn, side by side, each with its distance from ours."""

from collections.abc import Sequence
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, Theme, finish, rows
from keepwell.metrics.charts.reading import Json
from keepwell.metrics.charts.vega import alt
from keepwell.metrics.definitions import all_definitions

OURS = "opening_set"


def definitions_chart(
    definitions: Sequence[Json], *, theme: Theme = LIGHT, width: int = 560, title: bool = True
) -> Any:
    """A dot for each definition's rate, tied by a line to ours; one without a value says so.

    Ours is a green circle on its own upright line; the others are diamonds in ink.
    """
    definitions = [definition_told(d) for d in definitions]
    ours = next((d for d in definitions if d["name"] == OURS), None)
    own = None if ours is None or ours.get("rate") is None else float(ours["rate"])
    return finish(
        _layers(_values(definitions, own), own, theme),
        theme=theme,
        width=width,
        height=38 * len(definitions),
        title=_("The same period by other definitions") if title else None,
        said=_("Churn of the same period by definition: {all}.").format(
            all=", ".join(f"{definition_name(d)} {_figure(d)}" for d in definitions)
        ),
        notes=definitions_notes(definitions),
    )


def definitions_notes(definitions: Sequence[Json]) -> list[str]:
    """What the dots and the line are."""
    notes = [_("The line is ours; each diamond is what that rule would say of the same accounts.")]
    if any(d.get("contract") for d in definitions):
        notes.append(_("Contract accounts alone: the period is too short for accounts that buy irregularly."))
    if any(definition_told(d).get("rate") is None for d in definitions):
        notes.append(_("“No value”: the rule cannot be asked of this period."))
    return notes


def definition_told(definition: Json) -> Json:
    """The definition with the figures to tell: its own or, where they are refused, those of the contract accounts."""
    return {**definition, **(definition.get("contract") or {})}


def definition_rate(definition: Json) -> str:
    """The definition's rate in words; where it is refused that of the contract accounts, said so."""
    said = _figure(definition_told(definition))
    return _("{rate} (contract)").format(rate=said) if definition.get("contract") else said


def definition_name(definition: Json) -> str:
    """The definition's name on the screen, in the reader's language."""
    named = str(definition["name"])
    if named == OURS and not definition.get("label"):  # beside a figure, where no others stand
        return _("Keepwell (opening set)")
    known = all_definitions().get(named)
    return known.label if known else str(definition.get("label") or named.replace("_", " ").capitalize())


def _figure(definition: Json) -> str:
    rate = definition.get("rate")
    return _("no value") if rate is None else numbers.percent(rate)


def _values(definitions: Sequence[Json], own: float | None) -> list[dict[str, Any]]:
    values = []
    for d in definitions:
        rate = None if d.get("rate") is None else float(d["rate"])
        mine = d["name"] == OURS
        gap = "" if mine or rate is None or own is None else numbers.points(rate - own)
        values.append(
            {
                "name": definition_name(d),
                "rate": rate,
                "own": own,
                "mine": mine,
                "known": rate is not None,
                "figure": _figure(d),
                "gap": gap,
                "said": f"{definition_name(d)}: {_figure(d)} {gap}".strip(),
            }
        )
    return values


def _layers(values: list[dict[str, Any]], own: float | None, theme: Theme) -> Any:
    names = [v["name"] for v in values]
    rates = [v["rate"] for v in values if v["rate"] is not None] or [0.0]
    low, high = min(0.0, *rates), max(0.0, *rates)
    edge = 0.06 * (high - low) or 0.1
    domain = [low - edge if low < 0 else 0.0, high + edge]
    y = alt.Y(
        "name:N", sort=names, title=None, axis=alt.Axis(domain=False, labelColor=theme.ink, labelLimit=170)
    )
    axis = alt.Axis(format=".0%", tickCount=4, domain=False)
    x = alt.X("rate:Q", title=None, scale=alt.Scale(domain=domain, nice=False), axis=axis)
    tooltip = [
        alt.Tooltip("name:N", title=_("Definition")),
        alt.Tooltip("figure:N", title=_("Churn")),
        alt.Tooltip("gap:N", title=_("Differs by")),
    ]
    held = alt.Chart(rows(values))
    known = held.transform_filter("datum.known")
    line = known.mark_rule(color=theme.ink_2, strokeWidth=1.5, aria=False).encode(y=y, x=x, x2="own:Q")
    ours = (
        [
            alt.Chart(rows([{"own": own}]))
            .mark_rule(color=theme.keep, strokeWidth=1.5, aria=False)
            .encode(x=alt.X("own:Q"))
        ]
        if own is not None
        else []
    )
    colour = alt.Color(
        "mine:N", legend=None, scale=alt.Scale(domain=[True, False], range=[theme.keep, theme.ink])
    )
    shape = alt.Shape(
        "mine:N", legend=None, scale=alt.Scale(domain=[True, False], range=["circle", "diamond"])
    )
    dots = known.mark_point(filled=True, size=110, opacity=1).encode(
        y=y, x=x, color=colour, shape=shape, description="said:N", tooltip=tooltip
    )
    shade = alt.condition("datum.known", alt.value(theme.ink), alt.value(theme.ink_2))
    columns = [
        held.mark_text(align="right", fontSize=12, aria=False).encode(
            y=y, x=alt.value(alt.ExprRef(f"width + {right}")), text=f"{column}:N", color=shade
        )
        for column, right in (("figure", 58), ("gap", 124))
    ]
    return alt.layer(*ours, line, dots, *columns)
