"""`keepwell survival`: how long accounts stay, from their first paying day to their first departure."""

from typing import Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, By, Grace, Html, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _

# Days at which people ask: a month, a quarter, half a year, and years.
ASKED = (30, 91, 182, 365, 547, 730, 1095, 1460, 1825, 2557, 3652)


def add_to(app: typer.Typer) -> None:
    """Add `keepwell survival`."""
    app.command(
        "survival",
        help=_(
            "Show how long accounts stay: the share still paying so many days after their first paying day."
        ),
        epilog=examples(
            "keepwell survival",
            "keepwell survival --by segment",
            "keepwell --format csv survival --by channel",
        ),
    )(survival)


def survival(
    context: typer.Context,
    *,
    by: By = "",
    where: Where = None,
    as_known_on: AsKnownOn = "",
    grace: Grace = None,
    html: Html = "",
) -> None:
    """Ask for the curves and show them."""
    session = session_of(context)
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        found = company.survival(by=by or None, where=where or ())
        if html:
            session.page(company, found, html)
        session.show(answer(found.to_dict()))


def answer(found: list[dict[str, Any]]) -> Answer:
    """The curve of each group on the days people ask for; CSV and JSON have every step."""
    rows = [
        (
            group["group"] or _("all"),
            day,
            point["at_risk"],
            f"{point['survival']:.1%}",
            f"{point['low']:.1%} – {point['high']:.1%}",
        )
        for group in found
        for day in ASKED
        if (point := _at(group["points"], day)) is not None
    ]
    sheet = Sheet(
        [
            Column("group", _("Group")),
            Column("day", _("Days"), number=True),
            Column("at_risk", _("At risk"), number=True),
            Column("survival", _("Still paying"), number=True),
            Column("interval", _("95% interval"), number=True),
        ],
        rows,
        notes=[
            _("Days since the first paying day; an account that still pays counts for as long as it is seen.")
        ],
    )
    names = ("day", "at_risk", "left", "survival", "low", "high")
    plain = Sheet(
        [Column("group"), *[Column(name) for name in names]],
        [(group["group"], *[point[name] for name in names]) for group in found for point in group["points"]],
    )
    return Answer(found, [sheet], csv=plain)


def _at(points: list[dict[str, Any]], day: int) -> dict[str, Any] | None:
    """The step in force on a day; None past the last one seen."""
    before = [point for point in points if point["day"] <= day]
    return before[-1] if before and points[-1]["day"] >= day else None
