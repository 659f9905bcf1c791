"""`keepwell definitions`: what others would call churn, and the accounts that make each differ from ours."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.figures import percent
from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, From, Grace, Named, To, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.periods import asked_period, nothing_known
from keepwell.cli.session import period_of, session_of
from keepwell.lib.text import gettext as _
from keepwell.metrics.conditions import asked_where

if TYPE_CHECKING:
    from keepwell.metrics.comparison import Comparison

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
    asked_period(start, end, period)  # what is no period is told before the work
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        asked = period_of(company, start, end, period)
        found = company.definitions(asked.start, asked.end, where=asked_where(company, where))
        unknown = nothing_known(asked, company.covered, company.first_day)
        shown = _apart(found, name) if name else side_by_side(found.to_dict(), heading(found))
    session.say(unknown)
    session.show(shown)


def heading(found: "Comparison") -> str:
    """What is compared, over which period."""
    words = _("Churn by every definition, {period}").format(period=found.period)
    return words if found.finished else words + " · " + _("unfinished: figures can still change")


def side_by_side(found: list[dict[str, Any]], title: str = "") -> Answer:
    """A row a definition, with its fraction and the accounts that make it differ from ours."""
    alone = any(one.get("contract") for one in found)
    columns = [
        Column("name", _("Definition")),
        Column("rate", _("Rate"), number=True),
        Column("numerator", _("Numerator"), number=True),
        Column("denominator", _("Denominator"), number=True),
        Column("annualised", _("In a year"), number=True),
        *([Column("contract", _("Contract"), number=True)] if alone else []),
        Column("apart", _("Accounts apart"), number=True),
        Column("accounts", _("Which")),
    ]
    rows = [
        (
            one["name"],
            _("no value") if one["rate"] is None else percent(one["rate"]),
            one["numerator"],
            one["denominator"],
            "" if one["annualised"] is None else percent(one["annualised"]),
            *([_of_contract(one)] if alone else []),
            len(one["accounts_apart"]),
            _some(one["accounts_apart"]),
        )
        for one in found
    ]
    names = ("name", "rate", "numerator", "denominator", "annualised")
    plain = Sheet(
        [Column(n) for n in (*names, "accounts_apart", "contract_rate")],
        [
            (
                *[one[n] for n in names],
                " ".join(map(str, one["accounts_apart"])),
                (one.get("contract") or {}).get("rate"),
            )
            for one in found
        ],
    )
    notes = [_("Accounts apart count otherwise than in ours (opening_set). All of one: --list NAME.")]
    if alone:
        notes.append(_("Contract: the rate of the contract accounts alone."))
    reasons: dict[str, list[str]] = {}
    for one in found:
        if one.get("why_not"):
            reasons.setdefault(one["why_not"], []).append(one["name"])
    for reason, concerned in reasons.items():
        all_of_them = len(concerned) == len(found)
        notes.append(reason if all_of_them else f"{', '.join(concerned)}: {reason}")
    return Answer(found, [Sheet(columns, rows, title=title, notes=notes)], csv=plain)


def _of_contract(one: dict[str, Any]) -> str:
    """The rate of the contract accounts, where that of all is refused."""
    rate = (one["contract"] or {}).get("rate")
    return _("no value") if rate is None else percent(rate)


def _some(accounts: list[Any]) -> str:
    words = ", ".join(str(account) for account in accounts[:SHOWN_APART])
    return words + (" …" if len(accounts) > SHOWN_APART else "")


def _apart(found: "Comparison", name: str) -> Answer:
    """The accounts that make one definition differ, with what each adds there and in ours."""
    from keepwell.metrics.definitions import definition_named

    meaning = found.named(definition_named(name).name)
    rows = meaning.apart.to_pylist()
    labels = {
        "account_id": _("Account"),
        "of": _("Adds to numerator"),
        "over": _("Adds to denominator"),
        "our_of": _("Ours: numerator"),
        "our_over": _("Ours: denominator"),
    }
    columns = [Column(n, labels.get(n, n), number=n != "account_id") for n in meaning.apart.column_names]
    notes = [meaning.definition.meaning, _("Source: {source}").format(source=meaning.definition.source)]
    sheet = Sheet(columns, [list(row.values()) for row in rows], title=meaning.definition.label, notes=notes)
    return Answer(rows, [sheet])
