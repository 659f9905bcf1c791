"""`keepwell worth`: what acting on each account is worth, and whom to act on within a budget."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.risking import MODEL_NAMES, Horizon, Months, between, plain, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risks import HORIZON, MONTHS

if TYPE_CHECKING:
    from keepwell.risk.worth.assumptions import Assumptions
    from keepwell.risk.worth.judged import Acted
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
            "keepwell worth --action training --action discount --budget 5000",
            "keepwell worth --judge",
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
        list[str] | None,
        typer.Option(
            "--action",
            metavar="KIND",
            help=_("Use what was learnt of this action from held-out accounts; of several, each its best."),
        ),
    ] = None,
    judge: Annotated[
        bool, typer.Option("--judge", help=_("Judge on the past what acting by the risk would have saved."))
    ] = False,
    months: Months = MONTHS,
    horizon: Horizon = HORIZON,
) -> None:
    """Weigh every account, choose, and show what it rests on."""
    from keepwell.lib.money import to_minor
    from keepwell.risk.worth.assumptions import assumptions, read

    def said(kind: str) -> "Assumptions":
        return read(assume, action=kind) if assume else assumptions(action=kind)

    session, actions = session_of(context), action or []
    if assume:
        said(
            actions[0] if actions else ""
        )  # a file that cannot be read is said before anything is worked out
    with risks_of(session) as risks:
        if judge:
            kind = actions[0] if actions else ""
            acted = risks.worth_judged(said(kind), months=months, horizon=horizon)
            session.show(_judged(acted, said(kind), risks.ledger.reporting))
            return
        spend = to_minor(_amount(budget), risks.ledger.reporting) if budget else None
        found = risks.worth(said, budget=spend, actions=actions, horizon=horizon)
    session.show(_answer(found))


def _amount(text: str) -> Decimal:
    """Commas only part thousands: who means 5000.50 by 5000,50 is not to spend half a million."""
    if not re.fullmatch(r"-?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})([.][0-9]{1,9})?", text.strip()):
        raise KeepwellError(
            _("A budget is an amount of money."), seen=text, ways=[_("Write it like: --budget 5000")]
        )
    return Decimal(text.strip().replace(",", ""))


def _judged(acted: "list[Acted]", said: "Assumptions", currency: str) -> Answer:
    """What acting by each model would have saved."""
    rows = [
        [
            MODEL_NAMES.get(one.name, one.name),
            share(one.acted),
            share(one.saved.value),
            between(one.saved.low, one.saved.high),
            f"{one.emp:,.2f}",
            share(one.emp_share),
        ]
        for one in acted
    ]
    columns = [
        Column("model", _("Said by")),
        Column("acted", _("Acted on"), number=True),
        Column("saved", _("Saved"), number=True),
        Column("interval", _("95%"), number=True, tied=True),
        Column("emp", _("Maximum profit an account, {currency}").format(currency=currency), number=True),
        Column("emp_share", _("Contacted"), number=True),
    ]
    notes = [
        _(
            "Saved: of the cost of leaving and acting, beside the better of acting on nobody and on everybody."
        ),
        _("Maximum profit: of a campaign that costs the same for all, at its best threshold (EMP)."),
        _(
            "That acting keeps {works:.0%} of those that would leave, for {cost:g} {currency} each, is assumed."
        ).format(works=said["works"], cost=said["cost"], currency=currency),
    ]
    count = acted[0].observations if acted else 0
    title = _("Acting by what would have been said, on {count:,} month-ends of accounts").format(count=count)
    data = {
        "currency": currency,
        "judged": [one.to_json() for one in acted],
        "assumptions": said.rows(),
        "notes": notes,
    }
    each = [
        {
            **one.to_json(),
            "saved": one.saved.value,
            "saved_low": one.saved.low,
            "saved_high": one.saved.high,
        }
        for one in acted
    ]
    return Answer(data, [Sheet(columns, rows, title=title, notes=notes)], csv=plain(each))


def _answer(found: "Worth") -> Answer:
    data, rows, several = found.to_json(), found.rows(), len(found.ways) > 1
    columns = [
        Column("place", _("No."), number=True),
        Column("account_id", _("Account")),
        Column("chosen", _("Act")),
        *([Column("action", _("With"))] if several else []),
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
            *([row["action"]] if several else []),
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
    return Answer(
        data,
        [Sheet(columns, shown, title=title, notes=data["notes"]), _assumed(data)],
        csv=plain(rows),
    )


def _assumed(data: dict[str, Any]) -> Sheet:
    """Each assumption, and what hangs on it: the widest first. Of several actions, those of the first are shown."""
    swings = {one["name"]: one for one in data["sensitivity"]}
    named = {one["name"]: one for one in data["assumptions"] if one["action"] == data["actions"][0]}
    order = [*swings, *[name for name in named if name not in swings]]
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
