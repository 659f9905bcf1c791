"""`keepwell causes`: where accounts leave, what goes before, and what those who left said."""

from typing import Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.options import From, Named, To
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.periods import asked_period
from keepwell.cli.risking import Months, between, plain, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _
from keepwell.risks import HORIZON, MONTHS


def add_to(app: typer.Typer) -> None:
    """Add `keepwell causes` and its commands."""
    group = typer.Typer(help=_("Why accounts leave, as far as the past can tell."))
    group.command(
        "where",
        help=_("Where accounts leave more often than their like: by salesperson, channel, offer, cohort, …"),
        epilog=examples(
            "keepwell causes where --by salesperson",
            "keepwell causes where --by offer --period 2026",
            "keepwell --format csv causes where --by channel",
        ),
    )(where)
    group.command(
        "before",
        help=_("Which signals move before leaving, and how many days before."),
        epilog=examples("keepwell causes before", "keepwell causes before --segment Enterprise"),
    )(before)
    group.command(
        "stated",
        help=_("The reasons that were stated, beside how those who stated them behaved."),
        epilog=examples("keepwell causes stated", "keepwell --format json causes stated --months 24"),
    )(stated)
    app.add_typer(group, name="causes", no_args_is_help=True)


def where(
    context: typer.Context,
    *,
    by: Annotated[
        str, typer.Option("--by", metavar="COLUMN", help=_("A column of accounts, offer, cohort or kept_by."))
    ] = "salesperson",
    start: From = "",
    end: To = "",
    period: Named = "",
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help=_("Only this kind of leaving: by_choice, lapse, …"))
    ] = None,
) -> None:
    """Count departures against what was to be expected, group by group."""
    session = session_of(context)
    with risks_of(session) as risks:
        asked = asked_period(start, end, period, fiscal_start=risks.ledger.fiscal_start)
        found = risks.leaving_by(by, asked, kinds=kind or ())
    data = found.to_dict()
    sides = {"above": _("more than its like"), "below": _("less than its like"), "": ""}
    rows = [
        [
            one["group"],
            one["accounts"],
            one["left"],
            round(one["expected"], 1),
            "" if one["ratio"] is None else f"{one['ratio']:.2f}",
            f"{one['shrunk']:.2f}",
            f"{one['low']:.2f} – {one['high']:.2f}",
            sides[one["surely"]] or (_("small") if one["small"] else ""),
        ]
        for one in data["groups"]
    ]
    columns = [
        Column("group", by),
        Column("accounts", _("Accounts"), number=True),
        Column("left", _("Left"), number=True),
        Column("expected", _("Expected"), number=True),
        Column("ratio", _("Times"), number=True),
        Column("shrunk", _("Believed"), number=True),
        Column("interval", _("95%"), number=True, tied=True),
        Column("surely", _("Leaves")),
    ]
    title = _("Where accounts left, {start} to {end}, by {by}").format(
        start=found.period.start, end=found.period.end, by=by
    )
    notes = [
        {
            "segment": _("Expected: what accounts of the same kinds had in the same time."),
            "kept_by": _("Expected: what accounts of the same segments had in the same time."),
        }.get(by, _("Expected: what accounts of the same segments and kinds had in the same time.")),
        _(
            "Believed: times expected, drawn towards 1 as far as chance could explain it. Small: under 30 accounts."
        ),
    ]
    if len(rows) == 1:
        notes = [_("All of them are of one group, so there is nothing to lay beside it.")]
    session.show(Answer(data, [Sheet(columns, rows, title=title, notes=notes)], csv=plain(data["groups"])))


def before(
    context: typer.Context,
    *,
    segment: Annotated[str, typer.Option("--segment", metavar="NAME", help=_("Only this segment."))] = "",
    months: Months = MONTHS,
) -> None:
    """Lay those who left beside those who stayed, day by day before leaving."""
    from keepwell.risk.features import all_features

    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.before_leaving(months=months, segment=segment or None)
    features = all_features()
    data = found.to_dict()
    told = sum(path.places[0].moved.value is not None for path in found.paths)
    untold = len(found.paths) - told
    moving = [path for path in data["paths"] if path["before"]]
    rows = [
        [
            _(features[path["feature"]].label),
            _("rises") if path["before"] > 0 else _("falls"),
            path["days"],
            *[_spreads(place) for place in path["places"][:6]],
        ]
        for path in moving
    ]
    places = found.paths[0].places[:6] if found.paths else ()
    columns = [
        Column("feature", _("Signal")),
        Column("before", _("Before leaving")),
        Column("days", _("Days before"), number=True),
        *[Column(f"p{p.since}", f"{p.since}–{p.until}", number=True) for p in places],
    ]
    title = _("What moves before leaving: {leavers} departures").format(leavers=found.leavers)
    notes = [
        _(
            "In spreads of those that stayed, beside where the account itself lay most of a year before leaving."
        ),
        _("That a signal moves before leaving does not say that it is the cause."),
        _("{count} signals do not move beyond chance.").format(count=told - len(moving)),
        *(
            [
                _(
                    "Of {count} too few leavers are known, just before leaving and long before it, to tell: look at"
                    " more months."
                ).format(count=untold)
            ]
            if untold
            else []
        ),
    ]
    each = plain(found.to_arrow().to_pylist())
    session.show(Answer(data, [Sheet(columns, rows, title=title, notes=notes)], csv=each))


def _spreads(place: dict[str, Any]) -> str:
    return "" if place["value"] is None else f"{place['value']:+.2f}"


def stated(context: typer.Context, *, months: Months = MONTHS) -> None:
    """Lay stated reasons beside behaviour."""
    from keepwell.risk.features import all_features

    session = session_of(context)
    with risks_of(session) as risks:
        data = [one.to_dict() for one in risks.stated_reasons(months=months)]
    features = all_features()
    rows = [
        [
            one["code"] or _("(not stated)"),
            one["accounts"],
            share(one["value"]),
            between(one["low"], one["high"]),
            "; ".join(
                (_("more: {label}") if signal["value"] > 0 else _("less: {label}")).format(
                    label=_(features[signal["feature"]].label)
                )
                for signal in one["signals"][:3]
            ),
        ]
        for one in data
    ]
    columns = [
        Column("code", _("Reason")),
        Column("accounts", _("Accounts"), number=True),
        Column("share", _("Share"), number=True),
        Column("interval", _("95%"), number=True, tied=True),
        Column("signals", _("Beside the others that left")),
    ]
    notes = (
        [_("A signal is named where they differ from all others that left, beyond chance.")]
        if data
        else [_("Nobody left within {days} days of the month-ends looked at.").format(days=HORIZON)]
    )
    title = _("Stated reasons beside behaviour")
    each = plain(
        [{**one, "signals": "; ".join(signal["feature"] for signal in one["signals"])} for one in data]
    )
    session.show(Answer(data, [Sheet(columns, rows, title=title, notes=notes)], csv=each))
