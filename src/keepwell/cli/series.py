"""`keepwell series`: statements of one period after another."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.figures import (
    label,
    marked_rate,
    marks_said,
    money,
    statement_csv,
)
from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, By, From, Grace, RatesOn, To, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.periods import day_asked
from keepwell.cli.provenance import provenance_notes
from keepwell.cli.session import session_of
from keepwell.lib.days import Grain, add_months, parse_day
from keepwell.lib.text import gettext as _
from keepwell.metrics.conditions import asked_where
from keepwell.metrics.periods import name_of

if TYPE_CHECKING:
    from keepwell.company import Company

COUNTS = ("opening", "new", "reactivated", "churned", "closing")

# How many months before the covered day a series begins where it is not said.
LOOKED_BACK = {Grain.MONTH: 12, Grain.QUARTER: 24, Grain.YEAR: 48}


def add_to(app: typer.Typer) -> None:
    """Add `keepwell series`."""
    app.command(
        "series",
        help=_("Show statements of one month, quarter or year after another."),
        epilog=examples(
            "keepwell series --grain quarter",
            "keepwell series --grain month --from 2025-01-01 --to 2026-01-01 --where 'country = PL'",
            "keepwell --format csv series --grain year",
        ),
    )(series)


def series(
    context: typer.Context,
    *,
    grain: Annotated[Grain, typer.Option("--grain", help=_("How long the periods are."))] = Grain.MONTH,
    start: From = "",
    end: To = "",
    by: By = "",
    where: Where = None,
    as_known_on: AsKnownOn = "",
    rates_on: RatesOn = "",
    grace: Grace = None,
) -> None:
    """Ask for the series and show it."""
    session = session_of(context)
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        last = day_asked(end) or company.covered
        first = day_asked(start) or _first(company, grain, last, rates_on=day_asked(rates_on))
        found = company.series(
            grain,
            first,
            last,
            by=by or None,
            where=asked_where(company, where),
            rates_on=day_asked(rates_on),
            progress=lambda done, total: session.report(done, total, _("Measuring period after period")),
        )
        lines = [one.to_dict() for one in found]
        shown = answer(lines if start else _from_the_first_account(lines))
        unrated = [] if start or rates_on else _without_rates(company, grain, first)
    session.say(unrated)
    session.show(shown)


def _first(company: "Company", grain: Grain, last: date, *, rates_on: date | None) -> date:
    """Where a series begins that nobody gave a beginning: some time back, and not before it can be told."""
    back, told = add_months(last, -LOOKED_BACK[grain]), company.series_from(grain, rates_on=rates_on)
    return max(back, told) if told < last else back


def _without_rates(company: "Company", grain: Grain, first: date) -> list[str]:
    """What to say of a series that leaves out its beginning for want of exchange rates."""
    rated = company.ledger.rated_from
    if rated is None or first != company.series_from(grain) or first == company.first_day:
        return []
    return [
        _("The series begins on {day}: exchange rates of every currency begin on {rated}.").format(
            day=first, rated=rated
        ),
        _("For what lies before, choose the day whose rates count: --rates-on DAY."),
    ]


def _from_the_first_account(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the periods at the start in which nobody had come yet."""
    for place, one in enumerate(statements):
        if one["accounts"]["opening"] or one["accounts"]["new"]:
            return statements[place:]
    return statements[-1:]


def answer(statements: list[dict[str, Any]]) -> Answer:
    """The series as a table with a row for each period, and below it for each segment of the period."""
    lines = [line for one in statements for line in (one, *one.get("parts", ()))]
    cut = any(line.get("segment") is not None for line in lines)
    led_over = [name for name in ("restated", "moved") if any(name in line["mrr"] for line in lines)]
    columns = [
        Column("period", _("Period")),
        *([Column("segment", _("Segment"))] if cut else []),
        *[Column(name, label(name), number=True) for name in COUNTS],
        *[
            Column(name, {"restated": _("Restated"), "moved": _("Moved")}[name], number=True)
            for name in led_over
        ],
        Column("mrr", _("MRR closing"), number=True),
        Column("customer_churn", _("Churn"), number=True),
        Column("gross_revenue_retention", _("Gross ret."), number=True),
        Column("net_revenue_retention", _("Net ret."), number=True),
    ]
    sheet = Sheet(columns, [_row(line, cut, led_over) for line in lines], notes=marks_said(lines))
    below = (
        provenance_notes(statements[-1]["provenance"], rates_on=_rates_days(statements)) if statements else []
    )
    return Answer(statements, [sheet], below, csv=statement_csv(statements))


def _rates_days(statements: list[dict[str, Any]]) -> str:
    """Which days' rates the money of a series is at: one for all, or each period's own first."""
    days = [str(one["provenance"]["rates_on"]) for one in statements]
    if len(set(days)) == 1:
        return days[0]
    return _("each period's first day, {first} to {last}").format(first=days[0], last=days[-1])


def _row(line: dict[str, Any], cut: bool, led_over: list[str]) -> list[Any]:
    period, accounts, mrr = line["period"], line["accounts"], line["mrr"]
    names = ("customer_churn", "gross_revenue_retention", "net_revenue_retention")
    return [
        name_of(parse_day(period["from"]), parse_day(period["to"])),
        *([line.get("segment") or _("all")] if cut else []),
        *[accounts[name] for name in COUNTS],
        *[money(mrr.get(name)) for name in led_over],
        money(mrr["closing"]),
        *[marked_rate(line, name) for name in names],
    ]
