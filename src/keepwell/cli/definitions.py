"""`keepwell definitions`: what others would call churn, and the accounts that make each differ from ours."""

from typing import Annotated, Any

import typer

from keepwell.cli.figures import percent
from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, From, Grace, Named, To, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _

SHOWN_APART = 6


def add_to(app: typer.Typer) -> None:
    """Add `keepwell definitions`."""
    app.command(
        "definitions",
        help=_(
            "Show churn by every common definition, each with the accounts that make it differ from ours."
        ),
        epilog=examples(
            "keepwell definitions --from 2026-01-01 --to 2026-04-01",
            "keepwell definitions --period 2026-Q3 --list stripe",
            "keepwell --format json definitions --period 2026-07",
        ),
    )(definitions)


def definitions(
    context: typer.Context,
    *,
    start: From = "",
    end: To = "",
    period: Named = "",
    where: Where = None,
    name: Annotated[
        str, typer.Option("--list", metavar="NAME", help=_("List all accounts apart of one definition."))
    ] = "",
    as_known_on: AsKnownOn = "",
    grace: Grace = None,
) -> None:
    """Ask for all definitions and show them."""
    session = session_of(context)
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        asked = session.period(company, start, end, period)
        found = [one.to_dict() for one in company.definitions(asked, where=where or ())]
        session.show(_apart(found, name) if name else _side_by_side(found))


def _side_by_side(found: list[dict[str, Any]]) -> Answer:
    rows = [
        (
            one["name"],
            _("no value") if one["rate"] is None else percent(one["rate"]),
            one["numerator"],
            one["denominator"],
            len(one["accounts_apart"]),
            _some(one["accounts_apart"]),
        )
        for one in found
    ]
    columns = [
        Column("name", _("Definition")),
        Column("rate", _("Rate"), number=True),
        Column("numerator", _("Numerator"), number=True),
        Column("denominator", _("Denominator"), number=True),
        Column("apart", _("Accounts apart"), number=True),
        Column("accounts", _("Which")),
    ]
    plain = Sheet(
        [Column(name) for name in ("name", "rate", "numerator", "denominator", "accounts_apart")],
        [
            (o["name"], o["rate"], o["numerator"], o["denominator"], " ".join(map(str, o["accounts_apart"])))
            for o in found
        ],
    )
    notes = [_("Accounts apart are counted otherwise than by ours (opening_set). All of one: --list NAME.")]
    return Answer(found, [Sheet(columns, rows, notes=notes)], csv=plain)


def _some(accounts: list[Any]) -> str:
    words = ", ".join(str(account) for account in accounts[:SHOWN_APART])
    return words + (" …" if len(accounts) > SHOWN_APART else "")


def _apart(found: list[dict[str, Any]], name: str) -> Answer:
    from keepwell.lib.errors import KeepwellError
    from keepwell.lib.text import near

    for one in found:
        if one["name"] == name:
            rows = [(account,) for account in one["accounts_apart"]]
            return Answer(one, [Sheet([Column("account_id", _("Account"))], rows, title=name)])
    names = [one["name"] for one in found]
    raise KeepwellError(
        _("There is no definition “{name}”.").format(name=name),
        ways=[_("The definitions are: {names}.").format(names=", ".join(near(name, names) or names))],
    )
