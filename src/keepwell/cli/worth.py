"""`keepwell worth`: what acting on each account is worth, and whom to act on within a budget."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.risking import Horizon, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risks import HORIZON

if TYPE_CHECKING:
    from keepwell.risk.worth.worth import Worth

_SHOWN = 30


def add_to(app: typer.Typer) -> None:
    """Add `keepwell worth`."""
    app.command(
        "worth",
        help=_("What acting on each account is expected to bring, less its cost, and the list for a budget."),
        epilog=examples(
            "keepwell worth --budget 5000",
            "keepwell worth --assume assumptions.toml --action training --budget 5000",
            "keepwell --format csv worth > worth.csv",
        ),
    )(worth)


def worth(
    context: typer.Context,
    *,
    budget: Annotated[
        str,
        typer.Option("--budget", metavar="AMOUNT", help=_("Spend at most this, in the reporting currency.")),
    ] = "",
    assume: Annotated[
        str,
        typer.Option("--assume", metavar="FILE", help=_("What is assumed, in TOML; default: as printed.")),
    ] = "",
    action: Annotated[
        str,
        typer.Option(
            "--action", metavar="KIND", help=_("Use what was learnt of this action from held-out accounts.")
        ),
    ] = "",
    horizon: Horizon = HORIZON,
) -> None:
    """Weigh every account, choose, and show what it rests on."""
    from keepwell.lib.money import to_minor
    from keepwell.risk.worth.assumptions import assumptions, read

    session = session_of(context)
    with risks_of(session) as risks:
        spend = to_minor(_amount(budget), risks.ledger.reporting) if budget else None
        said = read(assume, action=action) if assume else assumptions(action=action)
        found = risks.worth(said, budget=spend, action=action, horizon=horizon)
    session.show(_answer(found))


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise KeepwellError(
            _("A budget is an amount of money."), seen=text, ways=[_("Write it like: --budget 5000")]
        ) from None


def _answer(found: "Worth") -> Answer:
    data, rows = found.to_json(), found.rows()
    columns = [
        Column("place", _("No."), number=True),
        Column("account_id", _("Account")),
        Column("chosen", _("Act")),
        Column("risk", _("Risk"), number=True),
        Column("saved", _("Lowered by"), number=True),
        Column("margin", _("Margin a month"), number=True),
        Column("value_ahead", _("Value ahead"), number=True),
        Column("cost", _("Cost"), number=True),
        Column("profit", _("Profit"), number=True),
        Column("why", _("Why (not)")),
    ]
    shown = [
        [
            row["place"],
            row["account_id"],
            _("yes") if row["chosen"] else "",
            share(row["risk"]),
            share(row["saved"]),
            row["margin"],
            row["value_ahead"],
            row["cost"],
            row["profit"],
            row["why"],
        ]
        for row in rows[:_SHOWN]
    ]
    total = data["total"]
    title = _("Acting on {accounts} accounts for {cost} {currency} brings {profit} {currency}").format(
        accounts=total["accounts"], cost=total["cost"], profit=total["profit"], currency=data["currency"]
    )
    plain = [Column(name) for name in rows[0]] if rows else columns
    return Answer(
        data,
        [Sheet(columns, shown, title=title, notes=data["notes"]), _assumed(data)],
        csv=Sheet(plain, [list(row.values()) for row in rows]),
    )


def _assumed(data: dict[str, Any]) -> Sheet:
    """Each assumption, and what hangs on it: the widest first."""
    swings = {one["name"]: one for one in data["sensitivity"]}
    order = [*swings, *[one["name"] for one in data["assumptions"] if one["name"] not in swings]]
    named = {one["name"]: one for one in data["assumptions"]}
    sources = {"default": _("default"), "stated": _("stated"), "learnt": _("learnt")}
    rows = [
        [
            named[name]["meaning"],
            f"{named[name]['value']:g} {named[name]['unit']}",
            f"{named[name]['low']:g} – {named[name]['high']:g}",
            sources[named[name]["source"]],
            swings[name]["low"]["profit"] if name in swings else "",
            swings[name]["high"]["profit"] if name in swings else "",
        ]
        for name in order
    ]
    return Sheet(
        [
            Column("meaning", _("Assumed")),
            Column("value", _("Value")),
            Column("range", _("Low – high")),
            Column("source", _("By")),
            Column("low", _("Profit at low"), number=True),
            Column("high", _("At high"), number=True, tied=True),
        ],
        rows,
        title=_("What it rests on, and what the list would bring if that were otherwise"),
    )
