"""`keepwell survival`: how long accounts stay, from their first paying day to their first departure."""

from typing import Any

import typer

from keepwell.cli.figures import money
from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, By, Grace, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.conditions import asked_where

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
) -> None:
    """Ask for the curves and show them."""
    session = session_of(context)
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        session.report(1, 2, _("Following each account"))
        found = company.survival(by=by or None, where=asked_where(company, where))
    session.show(answer(found.to_dict()))


def answer(found: dict[str, Any]) -> Answer:
    """The curve of each group on the days people ask for, and what follows from it; CSV has every step."""
    groups = found["groups"]
    rows = [
        (
            group["group"] or _("all"),
            day,
            point["at_risk"],
            f"{point['survival']:.1%}",
            "" if point["low"] is None else f"{point['low']:.1%} – {point['high']:.1%}",
        )
        for group in groups
        for day in ASKED
        if (point := _at(group["points"], day)) is not None
    ]
    curve = Sheet(
        [
            Column("group", _("Group")),
            Column("day", _("Days"), number=True),
            Column("at_risk", _("At risk"), number=True),
            Column("survival", _("Still paying"), number=True),
            Column("interval", _("95% interval"), number=True),
        ],
        rows,
        title=_("Still paying so many days after the first paying day"),
        notes=[_("An account that still pays counts for as long as it is seen.")],
    )
    names = ("day", "at_risk", "left", "censored", "survival", "low", "high")
    plain = Sheet(
        [Column("group"), *[Column(name) for name in names]],
        [(group["group"], *[point[name] for name in names]) for group in groups for point in group["points"]],
    )
    return Answer(found, [curve, _lives(groups)], _notes(found), csv=plain)


def _lives(groups: list[dict[str, Any]]) -> Sheet:
    """How long a life is in each group, and what it is worth, as far as it was seen."""
    return Sheet(
        [
            Column("group", _("Group")),
            Column("size", _("Accounts"), number=True),
            Column("left", _("Left"), number=True),
            Column("median", _("Half left by day"), number=True),
            Column("mean_life", _("Mean life, days"), number=True),
            Column("mean_up_to", _("counted up to day"), number=True),
            Column("lifetime_value", _("Lifetime value"), number=True),
        ],
        [
            (
                group["group"] or _("all"),
                group["size"],
                group["left"],
                _("more than half stay") if group["median"] is None else group["median"],
                None if group["mean_life"] is None else round(group["mean_life"]),
                group["mean_up_to"],
                money(group.get("lifetime_value")),
            )
            for group in groups
        ],
        notes=[_("Mean life and lifetime value count only up to the last day with 30 accounts at risk.")],
    )


def _notes(found: dict[str, Any]) -> list[str]:
    notes = []
    test = found.get("log_rank")
    if test:
        words = _("Log-rank test: chi-square {statistic:.2f} on {degrees} degrees of freedom, p = {p:.4f}.")
        notes.append(words.format(statistic=test["statistic"], degrees=test["degrees"], p=test["p_value"]))
    if found["left_out"]:
        words = ngettext(
            "{n:,} account was gone before the data begins and is left out.",
            "{n:,} accounts were gone before the data begins and are left out.",
            found["left_out"],
        )
        notes.append(words.format(n=found["left_out"]))
    notes.append(_("Covered: every day before {day}").format(day=found["covered"]))
    return notes


def _at(points: list[dict[str, Any]], day: int) -> dict[str, Any] | None:
    """The step in force on a day; None past the last one seen."""
    before = [point for point in points if point["day"] <= day]
    return before[-1] if before and points[-1]["day"] >= day else None
